// Completes package-lock.json after `npm install` with a registry mirror that lacks other
// platforms' packages. npm then omits those from the lock file, and `npm ci` refuses such a lock
// file. Their versions are in their parents' entries, and their platforms in their names; the next
// install that can see them adds the checksum.
//
//   node scripts/complete-lock.mjs           completes the file
//   node scripts/complete-lock.mjs --check   changes nothing, fails if something is missing
import { readFileSync, writeFileSync } from 'node:fs';

const LOCK = new URL('../package-lock.json', import.meta.url);

/** `...-linux-x64-musl`, `...-win32-arm64-msvc`, `...-darwin-arm64`: platform, processor, C library. */
const PLATFORM =
  /-(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)(?:-([a-z]+))?$/;

const PROCESSORS = new Map([
  ['aarch64', 'arm64'],
  ['armv7', 'arm'],
]);
const LIBRARIES = new Map([
  ['gnu', 'glibc'],
  ['musl', 'musl'],
]);

/** Whether npm would find a package from another one: beside it, or in any folder above. */
function isLocked(packages, from, name) {
  for (let folder = from; ; ) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
    folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0));
  }
}

function entryFor(name, version, parent) {
  const [, os, processor, library] = PLATFORM.exec(name) ?? [];
  if (os === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
    throw new Error(`cannot tell the platform or version of ${name}@${version}: lock it by hand`);
  }
  const libc = os === 'linux' ? LIBRARIES.get(library) : undefined;
  return {
    version,
    cpu: [PROCESSORS.get(processor) ?? processor],
    ...(parent.dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [os],
  };
}

/** The entries that the lock file lacks: [folder, entry]. */
function missingEntries(packages) {
  return Object.entries(packages).flatMap(([folder, parent]) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name]) => !isLocked(packages, folder, name))
      .map(([name, version]) => [`node_modules/${name}`, entryFor(name, version, parent)]),
  );
}

const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
const missing = missingEntries(lock.packages);
const names = missing.map(([folder, { version }]) => `${folder}@${version}`).join('\n');
if (missing.length === 0) {
  console.log('package-lock.json names every platform');
} else if (process.argv.includes('--check')) {
  console.error(`package-lock.json lacks, so that npm ci refuses it:\n${names}`);
  console.error('Run `node scripts/complete-lock.mjs` and commit what it changes.');
  process.exitCode = 1;
} else {
  const [root, ...rest] = Object.entries(lock.packages);
  const sorted = [...rest, ...missing].sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries([root, ...sorted]);
  writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added:\n${names}`);
}
