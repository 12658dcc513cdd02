/** Who may import whom: the table in ARCHITECTURE.md, line by line. Tests may import anything. */
const MAY_IMPORT = {
  graph: [],
  messages: ['graph'],
  nodes: ['graph', 'messages'],
  compile: ['graph', 'messages', 'nodes'],
  targets: ['graph', 'messages', 'nodes', 'compile'],
  data: ['graph', 'messages'],
  lessons: ['graph', 'messages', 'nodes', 'compile'],
  engine: ['graph', 'messages', 'nodes', 'compile', 'data'],
  worker: ['graph', 'messages', 'nodes', 'compile', 'data', 'engine', 'storage'],
  storage: ['graph', 'messages', 'data', 'compile', 'worker'],
  state: [
    'graph',
    'messages',
    'nodes',
    'compile',
    'targets',
    'data',
    'lessons',
    'storage',
    'worker',
    'engine',
  ],
  ui: ['graph', 'messages', 'nodes', 'compile', 'targets', 'lessons', 'state', 'data', 'worker', 'engine'],
  cli: ['graph', 'messages', 'nodes', 'compile', 'targets', 'data', 'lessons', 'engine'],
};

const notATest = { pathNot: '\\.test\\.tsx?$|/battery\\.ts$' };
const folders = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `${folder}-imports-only-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: `^src/${folder}/`, ...notATest },
  to: { path: '^src/', pathNot: [folder, ...allowed].map((name) => `^src/${name}/`) },
}));

/** A package whose values may be imported in one place only; types are free. */
const onlyIn = (name, packages, place) => ({
  name,
  severity: 'error',
  from: { path: '^src/', pathNot: [place, notATest.pathNot] },
  to: { path: `node_modules/(${packages})/`, dependencyTypesNot: ['type-only'] },
});

export default {
  forbidden: [
    ...folders,
    onlyIn('tfjs-values-only-in-engine', '@tensorflow', '^src/engine/'),
    onlyIn('react-flow-only-in-canvas', '@xyflow', '^src/ui/canvas/'),
    onlyIn('recharts-only-in-charts', 'recharts', '^src/ui/charts/'),
    onlyIn('dexie-only-in-storage', 'dexie', '^src/storage/'),
    {
      name: 'page-takes-only-types-from-engine',
      severity: 'error',
      from: { path: '^src/(ui|state|storage)/|^src/worker/(client|protocol)', ...notATest },
      to: { path: '^src/engine/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'page-takes-only-client-and-protocol-from-worker',
      severity: 'error',
      from: { path: '^src/(ui|state|storage)/', ...notATest },
      to: { path: '^src/worker/', pathNot: '^src/worker/(client|protocol|pool)' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-dom-package-in-core',
      severity: 'error',
      from: { path: '^src/(graph|messages|nodes|compile|targets|data|lessons)/', ...notATest },
      to: { path: 'node_modules/(react|react-dom|@mantine|zustand|dexie)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'src/engine/kernels/wasm/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
  },
};
