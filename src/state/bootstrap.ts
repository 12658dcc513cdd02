/**
 * What happens when the page opens: the last project, or a starter; and scenarios by address for tests and links,
 * `?doc=digits-mlp&backend=cpu&epochs=1&theme=dark&lang=zh`.
 */
import { apply } from '../graph/apply';
import type { GraphDoc } from '../graph/document';
import { LOCALES } from '../graph/text';
import { starters } from '../lessons/starters/index';
import type { Backend } from '../worker/protocol';
import type { ViewSettings } from './contract';
import { dataStore } from './data-store';
import { documentStore } from './document-store';
import { lastProject, projectStore } from './project-store';
import { runStore } from './run-store';
import { viewStore } from './view-store';

const BACKENDS: readonly Backend[] = ['auto', 'webgpu', 'webgl', 'wasm', 'cpu'];

export interface Address {
  readonly doc: GraphDoc | null;
  readonly backend: Backend | null;
  readonly view: Partial<Pick<ViewSettings, 'theme' | 'locale'>>;
}

/** What an address asks for; what it misspells is ignored. */
export function readAddress(search: string): Address {
  const wanted = new URLSearchParams(search);
  const starter = starters.find((each) => each.id === wanted.get('doc'));
  const theme = (['light', 'dark', 'system'] as const).find((each) => each === wanted.get('theme'));
  const locale = LOCALES.find((each) => each === wanted.get('lang'));
  return {
    doc: starter ? withEpochs(starter.document(), Number(wanted.get('epochs'))) : null,
    backend: BACKENDS.find((each) => each === wanted.get('backend')) ?? null,
    view: { ...(theme ? { theme } : {}), ...(locale ? { locale } : {}) },
  };
}

function withEpochs(doc: GraphDoc, epochs: number): GraphDoc {
  const isLegal = Number.isInteger(epochs) && epochs >= 1;
  return isLegal ? apply(doc, { kind: 'setTraining', training: { epochs } }).doc : doc;
}

export async function bootstrap(search: string = window.location.search): Promise<void> {
  const { doc, backend, view } = readAddress(search);
  // Not by `set`: what an address asks for holds for this visit and is not remembered.
  viewStore.setState(view);
  if (backend) runStore.getState().setBackend(backend);
  watchPage();
  forgetDeletedSelection();
  const data = dataStore.getState().refresh();
  await projectStore.getState().refresh();
  await data;
  if (!doc) await openLast();
  if (projectStore.getState().current === null) {
    await projectStore.getState().show(doc ?? starters[0]!.document());
  }
}

/** The project of the last visit, else the newest that opens. */
async function openLast(): Promise<void> {
  const last = lastProject();
  const { entries, open } = projectStore.getState();
  const known = entries.map((entry) => entry.id);
  const ids = last !== null && known.includes(last) ? [last, ...known.filter((id) => id !== last)] : known;
  for (const id of ids) {
    await open(id);
    if (projectStore.getState().current === id) return;
  }
}

/** Leaving the page is the last chance to store what was typed a moment ago. */
function watchPage(): void {
  const leave = () => projectStore.getState().leave();
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });
}

/** Undo and delete take away what may be selected. */
function forgetDeletedSelection(): void {
  documentStore.subscribe(({ doc }, before) => {
    if (doc.meaning === before.doc.meaning && doc.layout.notes === before.doc.layout.notes) return;
    const { selectedNodes, selectedEdges, select } = viewStore.getState();
    const tables = [doc.meaning.nodes, doc.layout.notes, doc.layout.frames];
    const nodes = [...selectedNodes].filter((id) => tables.some((table) => Object.hasOwn(table, id)));
    const edges = [...selectedEdges].filter((id) => Object.hasOwn(doc.meaning.edges, id));
    if (nodes.length < selectedNodes.size || edges.length < selectedEdges.size) select(nodes, edges);
  });
}
