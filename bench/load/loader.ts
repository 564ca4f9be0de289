// The load process: runs the plans that it receives, one at a time, and ends with the bench that
// started it.

import type { LoaderReply, LoaderRequest } from './messages.js';
import { runOpenPlan } from './run-open-plan.js';
import { runPlan } from './run-plan.js';

process.on('message', (request: LoaderRequest) => {
  run(request).then(reply, (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    reply({ kind: 'FAILED', message });
  });
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group, but the bench decides when its processes end.
process.on('SIGINT', () => undefined);

async function run(request: LoaderRequest): Promise<LoaderReply> {
  if (request.kind === 'OPEN') {
    return { kind: 'OPEN_RESULT', result: await runOpenPlan(request.plan) };
  }
  return { kind: 'RESULT', result: await runPlan(request.plan) };
}

function reply(message: LoaderReply): void {
  process.send?.(message);
}
