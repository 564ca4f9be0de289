// Works of days as they can be written down: any value in any place, whether or not rules would
// come to it. What rules come to is in the properties over scenarios.

import fc from 'fast-check';
import {
  ANOMALIES,
  type Break,
  type DayWork,
  noWorkIn,
  type Pending,
  type Session,
  type ShiftResult,
  STATUSES,
} from '../../../src/domain/facts/day.js';
import type { Instant } from '../../../src/domain/time/time.js';

const statuses = fc.constantFrom(...STATUSES);
const seconds = fc.nat();

/** With instants of these. */
export function worksAt(instants: fc.Arbitrary<Instant>): fc.Arbitrary<DayWork> {
  const maybeInstants = fc.option(instants, { nil: undefined });
  const pendings: fc.Arbitrary<Pending> = fc.record({
    kind: fc.constantFrom('NOT_SEEN' as const, 'PRESENT' as const, 'LEFT' as const),
    at: instants,
    lateAt: maybeInstants,
  });

  const shifts: fc.Arbitrary<ShiftResult> = fc.record({
    shiftId: fc.string({ unit: 'grapheme' }),
    start: instants,
    end: instants,
    status: statuses,
    pending: fc.option(pendings, { nil: undefined }),
    firstIn: maybeInstants,
    lastOut: maybeInstants,
    workedSeconds: seconds,
    lateBySeconds: seconds,
    earlyBySeconds: seconds,
    shortBySeconds: seconds,
  });

  const breaks: fc.Arbitrary<Break> = fc.oneof(
    fc.record({ start: instants, end: maybeInstants }),
    fc.record({ start: instants, end: maybeInstants, typeId: fc.string() }),
  );

  const session = {
    in: maybeInstants,
    out: maybeInstants,
    shiftId: fc.option(fc.string(), { nil: undefined }),
    workedSeconds: seconds,
    breaks: fc.array(breaks, { maxLength: 2 }),
    closesAt: maybeInstants,
  };
  const autoClose = fc.record({ at: instants, closesAt: instants });
  const sessions: fc.Arbitrary<Session> = fc.oneof(
    fc.record(session),
    fc.record({ ...session, autoClose }),
  );

  const work: fc.Arbitrary<DayWork> = fc.record({
    status: statuses,
    otherHalfStatus: fc.option(statuses, { nil: undefined }),
    shifts: fc.array(shifts, { minLength: 1, maxLength: 2 }),
    sessions: fc.array(sessions, { maxLength: 3 }),
    firstIn: maybeInstants,
    lastOut: maybeInstants,
    workedSeconds: seconds,
    uncountedSeconds: seconds,
    onBreakSeconds: seconds,
    plannedSeconds: seconds,
    zone: fc.string(),
    anomalies: fc.uniqueArray(fc.constantFrom(...ANOMALIES)),
  });
  const forms = fc.array(fc.record({ at: instants, work }), { minLength: 1, maxLength: 2 });
  return fc.oneof(
    fc.constantFrom('', 'UTC', 'Europe/Berlin').map(noWorkIn),
    work,
    fc.record({ work, untilClosed: forms }).map((each) => ({
      ...each.work,
      untilClosed: each.untilClosed,
    })),
  );
}

export const works = worksAt(fc.maxSafeInteger().map((time) => time as Instant));
