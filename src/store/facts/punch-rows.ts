// Converts punches to rows and back. Only this file knows the columns of `punch`. The void of a
// punch is in the fact that voided it, a later punch or a punch_correction: `joinVoid` looks it up.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import {
  type Position,
  PUNCH_KINDS,
  type Punch,
  type PunchFlag,
} from '../../domain/facts/punch.js';
import {
  PUNCH_SOURCES,
  type PunchVoid,
  type RecordedPunch,
  type ToldPunch,
} from '../../domain/facts/recorded-punch.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import { formatTimestamp, type Row } from '../postgres/database.js';
import { codeOf, number, text, wordOf } from '../postgres/rows.js';

/** In the order of their bits in `punch.flags`, lowest first, and in which they are read. */
const FLAGS: readonly PunchFlag[] = ['CLOCK_SKEW', 'EVENT_ID_CONFLICT'];

const COLUMNS = [
  'employee_id',
  'sequence',
  'time',
  'kind',
  'source',
  'device_id',
  'event_id',
  'time_zone',
  'latitude',
  'longitude',
  'accuracy_meters',
  'labels',
  'note',
  'flags',
  'actor',
  'received_at',
  'recorded_at',
  'replaces',
  'voided_by',
  'voided_at',
  'import_id',
  'badge_id',
];

/** The columns that `recordedPunch` reads, of a punch with that alias and its `joinVoid`. */
export function punchColumns(alias: string): string {
  const own = COLUMNS.map((column) => `${alias}.${column}`);
  return [...own, 'void.void_actor', 'void.void_reason', 'void.replaced_by'].join(', ');
}

/** Joins the fact that voided the punch, as `void`: nulls for a punch that counts. */
export function joinVoid(alias: string): string {
  return `
    left join lateral (
      select r.actor as void_actor, r.reason as void_reason, r.sequence as replaced_by
      from punch r where r.employee_id = ${alias}.employee_id and r.sequence = ${alias}.voided_by
      union all
      select v.actor, v.reason, null
      from punch_correction v
      where v.employee_id = ${alias}.employee_id and v.sequence = ${alias}.voided_by
    ) void on true`;
}

export function recordedPunch(row: Row): RecordedPunch {
  return {
    employeeId: text(row, 'employee_id') as EmployeeId,
    punchId: number(row, 'sequence'),
    time: instant(row, 'time'),
    kind: wordOf(PUNCH_KINDS, row.kind),
    source: wordOf(PUNCH_SOURCES, row.source),
    deviceId: text(row, 'device_id'),
    eventId: text(row, 'event_id'),
    timeZone: text(row, 'time_zone'),
    position: position(row),
    accuracyMeters: number(row, 'accuracy_meters'),
    labels: labels(row),
    note: text(row, 'note'),
    flags: punchFlags(number(row, 'flags')),
    actor: text(row, 'actor'),
    receivedAt: instant(row, 'received_at'),
    recordedAt: number(row, 'recorded_at') as RecordTime,
    replaces: row.replaces === null ? undefined : number(row, 'replaces'),
    importId: row.import_id === null ? undefined : text(row, 'import_id'),
    badgeId: row.badge_id === null ? undefined : text(row, 'badge_id'),
    voided: punchVoid(row),
  };
}

/**
 * The columns that `punchOf` reads, of a punch with that alias, as known at a moment given in SQL.
 */
export function ruleColumns(alias: string, asOf: string): string {
  const place = ['latitude', 'longitude', 'accuracy_meters'];
  const columns = ['time', 'kind', 'device_id', 'event_id', ...place]
    .map((column) => `${alias}.${column}`)
    .join(', ');
  const conflict = flagBits(['EVENT_ID_CONFLICT']);
  // A flag that changed an odd number of times since then had the opposite value.
  const changes = `select count(*) from unnest(${alias}.conflict_times) c (at) where c.at > ${asOf}`;
  return `${columns}, case when ${alias}.conflict_times is not null and (${changes}) % 2 = 1
                           then ${alias}.flags # ${conflict} else ${alias}.flags end as flags`;
}

/** The fields of a punch that the rules use. */
export function punchOf(row: Row): Punch {
  return {
    time: instant(row, 'time'),
    kind: wordOf(PUNCH_KINDS, row.kind),
    deviceId: text(row, 'device_id'),
    eventId: text(row, 'event_id'),
    position: position(row),
    accuracyMeters: number(row, 'accuracy_meters'),
    flags: punchFlags(number(row, 'flags')),
  };
}

/** A punch as it was received. */
export function toldPunchOf(row: Row): ToldPunch {
  return {
    ...punchOf(row),
    accuracyMeters: number(row, 'accuracy_meters'),
    source: wordOf(PUNCH_SOURCES, row.source),
    timeZone: text(row, 'time_zone'),
    labels: labels(row),
    note: text(row, 'note'),
  };
}

function instant(row: Row, column: string): Instant {
  return Math.floor(number(row, column) / 1000) as Instant;
}

function position(row: Row): Position | undefined {
  if (row.latitude === null) return undefined;
  return { latitude: number(row, 'latitude'), longitude: number(row, 'longitude') };
}

const NO_LABELS = {};

/** The driver has already parsed the JSON. */
function labels({ labels: column }: Row): Readonly<Record<string, string>> {
  if (column === null) return NO_LABELS;
  if (typeof column !== 'object') throw new Error('column labels is not an object');
  return column as Record<string, string>;
}

function punchVoid(row: Row): PunchVoid | undefined {
  if (row.voided_by === null) return undefined;
  return {
    by: number(row, 'voided_by'),
    at: number(row, 'voided_at') as RecordTime,
    actor: text(row, 'void_actor'),
    reason: text(row, 'void_reason'),
    replacedBy: row.replaced_by === null ? undefined : number(row, 'replaced_by'),
  };
}

const NO_FLAGS: readonly PunchFlag[] = [];

function punchFlags(bits: number): readonly PunchFlag[] {
  return bits === 0 ? NO_FLAGS : FLAGS.filter((_, index) => (bits & (1 << index)) !== 0);
}

/** The value of the column `flags`. */
export function flagBits(flags: readonly PunchFlag[]): number {
  return FLAGS.reduce((bits, flag, index) => bits | (flags.includes(flag) ? 1 << index : 0), 0);
}

/**
 * The columns of a punch as received, each as an array over the punches: parameters for `unnest`,
 * in the order of `TOLD_COLUMNS` and its types.
 */
export function toldArrays(punches: readonly RecordedPunch[]): unknown[][] {
  return [
    punches.map(({ employeeId }) => employeeId),
    punches.map(({ punchId }) => punchId),
    punches.map(({ time }) => formatTimestamp(time * 1000)),
    punches.map(({ kind }) => codeOf(PUNCH_KINDS, kind)),
    punches.map(({ source }) => codeOf(PUNCH_SOURCES, source)),
    punches.map(({ deviceId }) => deviceId),
    punches.map(({ eventId }) => eventId),
    punches.map(({ timeZone }) => timeZone),
    punches.map((punch) => punch.position?.latitude ?? null),
    punches.map((punch) => punch.position?.longitude ?? null),
    punches.map(({ accuracyMeters }) => accuracyMeters),
    punches.map(({ labels: own }) => (Object.keys(own).length === 0 ? null : JSON.stringify(own))),
    punches.map(({ note }) => note),
    punches.map(({ flags }) => flagBits(flags)),
    punches.map(({ actor }) => actor),
    punches.map(({ receivedAt }) => formatTimestamp(receivedAt * 1000)),
    punches.map(({ replaces }) => replaces ?? null),
    punches.map(({ importId }) => importId ?? null),
    punches.map(({ badgeId }) => badgeId ?? null),
  ];
}

export const TOLD_COLUMNS = [
  ['employee_id', 'text'],
  ['sequence', 'bigint'],
  ['time', 'timestamptz'],
  ['kind', 'smallint'],
  ['source', 'smallint'],
  ['device_id', 'text'],
  ['event_id', 'text'],
  ['time_zone', 'text'],
  ['latitude', 'double precision'],
  ['longitude', 'double precision'],
  ['accuracy_meters', 'double precision'],
  ['labels', 'jsonb'],
  ['note', 'text'],
  ['flags', 'smallint'],
  ['actor', 'text'],
  ['received_at', 'timestamptz'],
  ['replaces', 'bigint'],
  ['import_id', 'text'],
  ['badge_id', 'text'],
] as const;
