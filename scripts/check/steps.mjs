// The steps of `npm run check`: each has a name, what it checks, and a function that returns {ok,
// output, note?}. The slowest come first, so that the others fit beside them.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareFolders } from './compare-folders.mjs';
import { checkLayers } from './layers.mjs';
import { ROOT, tool } from './tool.mjs';

/** A log is read without a terminal. */
const COLORS = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;

/**
 * Prepares protos of other packages, which buf needs to compile ours; see scripts/proto-deps.mjs.
 */
export async function layOutProtos() {
  const { ok, output } = await tool('node', ['scripts/proto-deps.mjs']);
  if (!ok) throw new Error(output);
}

async function inTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'attendance-check-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Generates everything into another folder and compares, because gen/ and docs/api.md are never
 * edited.
 */
function generated() {
  return inTemporaryFolder(async (folder) => {
    const code = await tool('buf', ['generate', '-o', folder]);
    if (!code.ok) return code;
    const docs = ['generate', '--template', 'buf.gen.docs.yaml', '--path', 'proto/attendance'];
    const page = await tool('buf', [...docs, '-o', folder]);
    if (!page.ok) return page;
    const stale = [
      ...compareFolders(join(ROOT, 'gen'), join(folder, 'gen'), 'gen'),
      ...compareFolders(join(ROOT, 'docs'), join(folder, 'docs'), 'docs', ['api.md']),
    ];
    if (stale.length === 0) return { ok: true, output: '' };
    const advice = 'Run `npm run gen` and commit what it changes.';
    return { ok: false, output: `${stale.join('\n')}\n${advice}` };
  });
}

/** Runs git, also in a clone that belongs to another user (as in a container that mounts one). */
function git(args) {
  return tool('git', ['-c', 'safe.directory=*', ...args]);
}

async function lastReleaseTag() {
  const described = await git(['describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*']);
  return described.ok ? described.stdout.trim() : undefined;
}

/** Compares the contract with the last release's. It may grow, but must not break callers. */
async function breaking() {
  const tag = await lastReleaseTag();
  if (tag === undefined)
    return { ok: true, output: '', note: '(begins with the first release tag)' };
  return inTemporaryFolder(async (folder) => {
    const archive = join(folder, 'contract.tar');
    const old = join(folder, 'contract');
    mkdirSync(old);
    const packed = await git(['archive', '--output', archive, tag, 'proto', 'buf.yaml']);
    if (!packed.ok) return packed;
    const unpacked = await tool('tar', ['-xf', archive, '-C', old]);
    if (!unpacked.ok) return unpacked;
    cpSync(join(ROOT, 'build/proto-deps'), join(old, 'build/proto-deps'), { recursive: true });
    const result = await tool('buf', ['breaking', '--against', old]);
    return { ...result, note: `(against ${tag})` };
  });
}

export const STEPS = [
  { name: 'generated', says: 'gen/ and docs/api.md are what proto/ says', run: generated },
  {
    name: 'lint',
    says: 'formatting and lint',
    run: () => tool('biome', ['ci', '--error-on-warnings', '--max-diagnostics=none', COLORS, '.']),
  },
  {
    name: 'layers',
    says: 'imports go down only',
    run: () => checkLayers(join(ROOT, 'src')),
  },
  {
    name: 'types',
    says: 'the types hold',
    run: () => tool('tsc', ['--noEmit', '--tsBuildInfoFile', 'build/check.tsbuildinfo']),
  },
  {
    name: 'unused',
    says: 'no unused file, export or dependency',
    run: () => tool('knip', ['--no-progress', '--treat-config-hints-as-errors']),
  },
  { name: 'contract', says: 'the protos follow the rules', run: () => tool('buf', ['lint']) },
  {
    name: 'lock',
    says: 'package-lock.json serves every platform',
    run: () => tool('node', ['scripts/complete-lock.mjs', '--check']),
  },
  { name: 'breaking', says: 'the contract breaks nobody', run: breaking },
];
