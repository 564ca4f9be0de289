// The soak in small: half a minute of every attacker there is, on every run of the tests. The hour
// is `npm run soak`; CONTRIBUTING.md says how to read what it prints.

import { expect } from 'chai';
import { ACTORS } from './actors/index.js';
import { faultsOf, reportLines } from './report.js';
import { runSoak } from './soak.js';

/** Longer than two of the service's intervals of pings: the silent are pinged, and let go. */
const DURATION_MS = 25_000;
const BOUT_MS = 700;
/** Of everybody: they take half of the time, and then the silent wait for their pings. */
const ROUNDS = 2;
/** A tenth of the hour's connections: this process and the service have one file limit each. */
const SCALE = 0.1;
const HEAP_MB = 512;
/** The slowest timeouts that a service has for a peer that is gone. */
const SETTLE_MS = 60_000;
/** The soak, and all the time that sockets and memory may take to come back. */
const TIMEOUT_MS = 200_000;

describe('hostile and dying connections', function () {
  this.timeout(TIMEOUT_MS);

  before(function () {
    // What a process holds is read from /proc, and addresses of loopback beyond the first are used.
    if (process.platform !== 'linux') this.skip();
  });

  it('leave the process alive, innocent calls unharmed, sockets and memory as they were', async () => {
    const report = await runSoak({
      durationMs: DURATION_MS,
      seed: 1,
      scale: SCALE,
      heapMb: HEAP_MB,
      boutMs: BOUT_MS,
      patientBoutMs: DURATION_MS,
      settleMs: SETTLE_MS,
      rounds: ROUNDS,
    });
    expect(faultsOf(report), reportLines(report).join('\n')).to.deep.equal([]);
    // Nobody has only looked on.
    for (const { name } of ACTORS) {
      expect(report.actors[name]?.bouts, name).to.be.at.least(1);
    }
  });
});
