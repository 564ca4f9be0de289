// Whether a caller may make a call: first by the scopes alone, then, for scopes that are about some
// employees, by whom each message is about. An employee whom a caller must not see is refused like
// one who does not exist: in the same words, and after the same reads.

import type { DescMethod } from '@bufbuild/protobuf';
import { type EmployeeId, parseEmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError, type Failure } from '../../domain/facts/errors.js';
import { type About, type Access, accessOf } from './access-table.js';
import { ANONYMOUS, type Caller, type NarrowScope } from './caller.js';

/** The most employees that a message of a narrow caller names: as many as a batch has items. */
export const MAX_NAMED_EMPLOYEES = 1000;

/** Memberships that are read at a time for one call, of the six connections for reads. */
const READS_AT_A_TIME = 3;

/** Where membership comes from. */
export interface Memberships {
  /** The group that an employee is in now: empty for none, undefined for nobody who is known. */
  groupOf(employeeId: EmployeeId): Promise<string | undefined>;
}

/** Of one call: what each of its messages has to pass. */
export type MessageCheck = (message: unknown) => undefined | Promise<void>;

const MAY_ALL: MessageCheck = () => undefined;

/**
 * What messages of this call are held to. Throws SCOPE_REQUIRED when no scope of the caller allows
 * the call at all. A check throws OUT_OF_SCOPE, and returns a promise only when it has to read.
 */
export function authorize(
  method: DescMethod,
  caller: Caller,
  memberships: Memberships,
  signal: AbortSignal,
): MessageCheck {
  if (caller === ANONYMOUS) return MAY_ALL;
  const access = accessOf(method);
  if (access.scopes.some((scope) => caller.scopes.has(scope))) return MAY_ALL;
  const scopes = narrowScopesOf(access, caller);
  if (scopes.length === 0) {
    throw new AttendanceError({ kind: 'SCOPE_REQUIRED', scopes: allScopesOf(access) });
  }
  const narrow = new NarrowCheck({ access, caller, scopes, memberships, signal });
  return (message) => narrow.check(message);
}

/**
 * What is told of a failure to a caller with this check: who asks about some employees must not be
 * told an id of others, such as the one that was probably meant.
 */
export function toldTo(check: MessageCheck | undefined, error: unknown): unknown {
  if (check === MAY_ALL || !(error instanceof AttendanceError)) return error;
  const { failure, cause } = error;
  if (failure.kind !== 'EMPLOYEE_NOT_ADDED') return error;
  return new AttendanceError({ ...failure, nearestId: undefined }, { cause });
}

/** Those of the caller's narrow scopes that allow the call for some employees. */
function narrowScopesOf({ narrow }: Access<never>, { scopes }: Caller): NarrowScope[] {
  const held: NarrowScope[] = [];
  if (narrow?.self !== undefined && scopes.has('attendance.self')) held.push('attendance.self');
  if (narrow?.manage && scopes.has('attendance.manage')) held.push('attendance.manage');
  return held;
}

function allScopesOf({ scopes, narrow }: Access<never>): string[] {
  return [
    ...scopes,
    ...(narrow?.self === undefined ? [] : ['attendance.self']),
    ...(narrow?.manage ? ['attendance.manage'] : []),
  ];
}

type Why = Extract<Failure, { kind: 'OUT_OF_SCOPE' }>['why'];

interface NarrowCall {
  readonly access: Access<never>;
  readonly caller: Caller;
  /** The caller's narrow scopes that allow the call. */
  readonly scopes: readonly NarrowScope[];
  readonly memberships: Memberships;
  readonly signal: AbortSignal;
}

class NarrowCheck {
  readonly #call: NarrowCall;

  constructor(call: NarrowCall) {
    this.#call = call;
  }

  check(message: unknown): undefined | Promise<void> {
    const { access, caller, scopes } = this.#call;
    const about = access.narrow?.about(message as never) ?? 'EVERYBODY';
    if (about === 'NOBODY') return undefined;
    if (about === 'EVERYBODY') throw this.#refusal('EVERYBODY');
    const others = this.#notOwn(about, message);
    if (others.length === 0 && about.groupId === '') return undefined;
    const isManager = scopes.includes('attendance.manage');
    const isGroupTheirs = about.groupId === '' || caller.groups.has(about.groupId);
    if (!isManager || !isGroupTheirs) throw this.#refusal('EMPLOYEE');
    if (others.length > MAX_NAMED_EMPLOYEES) throw this.#refusal('TOO_MANY');
    return others.length === 0 ? undefined : this.#checkMembers(others);
  }

  /** Those named whom `attendance.self` does not cover, each once. */
  #notOwn({ employeeIds }: Exclude<About, string>, message: unknown): string[] {
    const { access, caller, scopes } = this.#call;
    const named = [...new Set(employeeIds)];
    if (!scopes.includes('attendance.self')) return named;
    const others = named.filter((id) => id !== caller.employeeId);
    if (others.length === named.length || access.narrow?.self !== 'CLOCK') return others;
    const hasTime = (message as { readonly time?: unknown }).time !== undefined;
    if (!hasTime) return others;
    // A manager may tell the time of an employee of theirs, and may be one.
    if (scopes.includes('attendance.manage')) return named;
    throw this.#refusal('TIME');
  }

  async #checkMembers(employeeIds: readonly string[]): Promise<void> {
    const { signal } = this.#call;
    const waiting = employeeIds.values();
    let isOver = false;
    const readOn = async () => {
      for (const id of waiting) {
        if (isOver || signal.aborted) return;
        await this.#checkMember(id);
      }
    };
    try {
      await Promise.all(Array.from({ length: READS_AT_A_TIME }, readOn));
    } finally {
      isOver = true;
    }
    signal.throwIfAborted();
  }

  async #checkMember(id: string): Promise<void> {
    const { caller, memberships } = this.#call;
    const employeeId = parseEmployeeId(id);
    const groupId = employeeId && (await memberships.groupOf(employeeId));
    if (!groupId || !caller.groups.has(groupId)) throw this.#refusal('EMPLOYEE');
  }

  #refusal(why: Why): AttendanceError {
    const { access, scopes } = this.#call;
    return new AttendanceError({ kind: 'OUT_OF_SCOPE', why, held: scopes, wide: access.scopes });
  }
}
