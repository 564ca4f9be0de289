// What the claims of a verified token come to: who calls, with which scopes, for whom.

import type { JWTPayload } from 'jose';
import { type EmployeeId, parseEmployeeId } from '../domain/facts/employee-id.js';
import { type Caller, isCallerName, NAME_RULE, type Scope } from '../rpc/edge/caller.js';
import { invalidToken } from './bearer.js';
import { isScope } from './keys-file.js';

/** How far the clocks of the issuer and of this service may differ. */
export const CLOCK_TOLERANCE_SECONDS = 30;

/** The claim with the groups of `attendance.manage`. */
const GROUPS_CLAIM = 'attendance_groups';

/** The claims in which issuers put scopes: OAuth's own, and those of two families of servers. */
const SCOPE_CLAIMS = ['scope', 'scp', 'scopes'];

/** `exp` is there: whoever verified the token asked for it. */
export function callerOf(claims: JWTPayload, employeeClaim: string): Caller {
  const { sub, exp } = claims;
  if (!isCallerName(sub)) throw invalidToken(`its sub ${NAME_RULE}`);
  if (exp === undefined) throw invalidToken('it has no exp');
  return {
    name: sub,
    scopes: new Set(SCOPE_CLAIMS.flatMap((claim) => scopesIn(claims, claim))),
    employeeId: employeeIn(claims, employeeClaim),
    groups: new Set(textsOf(own(claims, GROUPS_CLAIM))),
    expiresAtMs: (exp + CLOCK_TOLERANCE_SECONDS) * 1000,
  };
}

/** Scopes of other services are passed over. */
function scopesIn(claims: JWTPayload, claim: string): Scope[] {
  return textsOf(own(claims, claim)).filter(isScope);
}

function employeeIn(claims: JWTPayload, claim: string): EmployeeId | undefined {
  const value = own(claims, claim);
  return typeof value === 'string' ? parseEmployeeId(value) : undefined;
}

/** A list of texts, or one text with spaces between them; nothing else is any. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((text) => text !== '');
  if (!Array.isArray(value)) return [];
  return value.filter((text): text is string => typeof text === 'string' && text !== '');
}

function own(claims: JWTPayload, claim: string): unknown {
  return Object.hasOwn(claims, claim) ? claims[claim] : undefined;
}
