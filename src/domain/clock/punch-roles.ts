// Finds the role of a punch in the sessions that it is part of. Times here are whole seconds.

import type { PunchKind } from '../facts/punch.js';
import type { Instant } from '../time/time.js';
import type { Presence } from './presence.js';

/** The kind and time of a punch as a person gives them. */
export interface SaidPunch {
  readonly kind: PunchKind;
  readonly time: Instant;
}

/** LEAVES_ALONE: a departure without an arrival. */
export type Role = 'ARRIVES' | 'LEAVES' | 'LEAVES_ALONE' | 'PAUSES' | 'RETURNS';

/** The role of a punch, and its session. */
export interface Part {
  readonly role: Role;
  readonly session: Presence;
  /** Whether the other end exists too: of the session, or of the break. */
  readonly isPaired: boolean;
  /** Whether its kind says its role; false if arrivals and departures alternate. */
  readonly isTyped: boolean;
}

/** Undefined if it has no role. */
export function partOf({ kind, time }: SaidPunch, sessions: readonly Presence[]): Part | undefined {
  const parts = sessions.flatMap((session) => partsAt(time, session));
  const among = (roles: readonly Role[]) => parts.find(({ role }) => roles.includes(role));
  if (kind === 'BREAK_START' || kind === 'BREAK_END') {
    const found = among(kind === 'BREAK_START' ? ['PAUSES'] : ['RETURNS']);
    return found && { ...found, isTyped: true };
  }
  const typed = kind === 'OUT' ? among(['LEAVES', 'LEAVES_ALONE']) : among(['ARRIVES', 'RETURNS']);
  const found = typed ?? among(['ARRIVES', 'LEAVES', 'LEAVES_ALONE', 'RETURNS']);
  if (found === undefined) return undefined;
  const isTyped = kind !== 'UNSPECIFIED' && !found.session.isAlternating;
  return isTyped && typed === undefined ? undefined : { ...found, isTyped };
}

function partsAt(time: Instant, session: Presence): Part[] {
  const { in: start, out, breaks } = session;
  const parts: Part[] = [];
  const add = (role: Role, isPaired: boolean) =>
    parts.push({ role, session, isPaired, isTyped: true });
  if (start === time) add('ARRIVES', out !== undefined);
  if (out === time) add(start === undefined ? 'LEAVES_ALONE' : 'LEAVES', start !== undefined);
  for (const pause of breaks) {
    // A break that lasts until the departure has no end of its own.
    const isEnded = pause.end !== undefined && pause.end !== out;
    if (pause.start === time) add('PAUSES', isEnded);
    if (pause.end === time && isEnded) add('RETURNS', true);
  }
  return parts;
}
