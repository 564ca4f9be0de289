// Reads a Dockerfile and a .dockerignore as far as this repository uses them, and throws on
// anything else: a test must not pass because it did not understand what it read.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Copy {
  /** The stage it comes from; undefined for the build context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

const KEYWORDS = new Set(
  'FROM WORKDIR COPY RUN ENV USER EXPOSE STOPSIGNAL HEALTHCHECK CMD'.split(' '),
);

/** The instructions of each stage, continued lines joined, comments left out. */
export function readDockerfile(path: string): Stage[] {
  const text = readFileSync(path, 'utf8').replaceAll(/^\s*#.*\n/gm, '');
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of text.replaceAll(/\\\n\s*/g, '').split('\n')) {
    if (line.trim() === '') continue;
    const [, keyword = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (!KEYWORDS.has(keyword)) throw new Error(`cannot read this line of the Dockerfile: ${line}`);
    if (keyword === 'FROM') {
      const [image = '', as, name] = rest.split(/\s+/);
      stages.push({ image, name: as === 'AS' ? name : undefined, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ keyword, text: rest });
    }
  }
  return stages;
}

/** What an instruction of that keyword says, each time it occurs, in order. */
export function saying(stage: Stage, keyword: string): string[] {
  return stage.instructions.filter((each) => each.keyword === keyword).map(({ text }) => text);
}

/** The variables that ENV sets. */
export function environment(stage: Stage): Record<string, string> {
  const pairs = saying(stage, 'ENV').flatMap((text) => text.split(/\s+/));
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

export function copies(stage: Stage): Copy[] {
  return saying(stage, 'COPY').map((text) => {
    const words = text.split(/\s+/);
    const flag = words[0]?.startsWith('--from=') ? words.shift() : undefined;
    const target = words.pop();
    if (target === undefined || words.length === 0 || words.some((word) => word.startsWith('--'))) {
      throw new Error(`cannot read COPY ${text}`);
    }
    return { from: flag?.slice('--from='.length), sources: words, target };
  });
}

/** The arguments of an instruction in exec form; throws when it is in shell form. */
export function execForm(text: string): string[] {
  const args: unknown = JSON.parse(text);
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === 'string')) {
    throw new Error(`not in exec form: ${text}`);
  }
  return args;
}

/** What the build context holds: a .dockerignore that shuts everything out and lets these in. */
export function contextEntries(root: string): string[] {
  const [first, ...rest] = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (first !== '*' || rest.some((line) => !line.startsWith('!'))) {
    throw new Error('.dockerignore must shut everything out and then let single entries in');
  }
  const entries = rest.map((line) => line.slice(1));
  const missing = entries.filter((entry) => !existsSync(join(root, entry)));
  if (missing.length > 0) throw new Error(`.dockerignore lets in what is not there: ${missing}`);
  return entries;
}
