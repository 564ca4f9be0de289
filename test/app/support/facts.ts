// Facts for tests, written down in a few words.

import type {
  ClockCommand,
  ClockLimits,
  CommandLimits,
  Fact,
  PunchCorrection,
} from '../../../src/app/ports/facts.js';
import { COMMAND_KINDS } from '../../../src/app/ports/facts.js';
import type { ClockRange, MarkableStatus, Portion } from '../../../src/domain/facts/day.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { Failure } from '../../../src/domain/facts/errors.js';
import type { Punch, PunchKind } from '../../../src/domain/facts/punch.js';
import type { ToldPunch } from '../../../src/domain/facts/recorded-punch.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';

export const MIA = 'mia' as EmployeeId;

/** When all facts of tests are told. */
export const TOLD_AT = Date.parse('2026-03-02T12:00:00Z') as Instant;

/** What most tests hold commands to: nothing. */
export const NO_LIMITS: ClockLimits = {
  employedOnly: false,
  maxAgeDays: 36_500,
  skewAfterDays: 36_500,
};

export function told(punch: Punch): ToldPunch {
  return { ...punch, source: 'DEVICE', timeZone: '', accuracyMeters: 0, labels: {}, note: '' };
}

interface Header {
  readonly employeeId?: EmployeeId;
  readonly requestId?: string;
  readonly hash?: number;
}

function header({ employeeId = MIA, requestId, hash = 1 }: Header) {
  return {
    employeeId,
    requestId,
    payloadHash: Uint8Array.of(hash),
    actor: 'anonymous',
    receivedAt: TOLD_AT,
  };
}

export function markFact(
  date: LocalDate,
  status: MarkableStatus,
  options: Header & {
    readonly etag?: string;
    readonly portion?: Portion;
    readonly leaveTypeId?: string;
    readonly leaveTime?: ClockRange | undefined;
    readonly importId?: string;
    readonly leaveTypeFailure?: Failure;
    readonly note?: string;
  } = {},
): Fact {
  const { etag, portion = 'WHOLE_DAY', note = '' } = options;
  const kind = 'MARK' as const;
  return {
    kind,
    ...header(options),
    date,
    status,
    portion,
    leaveTime: options.leaveTime,
    leaveTypeId: options.leaveTypeId,
    leaveTypeFailure: options.leaveTypeFailure,
    note,
    importId: options.importId,
    etag,
    employeeName: undefined,
  };
}

export function voidMarksFact(date: LocalDate, importId: string, options: Header = {}): Fact {
  return { kind: 'VOID_MARKS', ...header(options), date, importId, reason: 'wrong file' };
}

export function clearFact(
  date: LocalDate,
  options: Header & { readonly etag?: string } = {},
): Fact {
  return { kind: 'CLEAR', ...header(options), date, etag: options.etag, reason: 'wrong' };
}

interface PunchOptions extends Header {
  readonly importId?: string;
  readonly restore?: boolean;
  readonly validateOnly?: boolean;
}

export function punchFact(punch: Punch, options: PunchOptions = {}): Fact {
  const { importId, restore = false, validateOnly = false } = options;
  const terms = { importId, restore, validateOnly };
  return { kind: 'PUNCH', ...header(options), punch: told(punch), ...terms };
}

export function voidFact(
  punchIds: readonly number[],
  options: Header & { readonly onlyStanding?: boolean } = {},
): Fact {
  const { onlyStanding = false } = options;
  const reason = 'never was';
  return {
    kind: 'VOID',
    validateOnly: false,
    ...header(options),
    punchIds,
    onlyStanding,
    reason,
  };
}

export function replaceFact(
  punchId: number,
  time: Instant | undefined,
  punchKind: PunchKind | undefined,
  options: Header = {},
): Fact {
  return {
    kind: 'REPLACE',
    validateOnly: false,
    ...header(options),
    punchId,
    time,
    punchKind,
    reason: 'forgotten',
  };
}

export function correctFact(
  corrections: readonly PunchCorrection[],
  options: Header & { readonly validateOnly?: boolean } = {},
): Fact {
  const { validateOnly = false } = options;
  return { kind: 'CORRECT', ...header(options), corrections, reason: 'all wrong', validateOnly };
}

/** `time` undefined: the moment under the lock. */
export function commandFact(
  command: ClockCommand,
  time: Instant | undefined,
  { limits = NO_LIMITS, ...options }: Header & { readonly limits?: CommandLimits } = {},
): Fact {
  const punch: Punch = {
    time: time ?? TOLD_AT,
    kind: COMMAND_KINDS[command],
    deviceId: '',
    eventId: '',
    position: undefined,
    flags: [],
  };
  return {
    kind: 'COMMAND',
    ...header(options),
    command,
    punch: { ...told(punch), source: 'COMMAND' },
    isTimeGiven: time !== undefined,
    limits,
  };
}

export function rederiveFact(firstDay: number, lastDay: number): Fact {
  return { kind: 'REDERIVE', ...header({}), firstDay, lastDay, reason: 'the roster changed' };
}
