// The acceptance cases that are about storing: what a clock refuses, what a correction moves, what
// follows a change, and what is done only once. On the running service, with Redis and without.

import { CALL_CASES } from './cases/calls.js';
import { CHANGE_CASES } from './cases/changes.js';
import { CLOCK_CASES } from './cases/clock.js';
import { Stage } from './support/stage.js';
import { liveThrough } from './support/steps.js';
import { describeVariants } from './support/variants.js';

describeVariants('acceptance, one call after another', (serviceOf) => {
  let count = 0;
  for (const row of [...CLOCK_CASES, ...CHANGE_CASES]) {
    it(`${row.id} ${row.title} (${row.source})`, async () => {
      count += 1;
      await liveThrough(new Stage(serviceOf(), row, `s${count}`), row);
    });
  }
  for (const { id, title, source, run } of CALL_CASES) {
    it(`${id} ${title} (${source})`, async () => {
      count += 1;
      await run(new Stage(serviceOf(), { roster: {} }, `s${count}`));
    });
  }
});
