// Reads the punches that a batch names: by number, as corrections do, or by a device's event id, as
// a repeated upload does. Read under the locks.

import type { RosterView } from '../../app/ports/batch.js';
import type { Fact, PunchCorrection } from '../../app/ports/facts.js';
import { type Bound, bind, type Row } from '../postgres/database.js';
import { number } from '../postgres/rows.js';
import { joinVoid, punchColumns, recordedPunch } from './punch-rows.js';

export const READ_NAMED_PUNCHES = {
  name: 'read_named_punches',
  text: `
    select ${punchColumns('p')}
    from unnest($1::text[], $2::bigint[]) t (employee_id, sequence)
    cross join lateral (
      select * from punch p
      where p.employee_id = t.employee_id collate "C" and p.sequence = t.sequence
      limit 1
    ) p
    ${joinVoid('p')}`,
};

/** The earliest standing punch of a device's event id. Corrections have none. */
export const READ_FIRST_USES = {
  name: 'read_first_uses',
  text: `
    select ${punchColumns('p')}
    from unnest($1::text[], $2::text[], $3::text[]) t (employee_id, device_id, event_id)
    cross join lateral (
      select * from punch p
      where p.employee_id = t.employee_id collate "C"
        and p.device_id = t.device_id collate "C" and p.event_id = t.event_id collate "C"
        and p.replaces is null and p.voided_by is null
      order by p.time, p.kind
      limit 1
    ) p
    ${joinVoid('p')}`,
};

/** For punches with an event id, the next standing punch with the same one. */
export const READ_NEXT_USES = {
  name: 'read_next_uses',
  text: `
    select named.sequence as used_by, ${punchColumns('p')}
    from unnest($1::text[], $2::bigint[]) t (employee_id, sequence)
    cross join lateral (
      select * from punch p
      where p.employee_id = t.employee_id collate "C" and p.sequence = t.sequence
        and p.event_id <> ''
      limit 1
    ) named
    cross join lateral (
      select * from punch p
      where p.employee_id = named.employee_id
        and p.device_id = named.device_id and p.event_id = named.event_id
        and (p.time, p.kind) > (named.time, named.kind)
        and p.replaces is null and p.voided_by is null
      order by p.time, p.kind
      limit 1
    ) p
    ${joinVoid('p')}`,
};

/** Undefined if no fact names a punch by its number. */
export function readNamedPunches(facts: readonly Fact[]): Bound | undefined {
  return bindNamed(READ_NAMED_PUNCHES, facts);
}

/** Undefined if no fact names a punch by its number. */
export function readNextUses(facts: readonly Fact[]): Bound | undefined {
  return bindNamed(READ_NEXT_USES, facts);
}

function bindNamed(statement: Bound['statement'], facts: readonly Fact[]): Bound | undefined {
  const named = unique(
    facts.flatMap((fact) => punchIdsOf(fact).map((punchId) => [fact.employeeId, punchId] as const)),
  );
  if (named.length === 0) return undefined;
  return bind(
    statement,
    named.map(([employeeId]) => employeeId),
    named.map(([, punchId]) => punchId),
  );
}

function punchIdsOf(fact: Fact): readonly number[] {
  if (fact.kind === 'VOID') return fact.punchIds;
  if (fact.kind === 'CORRECT') return fact.corrections.flatMap(namedIn);
  return fact.kind === 'REPLACE' ? [fact.punchId] : [];
}

function namedIn(correction: PunchCorrection): readonly number[] {
  return correction.kind === 'ADD' ? [] : [correction.punchId];
}

/** Undefined if no fact has an event id. */
export function readFirstUses(facts: readonly Fact[]): Bound | undefined {
  const events = unique(
    facts.flatMap((fact) => {
      if (fact.kind !== 'PUNCH' && fact.kind !== 'COMMAND') return [];
      const { deviceId, eventId } = fact.punch;
      return eventId === '' ? [] : [[fact.employeeId, deviceId, eventId] as const];
    }),
  );
  if (events.length === 0) return undefined;
  return bind(
    READ_FIRST_USES,
    events.map(([employeeId]) => employeeId),
    events.map(([, deviceId]) => deviceId),
    events.map(([, , eventId]) => eventId),
  );
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

/** The rows in the form in which a view answers. */
export function namedPunches(
  named: readonly Row[],
  firstUses: readonly Row[],
  nextUses: readonly Row[],
): Pick<RosterView, 'punch' | 'firstUse' | 'nextUse'> {
  const byNumber = new Map(
    named.map(recordedPunch).map((punch) => [`${punch.employeeId} ${punch.punchId}`, punch]),
  );
  const byEvent = new Map(
    firstUses
      .map(recordedPunch)
      .map((punch) => [eventKey(punch.employeeId, punch.deviceId, punch.eventId), punch]),
  );
  const nextByNumber = new Map(
    nextUses.map((row) => {
      const next = recordedPunch(row);
      return [`${next.employeeId} ${number(row, 'used_by')}`, next];
    }),
  );
  return {
    nextUse: (employeeId, punchId) => nextByNumber.get(`${employeeId} ${punchId}`),
    punch: (employeeId, punchId) => byNumber.get(`${employeeId} ${punchId}`),
    firstUse: (employeeId, deviceId, eventId) =>
      byEvent.get(eventKey(employeeId, deviceId, eventId)),
  };
}

function eventKey(employeeId: string, deviceId: string, eventId: string): string {
  return JSON.stringify([employeeId, deviceId, eventId]);
}
