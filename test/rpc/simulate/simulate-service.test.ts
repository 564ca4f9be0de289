// Simulating in turns, by plain calls: what else the process has to do comes in between, and an
// aborted call stops there.

import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { SimulateAttendanceRequestSchema } from '../../../gen/attendance/v1/simulation_pb.js';
import { MAX_TURN_MS, Turns } from '../../../src/app/ports/turns.js';
import type { Instant } from '../../../src/domain/time/time.js';
import type { Call } from '../../../src/rpc/edge/pipeline.js';
import { simulateAttendance } from '../../../src/rpc/simulate/simulate-service.js';

/** A year of a shift in sixteen hours of which somebody punches 27 times: far more than one turn. */
const YEAR = create(SimulateAttendanceRequestSchema, {
  employee: { timeZone: 'Europe/Berlin', defaultShiftId: 'D' },
  shifts: [{ shiftId: 'D', startTimeOfDay: '04:00', endTimeOfDay: '20:00' }],
  punches: Array.from({ length: 9_882 }, (_, n) => ({
    time: { seconds: BigInt(1_767_236_400 + Math.floor(n / 27) * 86_400 + (n % 27) * 2000) },
  })),
  startDate: '2026-01-01',
  endDate: '2027-01-01',
});

function callWith(signal: AbortSignal): Call {
  const now = Date.parse('2027-02-01T00:00:00Z') as Instant;
  return {
    actor: 'anonymous',
    now,
    clock: () => now,
    signal,
    report: () => expect.fail('nothing to report'),
  };
}

describe('a long simulation', () => {
  it('lets everything else have its turn after every few steps', async () => {
    // By this clock every step takes a millisecond, however quick or busy the machine is.
    let steps = 0;
    const turns = new Turns(() => {
      steps += 1;
      return steps;
    });
    let rounds = 0;
    let isDone = false;
    const other = () => {
      rounds += 1;
      if (!isDone) setImmediate(other);
    };
    setImmediate(other);
    const { signal } = new AbortController();
    const error = await simulateAttendance(YEAR, callWith(signal), turns).then(
      () => expect.fail('it fitted'),
      (thrown: unknown) => thrown,
    );
    isDone = true;
    const told = Number(/at most (\d+) days/.exec(JSON.stringify(error))?.[1]);
    // A step is a date at most; of one that is told, one explanation of more than twenty.
    expect(steps).to.be.at.least(told * 20);
    // A round's clock is also read when its turn begins, and when the next is asked for.
    expect(rounds).to.be.at.least(Math.floor(steps / (MAX_TURN_MS + 3)));
  });

  it('stops for the reason that its call was aborted for', async () => {
    const controller = new AbortController();
    const reason = new Error('the caller has gone');
    setImmediate(() => controller.abort(reason));
    const failure = await simulateAttendance(YEAR, callWith(controller.signal)).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.equal(reason);
  });
});
