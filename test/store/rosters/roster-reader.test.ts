// The roster's memory and what it reads: each version is what it was after its change, whatever has
// been committed since.

import { expect } from 'chai';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  type Shift,
} from '../../../src/domain/roster/shift.js';
import type { RecordTime } from '../../../src/domain/time/time.js';
import { findZone, type Zone } from '../../../src/domain/time/zone.js';
import type { Session } from '../../../src/store/postgres/database.js';
import { encodeDetail, encodeShift, epochDayOf } from '../../../src/store/rosters/roster-codec.js';
import { createRosterReader } from '../../../src/store/rosters/roster-reader.js';
import { openStore, type StoreFixture } from '../support.js';

const ANN = 'ann' as EmployeeId;
const BOB = 'bob' as EmployeeId;

function zoneOf(name: string): Zone {
  const zone = findZone(name);
  if (zone === undefined) throw new Error(name);
  return zone;
}

const BERLIN = zoneOf('Europe/Berlin');

const EARLY: Shift = {
  shiftId: 'early',
  startSecond: 6 * 3600,
  endSecond: 14 * 3600,
  zone: BERLIN,
  beforeSeconds: 3600,
  afterSeconds: 7200,
  maxSessionSeconds: 0,
  lateGraceSeconds: 300,
  earlyGraceSeconds: 60,
  halfDayBelowSeconds: 4 * 3600,
  absentBelowSeconds: 3600,
  work: {
    ...PLAIN_WORK_RULES,
    breakDeductions: [{ afterSeconds: 6 * 3600, breakSeconds: 1800 }],
    roundIn: { direction: 'UP', stepSeconds: 900, graceSeconds: 60 },
  },
  halvesMeetSecond: undefined,
  flexible: undefined,
  counting: PLAIN_COUNTING,
  worksOnHolidays: true,
  calendarId: 'plant',
  geofence: { latitude: 52.5, longitude: 13.4, radiusMeters: 100 },
};

/** Microseconds of a second of the year 2026. */
function at(second: number): RecordTime {
  return (Date.UTC(2026, 0, 1, 0, 0, second) * 1000) as RecordTime;
}

describe('the reader of rosters', () => {
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  /** A change at that second, and rows of one table of its. */
  async function change(changeId: number, employeeId: string | null): Promise<void> {
    await fixture.rows(
      `insert into roster_change (change_id, recorded_at, actor, employee_id, calendar_id)
       values ($1, to_timestamp($2::float8 / 1e6), 'test', $3, $4)`,
      changeId,
      at(changeId),
      employeeId,
      employeeId === null ? 'plant' : null,
    );
  }

  it('knows nothing of empty tables but the default zone and the default rules', async () => {
    const reader = createRosterReader({ defaultZone: BERLIN });
    await fixture.database.session(async (session) => {
      const shared = await reader.shared(session, 0);
      expect(shared.shifts.size + shared.calendars.size).to.equal(0);
      expect(shared.offShift).to.equal(DEFAULT_OFF_SHIFT_RULES);
      const own = await reader.employees(session, [{ employeeId: ANN, rosterVersion: 0 }]);
      const nothing = {
        zones: [{ fromDay: -Infinity, zone: BERLIN }],
        joinedDay: -Infinity,
        leftDay: Infinity,
        archivedDay: undefined,
        groupId: '',
        policies: [],
        defaultShiftId: undefined,
        calendarId: undefined,
        assignments: [],
        overrides: new Map(),
      };
      expect(own.get(ANN)).to.deep.equal(nothing);
      const past = await reader.asOf(session, ANN, at(0));
      expect(past.employee).to.deep.equal(nothing);
      expect(past.employeeName).to.equal(undefined);
      expect(past.roster.shifts.size).to.equal(0);
    });
  });

  it('reads each version as it was after its change, and as of any time', async () => {
    await change(11, null);
    await fixture.rows(
      `insert into shift_version (shift_id, effective_date, change_id, recorded_at, definition)
       values ('early', '-infinity', 11, to_timestamp($1::float8 / 1e6), $2)`,
      at(11),
      JSON.stringify(encodeShift(EARLY)),
    );
    await fixture.rows(
      `insert into holiday (calendar_id, date, change_id, recorded_at, superseded_at, name, portion)
       values ('plant', '2026-05-01', 11, to_timestamp($1::float8 / 1e6),
               to_timestamp($2::float8 / 1e6), 'May Day', 3)`,
      at(11),
      at(12),
    );
    await change(12, null);
    await change(13, 'ann');
    const detail = {
      employeeName: 'Ann',
      zone: undefined,
      zoneChanges: [{ fromDay: epochDayOf('2026-03-01'), zone: zoneOf('Asia/Tokyo') }],
      groupId: 'g',
      joinedDay: epochDayOf('2026-01-01'),
      leftDay: Infinity,
      defaultShiftId: 'early',
      calendarId: 'plant',
      archivedDay: undefined,
      policies: [],
    };
    await fixture.rows(
      `insert into employee_detail (employee_id, change_id, recorded_at, detail)
       values ('ann', 13, to_timestamp($1::float8 / 1e6), $2)`,
      at(13),
      JSON.stringify(encodeDetail(detail)),
    );
    await change(14, 'ann');
    await fixture.rows(
      `insert into shift_assignment (employee_id, assignment_id, change_id, recorded_at, start_date,
                                     anchor_date, cycle)
       values ('ann', 2, 14, to_timestamp($1::float8 / 1e6), '2026-02-01', '2026-01-05',
               '[["early"],[]]')`,
      at(14),
    );
    await change(15, 'ann');
    await fixture.rows(
      `insert into date_override (employee_id, date, change_id, recorded_at, shift_ids)
       values ('ann', '2026-02-03', 15, to_timestamp($1::float8 / 1e6), '{early}')`,
      at(15),
    );
    const reader = createRosterReader({ defaultZone: zoneOf('UTC') });
    await fixture.database.session(async (session) => {
      const before = await reader.shared(session, 11);
      expect(before.shifts.get('early')).to.deep.equal([{ fromDay: -Infinity, shift: EARLY }]);
      expect(before.calendars.get('plant')?.get(epochDayOf('2026-05-01'))).to.deep.equal({
        name: 'May Day',
        portion: 'SECOND_HALF',
      });
      const after = await reader.shared(session, 12);
      expect(after.calendars.size).to.equal(0);
      expect(reader.latestShared).to.equal(12);
      expect(reader.knownShared(11)).to.equal(before);

      const wanted = [
        { employeeId: ANN, rosterVersion: 14 },
        { employeeId: BOB, rosterVersion: 0 },
      ];
      expect(reader.latestEmployee(ANN)).to.equal(undefined);
      const own = (await reader.employees(session, wanted)).get(ANN);
      expect(own).to.deep.equal({
        zones: [{ fromDay: -Infinity, zone: zoneOf('UTC') }, ...detail.zoneChanges],
        joinedDay: detail.joinedDay,
        leftDay: Infinity,
        archivedDay: undefined,
        groupId: 'g',
        policies: [],
        defaultShiftId: 'early',
        calendarId: 'plant',
        assignments: [
          {
            fromDay: epochDayOf('2026-02-01'),
            toDay: Infinity,
            anchorDay: epochDayOf('2026-01-05'),
            cycle: [['early'], []],
          },
        ],
        overrides: new Map(),
      });
      expect(reader.latestEmployee(ANN)?.rosterVersion).to.equal(14);
      const [later] = (
        await reader.employees(session, [{ employeeId: ANN, rosterVersion: 15 }])
      ).values();
      expect([...(later?.overrides ?? [])]).to.deep.equal([[epochDayOf('2026-02-03'), ['early']]]);
      // An older version is read, and does not take the newer one's place.
      await reader.employees(session, [{ employeeId: ANN, rosterVersion: 14 }]);
      expect(reader.latestEmployee(ANN)?.rosterVersion).to.equal(15);

      const asOf11 = await reader.asOf(session, ANN, at(11));
      expect(asOf11.roster).to.equal(before);
      expect(asOf11.employeeName).to.equal(undefined);
      const all = await reader.allAsOf(session, [ANN, BOB], at(14));
      expect(all.get(ANN)?.employee).to.deep.equal(own);
      expect(all.get(ANN)?.employeeName).to.equal('Ann');
      expect(all.get(ANN)?.roster).to.equal(after);
      expect(all.get(BOB)?.employee.assignments).to.deep.equal([]);
    });
  });

  it('says so when a version names a change that is not there', async () => {
    const reader = createRosterReader({ defaultZone: BERLIN });
    const failures: unknown[] = [];
    await fixture.database.session(async (session) => {
      await reader.shared(session, 999).catch((error: unknown) => failures.push(error));
      const wanted = [{ employeeId: BOB, rosterVersion: 999 }];
      await reader.employees(session, wanted).catch((error: unknown) => failures.push(error));
    });
    expect(failures.map(String)).to.have.length(2);
    for (const failure of failures) expect(String(failure)).to.contain('999, which is missing');
  });

  it('of many who want what all share at once one reads it, and a failure is not kept', async () => {
    const reader = createRosterReader({ defaultZone: BERLIN });
    let reads = 0;
    const wantedBy = async (count: number, version: number) =>
      await Promise.allSettled(
        Array.from({ length: count }, () =>
          fixture.database.session(async (session) => {
            const counting: Session = {
              pipeline: async (statements) => {
                reads += 1;
                return await session.pipeline(statements);
              },
            };
            // All have their connection before the first asks.
            await arrived();
            return await reader.shared(counting, version);
          }),
        ),
      );
    let waiting: (() => void)[] = [];
    const arrived = async () => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length < 8) return;
        for (const go of waiting) go();
        waiting = [];
      });
    };
    const failed = await wantedBy(8, 500);
    expect(failed.map((one) => one.status === 'rejected' && String(one.reason))).to.deep.equal(
      failed.map(() => 'Error: the roster is at change 500, which is missing'),
    );
    expect(reads).to.equal(1);
    await change(500, null);
    const found = await wantedBy(8, 500);
    expect(reads).to.equal(2);
    const rosters = found.map((one) => (one.status === 'fulfilled' ? one.value : one.reason));
    expect(new Set(rosters).size).to.equal(1);
    expect(rosters[0]).to.equal(reader.knownShared(500));
  });
});
