// Roster changes as the store commits them, row by row: so that reads can be asked between a change
// and the moment when the stored days have followed it.

import type { EmployeeDetail } from '../../src/app/ports/roster-ports.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { EmployeeRoster, Holiday, Roster } from '../../src/domain/roster/roster.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  type Shift,
} from '../../src/domain/roster/shift.js';
import type { RecordTime } from '../../src/domain/time/time.js';
import { findZone, type Zone } from '../../src/domain/time/zone.js';
import {
  BEGIN,
  type Bound,
  bind,
  COMMIT,
  type Statement,
} from '../../src/store/postgres/database.js';
import { number } from '../../src/store/postgres/rows.js';
import {
  INSERT_STALE_OF_CALENDAR,
  INSERT_STALE_OF_EMPLOYEE,
  INSERT_STALE_OF_SHIFT,
} from '../../src/store/roster-changes/roster-statements.js';
import { encodeDetail, encodeShift } from '../../src/store/rosters/roster-codec.js';
import type { StoreFixture } from './support.js';

export function zoneNamed(name: string): Zone {
  const zone = findZone(name);
  if (zone === undefined) throw new Error(`${name} is no zone`);
  return zone;
}

/** From an hour to an hour, which may be on the next date. */
export function shiftFrom(shiftId: string, startHour: number, endHour: number): Shift {
  return {
    shiftId,
    startSecond: startHour * 3600,
    endSecond: endHour * 3600,
    zone: undefined,
    beforeSeconds: 2 * 3600,
    afterSeconds: 2 * 3600,
    maxSessionSeconds: 0,
    lateGraceSeconds: 300,
    earlyGraceSeconds: 300,
    halfDayBelowSeconds: 4 * 3600,
    absentBelowSeconds: 0,
    work: PLAIN_WORK_RULES,
    halvesMeetSecond: undefined,
    flexible: undefined,
    counting: PLAIN_COUNTING,
    worksOnHolidays: false,
    calendarId: undefined,
    geofence: undefined,
  };
}

export const NO_DETAIL: EmployeeDetail = {
  employeeName: '',
  zone: undefined,
  zoneChanges: [],
  groupId: '',
  joinedDay: -Infinity,
  leftDay: Infinity,
  defaultShiftId: undefined,
  calendarId: undefined,
  archivedDay: undefined,
  policies: [],
};

/** The roster as it was told last, in tables and as values. */
export class RosterScript {
  readonly #fixture: StoreFixture;
  readonly #shifts = new Map<string, Shift>();
  readonly #holidays = new Map<number, Holiday>();
  readonly #details = new Map<EmployeeId, EmployeeDetail>();

  constructor(fixture: StoreFixture) {
    this.#fixture = fixture;
  }

  /** What all employees share, as values. */
  get roster(): Roster {
    return {
      shifts: new Map(
        [...this.#shifts].map(([id, shift]) => [id, [{ fromDay: -Infinity, shift }]]),
      ),
      calendars: new Map(this.#holidays.size === 0 ? [] : [['c', new Map(this.#holidays)]]),
      policies: new Map(),
      offShift: DEFAULT_OFF_SHIFT_RULES,
    };
  }

  employee(employeeId: EmployeeId): EmployeeRoster {
    const detail = this.#details.get(employeeId) ?? NO_DETAIL;
    return {
      zones: [{ fromDay: -Infinity, zone: detail.zone ?? zoneNamed('UTC') }],
      joinedDay: detail.joinedDay,
      leftDay: detail.leftDay,
      defaultShiftId: detail.defaultShiftId,
      calendarId: detail.calendarId,
      assignments: [],
      overrides: new Map(),
    };
  }

  async shift(shift: Shift): Promise<number> {
    this.#shifts.set(shift.shiftId, shift);
    const { shiftId } = shift;
    return await this.#change({ shiftId }, (changeId) => [
      sql(
        'update shift_version set superseded_at = (select recorded_at from feed_head) where shift_id = $1 and superseded_at = $2',
        shiftId,
        'infinity',
      ),
      sql('insert into shift (shift_id) values ($1) on conflict do nothing', shiftId),
      sql(
        "insert into shift_version (shift_id, effective_date, change_id, recorded_at, definition) select $1, '-infinity', $2, recorded_at, $3 from feed_head",
        shiftId,
        changeId,
        JSON.stringify(encodeShift(shift)),
      ),
    ]);
  }

  async holiday(epochDay: number, name: string): Promise<number> {
    this.#holidays.set(epochDay, { name, portion: 'WHOLE_DAY' });
    return await this.#change({ calendarId: 'c' }, (changeId) => [
      sql(
        "update holiday set superseded_at = (select recorded_at from feed_head) where date = date '1970-01-01' + $1::integer and superseded_at = 'infinity'",
        epochDay,
      ),
      sql(
        "insert into holiday (calendar_id, date, change_id, recorded_at, name, portion) select 'c', date '1970-01-01' + $1::integer, $2, recorded_at, $3, 1 from feed_head",
        epochDay,
        changeId,
        name,
      ),
    ]);
  }

  async detail(employeeId: EmployeeId, detail: Partial<EmployeeDetail>): Promise<number> {
    const whole = { ...NO_DETAIL, ...this.#details.get(employeeId), ...detail };
    this.#details.set(employeeId, whole);
    return await this.#change({ employeeId }, (changeId) => [
      sql('insert into employee (employee_id) values ($1) on conflict do nothing', employeeId),
      sql(
        'update employee set version = version + 1, roster_version = $2, employee_name = $3, group_id = $4 where employee_id = $1',
        employeeId,
        changeId,
        whole.employeeName,
        whole.groupId,
      ),
      sql(
        "update employee_detail set superseded_at = (select recorded_at from feed_head) where employee_id = $1 and superseded_at = 'infinity'",
        employeeId,
      ),
      sql(
        'insert into employee_detail (employee_id, change_id, recorded_at, detail) select $1, $2, recorded_at, $3 from feed_head',
        employeeId,
        changeId,
        JSON.stringify(encodeDetail(whole)),
      ),
      ...(whole.defaultShiftId === undefined
        ? []
        : [
            sql(
              'insert into shift_user (shift_id, employee_id) values ($1, $2) on conflict do nothing',
              whole.defaultShiftId,
              employeeId,
            ),
          ]),
    ]);
  }

  /** The stored days have followed all changes. */
  async finish(): Promise<void> {
    await this.#transaction([
      MOVE_HEAD,
      sql(
        "update stale_days set done_at = (select recorded_at from feed_head) where done_at = 'infinity'",
      ),
      sql(
        'update roster_change set finished_at = (select recorded_at from feed_head) where finished_at is null',
      ),
    ]);
  }

  /** The time of the feed's head: everything recorded by now is at or before it. */
  async now(): Promise<RecordTime> {
    const [row] = await this.#fixture.rows('select recorded_at from feed_head');
    return number(row ?? {}, 'recorded_at') as RecordTime;
  }

  async #change(
    about: { employeeId?: EmployeeId; shiftId?: string; calendarId?: string },
    rowsOf: (changeId: number) => readonly Bound[],
  ): Promise<number> {
    const [head] = await this.#fixture.rows('select change_id from roster_head');
    const changeId = number(head ?? {}, 'change_id') + 1;
    await this.#transaction([
      MOVE_HEAD,
      sql(
        `update roster_head set change_id = $1,
           shared_version = case when $2::boolean then $1 else shared_version end`,
        changeId,
        about.employeeId === undefined,
      ),
      sql(
        `insert into roster_change (change_id, recorded_at, actor, employee_id, shift_id, calendar_id)
         select $1, recorded_at, 'test', $2, $3, $4 from feed_head`,
        changeId,
        about.employeeId ?? null,
        about.shiftId ?? null,
        about.calendarId ?? null,
      ),
      ...rowsOf(changeId),
      bind(staleOf(about), changeId, about.employeeId ?? about.shiftId ?? about.calendarId),
    ]);
    return changeId;
  }

  async #transaction(statements: readonly Bound[]): Promise<void> {
    await this.#fixture.database.session(async (session) => {
      await session.pipeline([bind(BEGIN), ...statements, bind(COMMIT)]);
    });
  }
}

function staleOf(about: { employeeId?: EmployeeId; shiftId?: string }): Statement {
  if (about.employeeId !== undefined) return INSERT_STALE_OF_EMPLOYEE;
  return about.shiftId === undefined ? INSERT_STALE_OF_CALENDAR : INSERT_STALE_OF_SHIFT;
}

function sql(text: string, ...values: unknown[]): Bound {
  return bind({ name: '', text }, ...values);
}

const MOVE_HEAD = sql(
  "update feed_head set recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')",
);
