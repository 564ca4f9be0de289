// Starts a limit server on the servers' core.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { adopt, nextMessage, stop } from '../support/children.js';
import type { Cleanup } from '../support/cleanup.js';
import { onServerCore, type Pinning } from '../support/pinning.js';
import type { Subject } from '../support/rounds.js';
import type { LimitReady, LimitRequest } from './messages.js';

const START_TIMEOUT_MS = 10_000;

const SCRIPTS = {
  echo: new URL('./echo-server.js', import.meta.url),
  h2: new URL('./h2-server.js', import.meta.url),
};

/** A server that answers every call to the path with this message. */
export async function startLimit(
  name: keyof typeof SCRIPTS,
  request: LimitRequest,
  pinning: Pinning,
  cleanup: Cleanup,
): Promise<Pick<Subject, 'name' | 'port' | 'pid'>> {
  const script = fileURLToPath(SCRIPTS[name]);
  const { file, args } = onServerCore(pinning, { file: process.execPath, args: [script] });
  const child = adopt(spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  cleanup.add(() => stop(child));
  const ready = nextMessage<LimitReady>(child, `the limit ${name}`, START_TIMEOUT_MS);
  child.send(request);
  const { port } = await ready;
  if (child.pid === undefined) throw new Error(`the limit ${name} has no process`);
  return { name, port, pid: child.pid };
}
