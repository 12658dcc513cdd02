/** Shows what was just done. The live region is always there: one that appears with its text is not read out. */
import { useAnnouncement } from './announcer';

export function Announcer() {
  const current = useAnnouncement();
  return (
    <div className="announcer" role="status" aria-live="polite">
      {current && (
        <span className="announcement" data-tone={current.tone} key={current.id}>
          {current.text}
        </span>
      )}
    </div>
  );
}
