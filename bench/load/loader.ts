// The load process: runs the plans it is sent, one at a time, and ends with the bench that
// started it.

import type { LoaderReply, LoadPlan } from './messages.js';
import { runPlan } from './run-plan.js';

process.on('message', (plan: LoadPlan) => {
  runPlan(plan).then(
    (result) => reply({ kind: 'RESULT', result }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      reply({ kind: 'FAILED', message });
    },
  );
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the bench decides when its processes end.
process.on('SIGINT', () => undefined);

function reply(message: LoaderReply): void {
  process.send?.(message);
}
