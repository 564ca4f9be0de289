// The `attendance` command of a process: its arguments, its signals, its exit code.

import { EXIT_INTERRUPTED, EXIT_OK } from '../terminal/console.js';
import { runProgram } from './program.js';

const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const;

/** The first interrupt lets the command end in order; the second ends the process at once. */
function onInterrupt(callback: () => void): () => void {
  let isFirst = true;
  const listener = () => {
    if (!isFirst) process.exit(EXIT_INTERRUPTED);
    isFirst = false;
    callback();
  };
  for (const name of INTERRUPTS) process.on(name, listener);
  return () => {
    for (const name of INTERRUPTS) process.off(name, listener);
  };
}

// `attendance list | head` closes the pipe early.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT_OK);
});

const { env, stdin, stdout, stderr } = process;
const surroundings = { env, stdin, stdout, stderr, onInterrupt };
const exitCode = await runProgram(process.argv.slice(2), surroundings);
// A command may have set its own exit code, which only a failure replaces.
if (exitCode !== EXIT_OK) process.exitCode = exitCode;
