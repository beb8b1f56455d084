// Which room of src may import which. `npm run lint` checks it.

/** The lowest floor comes first: a room imports only rooms of the floors below it that its line names. */
const ROOMS = {
  batcher: [],
  native: [],
  threads: [],
  engine: ['native', 'threads'],
  decode: ['batcher', 'native', 'threads', 'engine'],
  terminal: ['engine'],
  server: ['batcher', 'native', 'threads', 'engine', 'decode', 'terminal'],
  tools: ['batcher', 'native', 'threads', 'engine', 'decode', 'terminal', 'server'],
};

/** The same inside src/server; main.ts may import all of them. */
const SERVER_ROOMS = {
  problem: [],
  config: [],
  telemetry: ['problem'],
  supervisor: ['config', 'telemetry'],
  models: ['problem', 'config', 'telemetry', 'supervisor'],
  http: ['problem', 'config', 'telemetry', 'supervisor', 'models'],
};

function floors(rooms, folder) {
  const names = Object.keys(rooms).join('|');
  return Object.entries(rooms).map(([room, below]) => ({
    name: `${folder}/${room}`,
    comment: `${folder}/${room} imports nothing of ${folder} but ${below.join(', ') || 'itself'}.`,
    severity: 'error',
    from: { path: `^${folder}/${room}/` },
    to: {
      path: `^${folder}/(${names})/`,
      pathNot: `^${folder}/(${[room, ...below].join('|')})/`,
    },
  }));
}

module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Nothing imports in a circle, types included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...floors(ROOMS, 'src'),
    ...floors(SERVER_ROOMS, 'src/server'),
    {
      name: 'rooms-below-server',
      comment: 'batcher, native, threads, engine, decode and terminal never import the server.',
      severity: 'error',
      from: { path: '^src/(batcher|native|threads|engine|decode|terminal)/' },
      to: { path: '^src/(server|tools)/' },
    },
    {
      name: 'main-is-the-top',
      comment: 'Only the supervisor starts main.ts, and nothing imports it.',
      severity: 'error',
      from: {},
      to: { path: '^src/server/main\\.ts$' },
    },
    ...['src', 'bench', 'scripts'].map((folder) => ({
      name: `${folder}-enters-by-the-face`,
      comment:
        'A room is entered by its index.ts. The graph has a face of its own, the configuration reads the names of the providers without loading the engine, and open-session.ts stays outside of the face because it loads the runtime.',
      severity: 'error',
      from: { path: folder === 'src' ? '^src/([^/]+)' : `^${folder}/` },
      to: {
        path: '^src/(batcher|native|threads|engine|decode)/',
        pathNot: [
          ...(folder === 'src' ? ['^src/$1/'] : []),
          '^src/[^/]+/index\\.ts$',
          '^src/engine/(graph/index|provider|lane/open-session)\\.ts$',
        ],
      },
    })),
    {
      name: 'no-bench-in-src',
      comment: 'The program needs no benchmark, script or test.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(bench|scripts|test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)generated/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
