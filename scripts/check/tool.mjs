// Runs one tool to its end. Bounded in time, so that a hanging tool fails its step.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const TOOL_TIMEOUT_MS = 120_000;

const PATH = [join(ROOT, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);

/**
 * Runs a command in the repository's root: {ok, output, stdout}. `output` is everything that it
 * printed, or how it ended if it printed nothing. Never rejects.
 */
export function tool(command, args) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TOOL_TIMEOUT_MS,
  });
  let output = '';
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => {
      resolve({ ok: false, output: `${command}: ${error.message}`, stdout });
    });
    child.on('close', (code, signal) => {
      const end = signal === null ? `exit code ${code}` : `ended by ${signal}`;
      resolve({ ok: code === 0, output: output || `${command}: ${end}`, stdout });
    });
  });
}
