// Mocha's spec reporter, which ends with what failed in a screenful: after pages of green lines and
// of stacks nobody should have to look for it. It also writes how many tests passed and failed to
// the file named by TEST_REPORT. That file appears only when a run came to its end: a crash before
// that leaves none, and .ci/run counts that as a failure.

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import Mocha from 'mocha';

/**
 * Of one error: what it begins with and what it ends with. A counterexample of a property may take
 * hundreds of lines, a roster and all; its seed comes first and what went wrong with it last.
 */
const FIRST_LINES = 14;
const LAST_LINES = 6;
const MAX_FRAMES = 8;
/** The path of a counterexample takes a line of some hundred characters, and is needed whole. */
const MAX_LINE_LENGTH = 1000;

/** What the summary tells: two lines for each, so that it all fits on a screen. */
const MAX_SUMMARY = 12;
const SUMMARY_WIDTH = 110;

/** What failed: a test or a hook, or what another process told of one. */
type Failed = Mocha.Runnable & { readonly err?: unknown };

class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const { EVENT_TEST_FAIL, EVENT_RUN_END } = Mocha.Runner.constants;
    runner.on(EVENT_TEST_FAIL, (_test: Failed, error: unknown) => shorten(error));
    runner.once(EVENT_RUN_END, () => this.#writeCounts());
  }

  override epilogue(): void {
    super.epilogue();
    const failures: readonly Failed[] = this.failures;
    if (failures.length > 0) Mocha.reporters.Base.consoleLog(summaryOf(failures));
  }

  #writeCounts(): void {
    const path = process.env.TEST_REPORT;
    if (path === undefined || path === '') return;
    const { passes: passed, failures: failed, pending } = this.stats;
    writeFileSync(path, JSON.stringify({ passed, failed, pending }));
  }
}

/** Leaves of an error what a person reads. */
function shorten(error: unknown): void {
  if (!isError(error)) return;
  const { message, stack = message } = error;
  const frames = stack.split('\n').filter(isFrame);
  error.message = shortened(message);
  error.stack = [shortened(stack), ...frames.slice(0, MAX_FRAMES)].join('\n');
}

/** Without the frames that a property quotes, since those of the stack are the same. */
function shortened(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !isFrame(line));
  const left = lines.length - FIRST_LINES - LAST_LINES;
  if (left > 0) lines.splice(FIRST_LINES, left, `... ${left} lines ...`);
  return lines.map((line) => cut(line, MAX_LINE_LENGTH)).join('\n');
}

function isFrame(line: string): boolean {
  return /^\s+at\s/.test(line);
}

/** Errors of other processes may come as plain objects. */
function isError(value: unknown): value is Error {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { message?: unknown }).message === 'string'
  );
}

/** Which failed, in which file, and the first thing each of them says. */
function summaryOf(failures: readonly Failed[]): string {
  const told = failures
    .slice(0, MAX_SUMMARY)
    .flatMap((failed) => [
      `  ${cut(`${fileOf(failed)}: ${failed.titlePath().join(' > ')}`, SUMMARY_WIDTH)}`,
      `      ${cut(reasonOf(failed.err), SUMMARY_WIDTH - 4)}`,
    ]);
  const others = failures.slice(MAX_SUMMARY);
  if (others.length > 0) {
    const files = new Set(others.map(fileOf));
    told.push(`  and ${others.length} more, in ${files.size} of the files`);
  }
  return [`  Failed: ${failures.length}`, ...told, ''].join('\n');
}

/** The source, not what it was compiled to. */
function fileOf({ file }: Failed): string {
  if (file === undefined) return 'some file';
  return relative(process.cwd(), file)
    .replace(/^dist\//, '')
    .replace(/\.js$/, '.ts');
}

/** The first line; of a property, which always says the same there, what went wrong (`global.ts`). */
function reasonOf(error: unknown): string {
  if (!isError(error)) return String(error);
  const [first = '', ...others] = error.message.trim().split('\n');
  return others.find((line) => line.startsWith('Got ')) ?? first;
}

function cut(text: string, length: number): string {
  const plain = stripVTControlCharacters(text);
  return plain.length <= length ? plain : `${plain.slice(0, length - 3)}...`;
}

// Mocha loads a reporter by its default export.
export default Reporter;
