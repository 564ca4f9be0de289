// How commands print: results on stdout, everything else on stderr. Text from the service is made
// safe to show: a name must not be able to move a terminal's cursor.

/** Where a command reads its environment from, and writes to. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Calls back on Ctrl-C or a request to end. Returns a function that removes the callback. */
  readonly onInterrupt: (callback: () => void) => () => void;
}

/** The exit codes, as the help states them. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_REJECTS = 3;
/** As a shell reports a process that Ctrl-C ended. */
export const EXIT_INTERRUPTED = 130;

/** Ends a command with this code. If its message is empty, the message was printed already. */
export class ExitError extends Error {
  override readonly name = 'ExitError';
  readonly exitCode: number;

  constructor(exitCode: number, message = '') {
    super(message);
    this.exitCode = exitCode;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The text on one line, without control or direction characters. */
export function shownText(text: string): string {
  return text.replace(UNSAFE, '?');
}

/**
 * The same, but it shows these characters: `\x1b`, `\u2028`. For texts that a person has to find.
 */
export function escapedText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code <= 0xff
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Writes a line. Resolves when the stream has taken it, so that long output stays bounded. */
export function writeLine(stream: NodeJS.WritableStream, line: string): Promise<void> {
  if (stream.write(`${line}\n`)) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('drain', resolve);
  });
}

/** Columns separated by two spaces, with a heading. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const cells = [heading, ...rows.map((row) => row.map(shownText))];
  const widths = heading.map((_, column) =>
    Math.max(...cells.map((row) => [...(row[column] ?? '')].length)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd(),
  );
}
