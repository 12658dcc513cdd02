/** The top bar: what this project is and where it stands, left; what it costs and Train, right. */
import {
  Download,
  FolderOpen,
  LayoutTemplate,
  type LucideIcon,
  PanelRight,
  Redo2,
  Undo2,
  Upload,
} from 'lucide-react';
import type { Text } from '../../graph/text';
import { shellMessages } from '../../messages/shell';
import type { Dialog } from '../../state/contract';
import { useDocument } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { redo, undo } from '../canvas/editing';
import { useLocale, useText } from '../i18n';
import { type ShortcutId, shortcutLabel } from '../keyboard/shortcuts';
import { TrainButton } from '../training/train-button';
import { ModelCost } from './model-cost';
import { Part } from './part';
import { ProjectName } from './project-name';
import { ViewMenu } from './view-menu';

export function TopBar() {
  const say = useText();
  const canUndo = useDocument((state) => state.canUndo);
  const canRedo = useDocument((state) => state.canRedo);
  const rightOpen = useView((view) => view.rightOpen);
  const set = useView((view) => view.set);
  const open = (dialog: Dialog) => () => set({ dialog });
  return (
    <header className="top-bar">
      <Logo />
      <ProjectName />
      <span className="bar-rule" />
      <BarButton icon={Undo2} label={shellMessages.undo} keys="undo" isDisabled={!canUndo} onClick={undo} />
      <BarButton icon={Redo2} label={shellMessages.redo} keys="redo" isDisabled={!canRedo} onClick={redo} />
      <span className="bar-rule" />
      <BarButton icon={LayoutTemplate} label={shellMessages.gallery} onClick={open('gallery')} hasText />
      <BarButton icon={FolderOpen} label={shellMessages.projects} onClick={open('projects')} hasText />
      <BarButton icon={Upload} label={shellMessages.import} onClick={open('import')} />
      <BarButton icon={Download} label={shellMessages.export} onClick={open('export')} />
      <span className="bar-space" />
      <ModelCost />
      <ViewMenu />
      <BarButton
        icon={PanelRight}
        label={rightOpen ? shellMessages.collapseRight : shellMessages.expandRight}
        isExpanded={rightOpen}
        onClick={() => set({ rightOpen: !rightOpen })}
      />
      <Part>
        <TrainButton />
      </Part>
      <h1 className="visually-hidden">{say(shellMessages.app)}</h1>
    </header>
  );
}

interface BarButtonProps {
  readonly icon: LucideIcon;
  readonly label: Text;
  readonly keys?: ShortcutId;
  readonly isDisabled?: boolean;
  readonly isExpanded?: boolean;
  readonly hasText?: boolean;
  readonly onClick: () => void;
}
function BarButton({ icon: Icon, label, keys, isDisabled, isExpanded, hasText, onClick }: BarButtonProps) {
  const say = useText();
  const locale = useLocale();
  const words = say(label);
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={words}
      data-tip={keys ? `${words} · ${shortcutLabel(keys, locale)}` : words}
      aria-expanded={isExpanded}
      disabled={isDisabled}
      onClick={onClick}
    >
      <Icon size={16} aria-hidden />
      {hasText && <span className="bar-text">{words}</span>}
    </button>
  );
}

/** Two threads over and under two others. */
function Logo() {
  return (
    <svg className="logo" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
      <g fill="none" strokeWidth="2.6" strokeLinecap="round">
        <path d="M2 7h8M14.500 7H20M2 15h3.500M10 15h10" stroke="var(--accent)" />
        <path d="M7.500 2v2.500M7.500 9.500V20M14.500 2v10.500M14.500 17.500V20" stroke="var(--text)" />
      </g>
    </svg>
  );
}
