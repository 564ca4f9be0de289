// A day whose sessions a rule closes has several forms: one until each closing instant, and the
// final one. Finds the form that counts at a moment.

import type { DayResult, DayWork, Session } from '../facts/day.js';
import type { Instant } from '../time/time.js';

/** After every closing. */
export const AFTER_ALL = Infinity as Instant;
/** Before every closing. */
export const BEFORE_ALL = -Infinity as Instant;

/** The work as it counts at a moment: with the closings up to then, and no later ones. */
export function workAt(work: DayWork, moment: Instant): DayWork {
  const { untilClosed } = work;
  if (untilClosed === undefined) return work;
  return untilClosed.find(({ at }) => moment < at)?.work ?? work;
}

/** The result as it counts at a moment. */
export function resultAt(result: DayResult, moment: Instant): DayResult {
  const work = workAt(result.work, moment);
  if (work === result.work) return result;
  // The declaration is the same in all forms.
  const isOpenHalf = result.work.otherHalfStatus !== undefined;
  return {
    ...result,
    status: result.origin === 'MARKED' ? result.status : work.status,
    otherHalfStatus: isOpenHalf ? work.otherHalfStatus : result.otherHalfStatus,
    work,
  };
}

/** When the rules close the open sessions of a form, by time, each once. */
export function closingTimes({ sessions }: DayWork): readonly Instant[] {
  const open = sessions.filter(({ out }) => out === undefined);
  const times = open.flatMap(({ autoClose }) => autoClose?.at ?? []);
  return [...new Set(times)].sort((a, b) => a - b);
}

/**
 * The sessions as they were before the rules closed any after `moment`. Their departures can still
 * be punched.
 */
export function sessionsOpenAt(work: DayWork, moment: Instant): readonly Session[] {
  const { sessions } = workAt(work, moment);
  if (!sessions.some((session) => isClosedAfter(session, moment))) return sessions;
  return sessions.map((session) => (isClosedAfter(session, moment) ? reopened(session) : session));
}

function isClosedAfter({ out, autoClose }: Session, moment: Instant): boolean {
  return autoClose !== undefined && out === autoClose.at && autoClose.at > moment;
}

function reopened(session: Session): Session {
  const { out, autoClose, breaks } = session;
  const last = breaks.at(-1);
  // No punch is as late as the closing, so a break until then had no end.
  const open = last !== undefined && last.end === out ? { ...last, end: undefined } : undefined;
  return {
    ...session,
    out: undefined,
    workedSeconds: 0,
    breaks: open === undefined ? breaks : [...breaks.slice(0, -1), open],
    closesAt: autoClose?.closesAt,
  };
}
