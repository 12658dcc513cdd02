/** Every shortcut, from the list that the keyboard itself obeys. */

import { dialogsMessages as words } from '../../messages/dialogs';
import { useLocale, useText } from '../i18n';
import type { Shortcut } from '../keyboard/shortcuts';
import { keyParts, SHORTCUTS } from '../keyboard/shortcuts';
import css from './reference.module.css';

export function ShortcutsDialog() {
  const text = useText();
  const locale = useLocale();
  const groups = new Map<Shortcut['group'], Shortcut[]>();
  for (const shortcut of SHORTCUTS as readonly Shortcut[]) {
    groups.set(shortcut.group, [...(groups.get(shortcut.group) ?? []), shortcut]);
  }
  return (
    <div className={css.groups}>
      {[...groups].map(([group, shortcuts]) => (
        <section key={group.en} className={css.group}>
          <h3>{text(group)}</h3>
          <dl>
            {shortcuts.map((shortcut) => (
              <div key={shortcut.id} style={{ display: 'contents' }}>
                <dt>{text(shortcut.title)}</dt>
                <dd>
                  {shortcut.keys.slice(0, 2).map((keys, index) => (
                    <span key={keys}>
                      {index > 0 && ` ${text(words.or)} `}
                      {keyParts(keys, locale).map((part) => (
                        <kbd key={part} style={{ marginLeft: 2 }}>
                          {part}
                        </kbd>
                      ))}
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
