// Sessions with both ends known, and parts of them.

import type { Break, Session } from '../facts/day.js';
import type { Instant } from '../time/time.js';

export interface ClosedSession extends Session {
  readonly in: Instant;
  readonly out: Instant;
}

export function isClosed(session: Session): session is ClosedSession {
  return session.in !== undefined && session.out !== undefined;
}

/** The seconds of all breaks with both ends known. */
export function breakSecondsOf(breaks: readonly Break[]): number {
  return breaks.reduce((sum, { start, end }) => sum + ((end ?? start) - start) / 1000, 0);
}

/** The part of a session within a range; undefined if there is none or an end is missing. */
export function between(session: Session, from: Instant, to: Instant): ClosedSession | undefined {
  if (session.in === undefined || session.out === undefined) return undefined;
  const start = Math.max(session.in, from) as Instant;
  const out = Math.min(session.out, to) as Instant;
  if (start >= out) return undefined;
  const breaks = session.breaks.flatMap((pause) => {
    const begin = Math.max(pause.start, start) as Instant;
    const end = Math.min(pause.end ?? pause.start, out) as Instant;
    return begin < end ? [{ ...pause, start: begin, end }] : [];
  });
  const workedSeconds = (out - start) / 1000 - breakSecondsOf(breaks);
  return { ...session, in: start, out, breaks, workedSeconds };
}
