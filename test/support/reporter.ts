// Mocha's spec reporter, with a summary of the failures at the end that fits on one screen, so that
// nobody has to search pages of green lines and stacks. It also writes the number of passed and
// failed tests to the file named by TEST_REPORT. That file appears only after a complete run: a
// crash leaves none, and .ci/run counts that as a failure.

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import Mocha from 'mocha';

/**
 * The lines of an error that are shown, at its beginning and its end. A counterexample of a
 * property may take hundreds of lines, with a whole roster; its seed comes first, and what went
 * wrong comes last.
 */
const FIRST_LINES = 14;
const LAST_LINES = 6;
const MAX_FRAMES = 8;
/** The path of a counterexample takes a line of some hundred characters, and must not be cut. */
const MAX_LINE_LENGTH = 1000;

/** The most failures in the summary: two lines each, so that it fits on a screen. */
const MAX_SUMMARY = 12;
const SUMMARY_WIDTH = 110;

/** A failed test or hook, perhaps reported by another process. */
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

/** Reduces an error to the part that a person reads. */
function shorten(error: unknown): void {
  if (!isError(error)) return;
  const { message, stack = message } = error;
  const frames = stack.split('\n').filter(isFrame);
  error.message = shortened(message);
  error.stack = [shortened(stack), ...frames.slice(0, MAX_FRAMES)].join('\n');
}

/** Without the stack frames that a property quotes, because the stack has the same ones. */
function shortened(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !isFrame(line));
  const left = lines.length - FIRST_LINES - LAST_LINES;
  if (left > 0) lines.splice(FIRST_LINES, left, `... ${left} lines ...`);
  return lines.map((line) => cut(line, MAX_LINE_LENGTH)).join('\n');
}

function isFrame(line: string): boolean {
  return /^\s+at\s/.test(line);
}

/** Errors from other processes may be plain objects. */
function isError(value: unknown): value is Error {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { message?: unknown }).message === 'string'
  );
}

/** The failed tests, their files, and the first line of each error. */
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

/** The source file, not the compiled one. */
function fileOf({ file }: Failed): string {
  if (file === undefined) return 'some file';
  return relative(process.cwd(), file)
    .replace(/^dist\//, '')
    .replace(/\.js$/, '.ts');
}

/**
 * The first line. For a property, whose first line is always the same, the line about the cause
 * (`global.ts`).
 */
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
