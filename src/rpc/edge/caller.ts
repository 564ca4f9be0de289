// Who calls, and what a caller may do. How a caller proves it is not told here: src/auth/ does that.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Peer } from './peer.js';

/** Scopes with which calls may be about any employee. */
export const WIDE_SCOPES = [
  'attendance.read',
  'attendance.write',
  'attendance.admin',
  'attendance.punch',
] as const;
export type WideScope = (typeof WIDE_SCOPES)[number];

/** Scopes with which calls may be about some employees only. */
export const NARROW_SCOPES = ['attendance.self', 'attendance.manage'] as const;
export type NarrowScope = (typeof NARROW_SCOPES)[number];

/** With it, a caller may say for whom it acts. It allows no call by itself. */
export const ACT_SCOPE = 'attendance.act';

export const SCOPES = [...WIDE_SCOPES, ...NARROW_SCOPES, ACT_SCOPE] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * A caller's name, which is stored with every fact: 1 to 128 visible ASCII characters. Without
 * spaces: what is recorded of a caller who acts for another begins with the name and a space.
 */
const CALLER_NAME = /^[!-~]{1,128}$/;

/** What is recorded of facts that no caller made; a caller of that name would pass for the service. */
const RESERVED_NAMES = ['anonymous', 'rebuild', 'legacy-import'];

/** What is told of a name that is none. */
export const NAME_RULE = `must be 1 to 128 visible ASCII characters, without spaces, and not ${RESERVED_NAMES.join(', ')}`;

export function isCallerName(value: unknown): value is string {
  return typeof value === 'string' && CALLER_NAME.test(value) && !RESERVED_NAMES.includes(value);
}

/** A caller who is known, with all that decides what it may do. */
export interface Caller {
  /** Recorded with what it does; `isCallerName`, unless it is ANONYMOUS. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Whose own days `attendance.self` is about; undefined: nobody's. */
  readonly employeeId: EmployeeId | undefined;
  /** Whose employees `attendance.manage` is about. */
  readonly groups: ReadonlySet<string>;
  /** Milliseconds since the epoch; Infinity when its token has no end. */
  readonly expiresAtMs: number;
}

/** A call's headers, by names in lower case. Of equal headers, the transport decides. */
export interface CallHeaders {
  get(name: string): string | null;
}

export interface Authenticator {
  /**
   * Who calls, by the headers of the call and by the certificate of its peer. A promise only where there is something to wait for, such as the check of a
   * signature. Throws the TOKEN_* failures, or rejects with them.
   */
  authenticate(headers: CallHeaders, peer: Peer | undefined): Caller | Promise<Caller>;
}

/** Whoever calls while callers are not authenticated. */
export const ANONYMOUS: Caller = {
  name: 'anonymous',
  scopes: new Set(SCOPES),
  employeeId: undefined,
  groups: new Set(),
  expiresAtMs: Number.POSITIVE_INFINITY,
};

/** AUTH=off: everybody may do everything. */
export const NO_AUTHENTICATION: Authenticator = { authenticate: () => ANONYMOUS };
