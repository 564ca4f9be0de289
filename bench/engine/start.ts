// The bench's side of the engine process, which has the servers' core to itself.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { adopt, nextMessage, stop } from '../support/children.js';
import type { Computed } from '../support/compute.js';
import { onServerCore } from '../support/pinning.js';
import { MAX_WARM_UP_STEPS } from '../support/rounds.js';
import type { RowContext } from '../support/row.js';
import type { EngineReply } from './messages.js';

/** The additional time beyond warm-up and rounds: for starting, and for reading time zones. */
const GRACE_MS = 30_000;
const SCRIPT = fileURLToPath(new URL('./engine-process.js', import.meta.url));

/** Measures all works of all scenarios. Throws if they could not be measured completely. */
export async function computeEngine({
  layout,
  pinning,
  cleanup,
}: RowContext): Promise<readonly Computed[]> {
  const { file, args } = onServerCore(pinning, { file: process.execPath, args: [SCRIPT] });
  const child = adopt(spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  cleanup.add(() => stop(child));
  const timeoutMs =
    MAX_WARM_UP_STEPS * layout.warmUpMs + layout.rounds * layout.windowMs + GRACE_MS;
  const answer = nextMessage<EngineReply>(child, 'the engine process', timeoutMs);
  child.send(layout);
  const reply = await answer;
  if (reply.kind === 'FAILED') throw new Error(`in the engine process: ${reply.message}`);
  return reply.computed;
}
