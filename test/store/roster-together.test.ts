// Changes of the roster that share a transaction: to whoever asked for one of them, and in every
// table, it is as if they had been made one by one.

import { expect } from 'chai';
import fc from 'fast-check';
import type {
  OverlapAction,
  RosterCommand,
  RosterStore,
} from '../../src/app/ports/roster-ports.js';
import { AttendanceError } from '../../src/domain/facts/errors.js';
import {
  asked,
  assignmentOf,
  day,
  detailOf,
  id,
  rosterOver,
  shiftOf,
  versionOf,
} from './roster-support.js';
import { openStore, type StoreFixture } from './support.js';

type Row = Record<string, unknown>;

/** All that the roster is, but for when. */
const TABLES = [
  `select change_id, actor, reason, employee_id, shift_id, calendar_id, start_date, end_date,
          request_id, payload_hash, answer - 'updatedAt' as answer, finished_at = recorded_at as done
   from roster_change order by change_id`,
  'select employee_id, employee_name, group_id, version, roster_version from employee order by 1',
  `select employee_id, change_id, superseded_at = 'infinity' as stands, detail
   from employee_detail order by 1, 2`,
  `select employee_id, assignment_id, change_id, superseded_at = 'infinity' as stands, start_date,
          end_date, anchor_date, cycle from shift_assignment order by 1, 2, 3`,
  `select employee_id, date, change_id, superseded_at = 'infinity' as stands, shift_ids
   from date_override order by 1, 2, 3`,
  'select shift_id, employee_id from shift_user order by 1, 2',
  'select calendar_id, employee_id from calendar_user order by 1, 2',
  'select shift_id, archived_by from shift order by 1',
  `select request_id, payload_hash, answer - 'updatedAt' as answer from roster_request order by 1`,
  'select change_id, shared_version from roster_head',
];

async function tablesOf(fixture: StoreFixture): Promise<Row[][]> {
  return await Promise.all(TABLES.map((text) => fixture.rows(text)));
}

/** What came of it, but for when. */
function toldOf(one: PromiseSettledResult<unknown>): unknown {
  if (one.status === 'fulfilled') {
    return JSON.parse(
      JSON.stringify(one.value, (key, value) => (/At$/.test(key) ? typeof value : value)),
    );
  }
  if (one.reason instanceof AttendanceError) return one.reason.failure;
  throw one.reason;
}

const uuidOf = (n: number): string => `6f1f4f0e-8b0e-4d6c-9f57-${String(n).padStart(12, '0')}`;

describe('changes of the roster in one transaction', function () {
  this.timeout(120_000);
  let together: StoreFixture;
  let oneByOne: StoreFixture;
  let rosters: { readonly together: RosterStore; readonly oneByOne: RosterStore };

  before(async () => {
    [together, oneByOne] = await Promise.all([openStore(), openStore()]);
    rosters = { together: rosterOver(together), oneByOne: rosterOver(oneByOne) };
    for (const roster of Object.values(rosters)) {
      for (const [name, start, end] of [
        ['early', 6, 14],
        ['late', 13, 21],
        ['old', 6, 14],
      ] as const) {
        const version = versionOf(shiftOf(name, start, end));
        await roster.changeRoster(asked({ kind: 'CREATE_SHIFT', version }));
      }
      await roster.changeRoster(asked({ kind: 'ARCHIVE_SHIFT', shiftId: 'old' }));
    }
  });

  after(async () => {
    await Promise.all([together.close(), oneByOne.close()]);
  });

  /** How many transactions a database has committed changes of the roster in. */
  async function commits({ rows }: StoreFixture): Promise<number> {
    const [row] = await rows('select count(distinct recorded_at) as count from roster_change');
    return Number(row?.count);
  }

  /** Sends all at once there, and each behind the one before here; the answers and the tables agree. */
  async function expectSame(commands: readonly RosterCommand[]): Promise<readonly unknown[]> {
    const atOnce = await Promise.allSettled(
      commands.map((command) => rosters.together.changeRoster(command)),
    );
    const inTurn: PromiseSettledResult<unknown>[] = [];
    for (const command of commands) {
      inTurn.push(...(await Promise.allSettled([rosters.oneByOne.changeRoster(command)])));
    }
    const told = atOnce.map(toldOf);
    expect(told).to.deep.equal(inTurn.map(toldOf));
    expect(await tablesOf(together)).to.deep.equal(await tablesOf(oneByOne));
    return told;
  }

  const hire = (name: string, rest = {}, requestId?: string): RosterCommand =>
    asked({
      kind: 'CREATE_EMPLOYEE',
      employeeId: id(name),
      detail: detailOf(name, rest),
      ...(requestId === undefined ? {} : { requestId }),
    });
  const assign = (
    name: string,
    shiftId: string,
    from = '2026-01-01',
    onOverlap: OverlapAction = 'ADD',
  ): RosterCommand =>
    asked({
      kind: 'CREATE_ASSIGNMENT',
      employeeId: id(name),
      assignment: assignmentOf(from, [[shiftId]]),
      onOverlap,
    });
  const override = (name: string, date: string, shiftIds: readonly string[]): RosterCommand =>
    asked({
      kind: 'SET_OVERRIDE',
      employeeId: id(name),
      override: { epochDay: day(date), shiftIds },
    });

  it('done, refused, repeated and without effect beside each other', async () => {
    await expectSame(['a', 'b', 'c', 'd'].map((name) => hire(name)));
    await expectSame([assign('a', 'early'), hire('r', {}, uuidOf(1))]);
    const told = await expectSame([
      hire('first'),
      hire('x', { groupId: 'g', defaultShiftId: 'early', calendarId: 'plant' }, uuidOf(2)),
      // In two places at once.
      assign('a', 'late'),
      // There already.
      hire('b'),
      // With a shift that there is none of: nobody is left behind.
      hire('nobody', { defaultShiftId: 'none' }),
      // Repeated, and not the request that it was.
      hire('r', {}, uuidOf(1)),
      // Nothing is changed.
      asked({ kind: 'CLEAR_OVERRIDE', employeeId: id('c'), epochDay: 0, requestId: uuidOf(4) }),
      assign('d', 'old'),
      override('unknown', '2026-01-01', []),
      hire('y', {}, uuidOf(3)),
    ]);
    const kinds = told.map((one) => {
      const { kind, change } = one as { kind?: string; change?: { changeId: number } };
      return kind ?? change?.changeId ?? 'NOTHING';
    });
    expect(kinds).to.deep.equal([
      11,
      12,
      'SHIFTS_OVERLAP',
      'ROSTER_EXISTS',
      'INVALID_FIELDS',
      10,
      'NOTHING',
      'SHIFT_ARCHIVED',
      'EMPLOYEE_NOT_FOUND',
      13,
    ]);
    // The first goes alone, as nothing waits yet; all others share one.
    const [times] = await together.rows(
      `select count(distinct recorded_at) as count from roster_change where change_id in (12, 13)`,
    );
    expect(times).to.deep.equal({ count: 1 });
    expect(await commits(together)).to.be.below(await commits(oneByOne));
  });

  it('whatever is sent at once, and in whatever order', async () => {
    let runs = 0;
    const people = fc.constantFrom('p', 'q', 'r', 's', 't');
    const shifts = fc.constantFrom('early', 'late', 'old', 'none');
    const date = fc.constantFrom('2026-01-01', '2026-01-02', '2026-06-01');
    const onOverlap = fc.constantFrom<OverlapAction>('ADD', 'REPLACE');
    const command = fc.oneof(
      fc.tuple(people, shifts).map(([who, shiftId]) => hire(who, { defaultShiftId: shiftId })),
      people.map((who) => hire(who)),
      fc.tuple(people, shifts, date, onOverlap).map((args) => assign(...args)),
      fc.tuple(people, date, fc.uniqueArray(shifts, { maxLength: 2 })).map((a) => override(...a)),
      fc
        .tuple(people, fc.integer({ min: 0, max: 4 }))
        .map(([who, n]) => hire(`${who}-${n}`, {}, uuidOf(100 + n))),
      people.map((who) => asked({ kind: 'ARCHIVE_EMPLOYEE', employeeId: id(who) })),
      fc.constant(asked({ kind: 'UPDATE_SHIFT', version: versionOf(shiftOf('early', 5, 14)) })),
      fc.constant(asked({ kind: 'UPDATE_SHIFT', version: versionOf(shiftOf('early', 6, 13)) })),
    );
    const named = (command_: RosterCommand, run: number): RosterCommand =>
      'employeeId' in command_
        ? { ...command_, employeeId: id(`${run}-${command_.employeeId}`) }
        : command_;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 2, maxLength: 30 }), async (commands) => {
        runs += 1;
        await expectSame(commands.map((one) => named(one, runs)));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('one that PostgreSQL refuses fails alone', async () => {
    await together.rows(`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'this one is refused'; end $$`);
    await together.rows(`create trigger refuse before insert on employee_detail for each row
      when (new.employee_id = 'poison') execute function refuse()`);
    try {
      const names = ['w1', 'w2', 'poison', 'w3'];
      const results = await Promise.allSettled(
        names.map((name) => rosters.together.changeRoster(hire(name))),
      );
      expect(results.map(({ status }) => status)).to.deep.equal([
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      const rows = await together.rows(
        `select employee_id from employee where employee_id = any ($1) order by 1`,
        names,
      );
      expect(rows.map((row) => row.employee_id)).to.deep.equal(['w1', 'w2', 'w3']);
    } finally {
      await together.rows('drop trigger refuse on employee_detail');
    }
  });

  it('one whose stored rows cannot be read fails alone', async () => {
    for (const name of ['v1', 'broken', 'v2']) await rosters.together.changeRoster(hire(name));
    await together.rows(
      `update employee_detail set detail = '"nonsense"' where employee_id = 'broken'`,
    );
    const results = await Promise.allSettled(
      ['v1', 'broken', 'v2'].map((name) =>
        rosters.together.changeRoster(override(name, '2026-03-01', [])),
      ),
    );
    expect(results.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });
});
