// The process in which the engine alone is measured. It measures once, by the layout that it
// receives, and ends with the bench that started it.

import { computeInTurns } from '../support/compute.js';
import type { Layout } from '../support/rounds.js';
import type { EngineReply } from './messages.js';
import { scenarios } from './scenarios.js';
import { worksOf } from './works.js';

process.once('message', (layout: Layout) => {
  computeInTurns(scenarios().flatMap(worksOf), layout).then(
    (computed) => reply({ kind: 'RESULT', computed }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      reply({ kind: 'FAILED', message });
    },
  );
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group, but the bench decides when its processes end.
process.on('SIGINT', () => undefined);

function reply(message: EngineReply): void {
  process.send?.(message);
}
