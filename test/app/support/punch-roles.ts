// What punches do in the sessions that they come to, for tests that watch whether other punches keep it.

import type { Under } from './clock-tries.js';
import type { Span } from './clock-watch.js';

export function isIn({ in: start, out }: Span, second: number): boolean {
  return (start ?? out ?? 0) <= second && second <= (out ?? Infinity);
}

/** What the punches at a time do. */
export type Role = 'ARRIVES' | 'LEAVES' | 'LEAVES_ALONE' | 'PAUSES' | 'RETURNS';

export function rolesAt(second: number, spans: readonly Span[]): readonly Role[] {
  return spans.flatMap(({ in: start, out, breaks }) => {
    const roles: Role[] = [];
    if (start === second) roles.push('ARRIVES');
    if (out === second) roles.push(start === undefined ? 'LEAVES_ALONE' : 'LEAVES');
    for (const pause of breaks) {
      if (pause.start === second) roles.push('PAUSES');
      if (pause.end === second && pause.end !== out) roles.push('RETURNS');
    }
    return roles;
  });
}

/** What may become of a role: somebody who presses IN on a break comes back from it. */
const KEPT_AS: Readonly<Record<Role, readonly Role[]>> = {
  ARRIVES: ['ARRIVES', 'RETURNS'],
  LEAVES: ['LEAVES'],
  LEAVES_ALONE: ['LEAVES_ALONE', 'LEAVES'],
  PAUSES: ['PAUSES'],
  RETURNS: ['RETURNS', 'ARRIVES'],
};

/** Counted as a whole, arrivals and departures in between do not show. */
function isHidden(role: Role, second: number, under: Under, after: readonly Span[]): boolean {
  const works = [...under.roster.shifts.values()].flat().map(({ shift }) => shift.work);
  const isAnyWhole = [...works, under.roster.offShift.work].some(
    ({ hours }) => hours === 'FIRST_IN_TO_LAST_OUT',
  );
  const isEnd = role === 'ARRIVES' || role === 'LEAVES' || role === 'LEAVES_ALONE';
  return isAnyWhole && isEnd && after.some((span) => span.in !== undefined && isIn(span, second));
}

/** A role of another punch that a correction took from it. */
export function takenFrom(
  seconds: readonly number[],
  under: Under,
  before: readonly Span[],
  after: readonly Span[],
): string | undefined {
  for (const second of seconds) {
    const roles = rolesAt(second, after);
    const lost = rolesAt(second, before).find(
      (role) =>
        !KEPT_AS[role].some((kept) => roles.includes(kept)) &&
        !isHidden(role, second, under, after),
    );
    if (lost !== undefined) return `${new Date(second).toISOString()} ${lost}`;
  }
  return undefined;
}

/** Whether there are clocks whose keys nobody heeds. */
export function hasUnheeded({ roster }: Pick<Under, 'roster'>): boolean {
  const works = [...roster.shifts.values()].flat().map(({ shift }) => shift.work);
  const policies = [...roster.policies.values()]
    .flat()
    .flatMap(({ policy }) => policy.offShift ?? []);
  const others = [roster.offShift, ...policies].map(({ work }) => work);
  return [...works, ...others].some(({ pairing }) => pairing === 'ALTERNATING');
}
