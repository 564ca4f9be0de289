// docs/guide.md as data, and how its commands are run: blocks of shell, each with what it prints.

import { execFile } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { runProgram } from '../../../src/cli/commands/program.js';
import { ROOT } from '../../support/process.js';

export interface Step {
  /** Where the commands stand on the page. */
  readonly line: number;
  readonly commands: string;
  /** Nothing where no block of text follows. A line `...` stands for any lines. */
  readonly prints: string;
}

const FENCED = /^```(.*)\n([\s\S]*?)^```$/gm;
const NPX = 'npx attendance ';
/** What a shell would not take literally. */
const FOR_THE_SHELL = /[|<>;&$`()*?]/;
const COMMAND_MS = 10_000;

/** Throws where a block is neither commands nor what they print. */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const { 1: language, 2: text = '', index } of page.matchAll(FENCED)) {
    const line = page.slice(0, index).split('\n').length;
    const last = steps.at(-1);
    if (language === 'sh') steps.push({ line, commands: text, prints: '' });
    else if (language === 'text' && last?.prints === '')
      steps.splice(-1, 1, { ...last, prints: text });
    else throw new Error(`line ${line}: neither commands nor what they print`);
  }
  return steps;
}

/** What the commands print, on both outputs, as a terminal shows it. */
export async function printedBy(commands: string, env: NodeJS.ProcessEnv): Promise<string> {
  const lines = commands.replaceAll('\\\n', ' ').trim().split('\n');
  const isOurs = (line: string) => line.startsWith(NPX) && !FOR_THE_SHELL.test(unquoted(line));
  if (!lines.every(isOurs)) return await printedByShell(commands, env);
  const printed: string[] = [];
  for (const line of lines)
    printed.push(await printedByProgram(wordsOf(line.slice(NPX.length)), env));
  return printed.join('');
}

async function printedByShell(commands: string, env: NodeJS.ProcessEnv): Promise<string> {
  const ours = commands.replaceAll(NPX, 'node scripts/attendance.mjs ');
  const options = { cwd: ROOT, env, timeout: COMMAND_MS };
  const { stdout } = await promisify(execFile)('bash', ['-c', `exec 2>&1\n${ours}`], options);
  return stdout;
}

/** Without a process of its own, which would take longer than the command. */
async function printedByProgram(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const printed: Buffer[] = [];
  const output = () =>
    new Writable({
      write(chunk: Buffer, _, done) {
        printed.push(chunk);
        done();
      },
    });
  await runProgram(args, {
    env,
    stdin: Readable.from([]),
    stdout: output(),
    stderr: output(),
    onInterrupt: () => () => undefined,
  });
  return Buffer.concat(printed).toString();
}

function unquoted(line: string): string {
  return line.replaceAll(/"[^"]*"/g, '');
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** Whether it prints what is shown. */
export function isShown(prints: string, shown: string): boolean {
  const lines = shown.split('\n').map((line) => {
    return line === '...' ? '(?:.*\n)*?' : `${line.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}\n`;
  });
  return new RegExp(`^${lines.join('')}$`).test(`${prints}\n`);
}
