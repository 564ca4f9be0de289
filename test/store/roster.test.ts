// The roster against PostgreSQL: what commands do, what they are refused for, and how it is read back,
// now and as it was known then.

import { expect } from 'chai';
import type { RosterStore } from '../../src/app/ports/roster-ports.js';
import type { LocalDate } from '../../src/domain/time/local-date.js';
import type { RecordTime } from '../../src/domain/time/time.js';
import {
  asked,
  assignmentOf,
  type Change,
  changeIdOf,
  changing,
  day,
  detailOf,
  failureOf,
  id,
  rosterOver,
  shiftOf,
  versionOf,
  zoneOf,
} from './roster-support.js';
import { openStore, type StoreFixture } from './support.js';

const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';

describe('the roster in PostgreSQL', () => {
  let fixture: StoreFixture;
  let roster: RosterStore;
  let change: Change;

  beforeEach(async () => {
    fixture = await openStore();
    roster = rosterOver(fixture);
    change = changing(roster);
  });

  afterEach(async () => await fixture.close());

  async function shift(shiftId: string, start: number, end: number): Promise<void> {
    await change({ kind: 'CREATE_SHIFT', version: versionOf(shiftOf(shiftId, start, end)) });
  }

  async function employee(employeeId: string): Promise<void> {
    await change({ kind: 'CREATE_EMPLOYEE', employeeId: id(employeeId), detail: detailOf('') });
  }

  const recorded = async (outcome: ReturnType<Change>): Promise<RecordTime> =>
    (await outcome).change?.recordedAt ?? (0 as RecordTime);

  describe('employees', () => {
    it('are created once, completed after a mark or a punch, replaced, archived and back', async () => {
      await fixture.rows(`insert into employee (employee_id, employee_name, version)
                          values ('ann', 'Ann by mark', 7)`);
      expect((await roster.getEmployee(id('ann'), undefined))?.detail).to.deep.equal(
        detailOf('Ann by mark'),
      );
      const detail = detailOf('Ann', {
        groupId: 'g1',
        zone: zoneOf('Asia/Tokyo'),
        zoneChanges: [{ fromDay: day('2026-05-01'), zone: zoneOf('UTC') }],
        joinedDay: day('2026-01-01'),
        calendarId: 'plant',
      });
      const created = await change({ kind: 'CREATE_EMPLOYEE', employeeId: id('ann'), detail });
      expect(created.answer).to.deep.equal({
        kind: 'EMPLOYEE',
        employee: {
          employeeId: 'ann',
          detail,
          changeId: 1,
          updatedAt: created.change?.recordedAt,
        },
      });
      expect(await roster.getEmployee(id('ann'), undefined)).to.deep.equal(
        created.answer.kind === 'EMPLOYEE' ? created.answer.employee : undefined,
      );
      const [row] = await fixture.rows(
        `select employee_name, group_id, version, roster_version from employee`,
      );
      expect(row).to.deep.equal({
        employee_name: 'Ann',
        group_id: 'g1',
        version: 8,
        roster_version: 1,
      });
      const again = change({ kind: 'CREATE_EMPLOYEE', employeeId: id('ann'), detail });
      expect(await failureOf(again)).to.include({ kind: 'ROSTER_EXISTS', resource: 'employee' });

      const same = await change({ kind: 'UPDATE_EMPLOYEE', employeeId: id('ann'), detail });
      expect(same).to.deep.equal({ answer: created.answer, change: undefined });
      const archived = await change({
        kind: 'ARCHIVE_EMPLOYEE',
        employeeId: id('ann'),
        etag: '"1"',
      });
      expect(archived.change?.finishedAt).to.equal(archived.change?.recordedAt);
      expect((await roster.getEmployee(id('ann'), undefined))?.detail.archivedDay).to.be.a(
        'number',
      );
      const twice = await change({ kind: 'ARCHIVE_EMPLOYEE', employeeId: id('ann') });
      expect(twice.change).to.equal(undefined);
      await change({ kind: 'UPDATE_EMPLOYEE', employeeId: id('ann'), detail });
      expect((await roster.getEmployee(id('ann'), undefined))?.detail).to.deep.equal(detail);
    });

    it('are refused an outdated etag, with the current one', async () => {
      await employee('ann');
      const outdated = change({
        kind: 'UPDATE_EMPLOYEE',
        employeeId: id('ann'),
        detail: detailOf('Ann'),
        etag: '"0"',
      });
      expect(await failureOf(outdated)).to.deep.equal({
        kind: 'ROSTER_ETAG_MISMATCH',
        resource: 'employee',
        id: 'ann',
        sent: '"0"',
        current: '"1"',
      });
    });

    it('must be known to be changed, and are not added by a refused command', async () => {
      const nobody = { kind: 'EMPLOYEE_NOT_FOUND', employeeId: 'bob' };
      const detail = detailOf('Bob');
      const update = change({ kind: 'UPDATE_EMPLOYEE', employeeId: id('bob'), detail });
      expect(await failureOf(update)).to.deep.equal(nobody);
      const create = change({
        kind: 'CREATE_EMPLOYEE',
        employeeId: id('bob'),
        detail: { ...detail, defaultShiftId: 'no-such' },
      });
      expect(await failureOf(create)).to.deep.equal({
        kind: 'INVALID_FIELDS',
        violations: [
          {
            field: 'employee.default_shift_id',
            reason: 'UNKNOWN_SHIFT',
            description: 'must be the id of an existing shift; it is no-such',
          },
        ],
      });
      expect(await roster.getEmployee(id('bob'), undefined)).to.equal(undefined);
      expect(await roster.listAssignments(id('bob'), undefined)).to.equal(undefined);
    });

    it('are listed by id, by group, without those archived, in pages', async () => {
      for (const name of ['b', 'a', 'C', 'd']) {
        const detail = detailOf(name, { groupId: name === 'd' ? '' : 'g' });
        await change({ kind: 'CREATE_EMPLOYEE', employeeId: id(name), detail });
      }
      await change({ kind: 'ARCHIVE_EMPLOYEE', employeeId: id('b') });
      const listed = async (groupId: string | undefined, includeArchived: boolean) => {
        const ids: string[] = [];
        let after: readonly string[] | undefined;
        do {
          const page = await roster.listEmployees({ groupId, includeArchived, after, limit: 2 });
          ids.push(...page.items.map(({ employeeId }) => employeeId));
          after = page.next;
        } while (after !== undefined);
        return ids.join('');
      };
      expect(await listed(undefined, true)).to.equal('Cabd');
      expect(await listed(undefined, false)).to.equal('Cad');
      expect(await listed('g', false)).to.equal('Ca');
      expect(await listed('none', true)).to.equal('');
    });
  });

  describe('shifts', () => {
    it('have versions by date, replaced or added, and no change when nothing is new', async () => {
      const early = shiftOf('early', 6, 14, {
        geofence: { latitude: 1.5, longitude: -2.25, radiusMeters: 50 },
      });
      const later = { ...early, lateGraceSeconds: 300 };
      await change({ kind: 'CREATE_SHIFT', version: versionOf(early) });
      await change({ kind: 'UPDATE_SHIFT', version: versionOf(later, '2026-03-01'), etag: '"1"' });
      const same = { kind: 'UPDATE_SHIFT', version: versionOf(later, '2026-03-01') } as const;
      expect((await change(same)).change).to.equal(undefined);
      const record = await roster.getShift('early', undefined);
      expect(record?.versions).to.deep.equal([versionOf(early), versionOf(later, '2026-03-01')]);
      expect(record).to.include({ changeId: 2, archived: false });
      const again = change({ kind: 'CREATE_SHIFT', version: versionOf(early) });
      expect(await failureOf(again)).to.include({ kind: 'ROSTER_EXISTS', id: 'early' });
      const stale = change({ kind: 'ARCHIVE_SHIFT', shiftId: 'early', etag: '"1"' });
      expect(await failureOf(stale)).to.include({ kind: 'ROSTER_ETAG_MISMATCH', current: '"2"' });
      const unknown = change({ kind: 'ARCHIVE_SHIFT', shiftId: 'late' });
      expect(await failureOf(unknown)).to.include({ kind: 'ROSTER_NOT_FOUND', resource: 'shift' });
    });

    it('once archived are off the lists and assigned no longer, but still followed', async () => {
      await shift('early', 6, 14);
      await shift('late', 14, 22);
      await employee('ann');
      const followed = assignmentOf('2026-01-01', [['early']]);
      const made = await change({
        kind: 'CREATE_ASSIGNMENT',
        employeeId: id('ann'),
        assignment: followed,
      });
      const archived = await change({ kind: 'ARCHIVE_SHIFT', shiftId: 'early' });
      expect((await roster.getShift('early', undefined))?.archived).to.equal(true);
      expect((await roster.getShift('early', undefined))?.changeId).to.equal(changeIdOf(archived));
      const before = (archived.change?.recordedAt ?? 0) - 1;
      expect((await roster.getShift('early', before as RecordTime))?.archived).to.equal(false);
      const shown = await roster.listShifts({ after: undefined, limit: 9, includeArchived: false });
      expect(shown.items.map(({ shiftId }) => shiftId)).to.deep.equal(['late']);
      const all = await roster.listShifts({ after: undefined, limit: 1, includeArchived: true });
      expect(all.items[0]?.shiftId).to.equal('early');
      expect(all.next).to.deep.equal(['early']);

      const refused = { kind: 'SHIFT_ARCHIVED', shiftId: 'early' };
      const override = { epochDay: day('2026-02-01'), shiftIds: ['early'] };
      const set = change({ kind: 'SET_OVERRIDE', employeeId: id('ann'), override });
      expect(await failureOf(set)).to.deep.equal(refused);
      const detail = detailOf('', { defaultShiftId: 'early' });
      const update = change({ kind: 'UPDATE_EMPLOYEE', employeeId: id('ann'), detail });
      expect(await failureOf(update)).to.deep.equal(refused);
      const { answer } = made;
      const assignmentId = answer.kind === 'ASSIGNMENT' ? answer.assignment.assignmentId : 0;
      await change({
        kind: 'UPDATE_ASSIGNMENT',
        employeeId: id('ann'),
        assignmentId,
        assignment: { ...followed, toDay: day('2026-12-31') },
      });
    });
  });

  describe('assignments and overrides', () => {
    beforeEach(async () => {
      await shift('early', 6, 14);
      await shift('late', 13, 21);
      await employee('ann');
    });

    it('are refused by path for what the roster does not have', async () => {
      const assignment = assignmentOf('2026-01-01', [['early', 'nope']]);
      const made = change({ kind: 'CREATE_ASSIGNMENT', employeeId: id('ann'), assignment });
      const failure = await failureOf(made);
      expect(failure.kind === 'INVALID_FIELDS' && failure.violations[0]).to.include({
        field: 'assignment.assignment.cycle[0].shift_ids[1]',
        reason: 'UNKNOWN_SHIFT',
      });
      const later = versionOf(shiftOf('summer', 8, 12), '2026-06-01');
      await change({ kind: 'CREATE_SHIFT', version: later });
      const override = { epochDay: day('2026-05-31'), shiftIds: ['early', 'early', 'summer', 'x'] };
      const set = await failureOf(
        change({ kind: 'SET_OVERRIDE', employeeId: id('ann'), override }),
      );
      expect(
        set.kind === 'INVALID_FIELDS' && set.violations.map(({ field, reason }) => [field, reason]),
      ).to.deep.equal([
        ['override.shift_ids[1]', 'SHIFT_REPEATED'],
        ['override.shift_ids[2]', 'SHIFT_NOT_IN_EFFECT'],
        ['override.shift_ids[3]', 'UNKNOWN_SHIFT'],
      ]);
      const gone = change({ kind: 'ARCHIVE_ASSIGNMENT', employeeId: id('ann'), assignmentId: 77 });
      expect(await failureOf(gone)).to.deep.equal({
        kind: 'ROSTER_NOT_FOUND',
        resource: 'assignment',
        id: '77',
      });
    });

    it('may not put somebody in two places, and the refusal names both', async () => {
      const first = await change({
        kind: 'CREATE_ASSIGNMENT',
        employeeId: id('ann'),
        assignment: assignmentOf('2026-01-05', [['early'], [], [], [], [], [], []]),
      });
      const firstId = first.answer.kind === 'ASSIGNMENT' ? first.answer.assignment.assignmentId : 0;
      expect(firstId).to.equal(2);
      const second = change({
        kind: 'CREATE_ASSIGNMENT',
        employeeId: id('ann'),
        assignment: assignmentOf('2026-03-01', [[], ['late']]),
        onOverlap: 'ADD',
      });
      expect(await failureOf(second)).to.deep.equal({
        kind: 'SHIFTS_OVERLAP',
        employeeId: 'ann',
        date: '2026-03-02',
        shiftId: 'late',
        otherDate: '2026-03-02',
        otherShiftId: 'early',
        otherAssignmentId: firstId,
      });
      const longer = versionOf(shiftOf('early', 22, 6), '2026-06-01');
      const override = { epochDay: day('2026-06-02'), shiftIds: ['late'] };
      await change({ kind: 'SET_OVERRIDE', employeeId: id('ann'), override });
      expect((await change({ kind: 'UPDATE_SHIFT', version: longer })).change).to.not.equal(
        undefined,
      );
      const clash = versionOf(shiftOf('early', 18, 14), '2026-06-01');
      const met = await change({ kind: 'UPDATE_SHIFT', version: clash });
      expect(met.change?.shiftOverlaps, 'an override does not stand in the way').to.equal(1);
      await change({ kind: 'UPDATE_SHIFT', version: longer });
      await change({ kind: 'CLEAR_OVERRIDE', employeeId: id('ann'), epochDay: day('2026-06-02') });
      const third = await change({
        kind: 'CREATE_ASSIGNMENT',
        employeeId: id('ann'),
        assignment: assignmentOf('2026-06-02', [['late']], '2026-06-02'),
        onOverlap: 'ADD',
      });
      const { answer } = third;
      expect(await failureOf(change({ kind: 'UPDATE_SHIFT', version: clash }))).to.deep.equal({
        kind: 'SHIFTS_OVERLAP',
        employeeId: 'ann',
        date: '2026-06-01',
        shiftId: 'early',
        otherDate: '2026-06-02',
        otherShiftId: 'late',
        otherAssignmentId:
          answer.kind === 'ASSIGNMENT' ? answer.assignment.assignmentId : undefined,
      });
    });

    it('replace, end and take back; overrides are paged by date', async () => {
      const made = await change({
        kind: 'CREATE_ASSIGNMENT',
        employeeId: id('ann'),
        assignment: assignmentOf('2026-01-01', [['early']]),
      });
      const record = made.answer.kind === 'ASSIGNMENT' ? made.answer.assignment : undefined;
      expect(await roster.listAssignments(id('ann'), undefined)).to.deep.equal([record]);
      const assignmentId = record?.assignmentId ?? 0;
      const shorter = assignmentOf('2026-01-01', [['early']], '2026-06-30');
      const updated = await change({
        kind: 'UPDATE_ASSIGNMENT',
        employeeId: id('ann'),
        assignmentId,
        assignment: shorter,
      });
      expect(updated.change).to.include({ firstDay: day('2026-07-01'), lastDay: Infinity });
      for (const date of ['2026-01-03', '2026-01-01', '2026-01-02']) {
        const override = { epochDay: day(date), shiftIds: [] };
        await change({ kind: 'SET_OVERRIDE', employeeId: id('ann'), override });
      }
      const same = { epochDay: day('2026-01-02'), shiftIds: [] };
      const unchanged = { kind: 'SET_OVERRIDE', employeeId: id('ann'), override: same } as const;
      expect((await change(unchanged)).change).to.equal(undefined);
      const query = {
        employeeId: id('ann'),
        startDate: '2026-01-01' as LocalDate,
        endDate: '2026-12-31' as LocalDate,
        asOf: undefined,
        limit: 2,
      };
      const page = await roster.listOverrides({ ...query, after: undefined });
      expect(page?.items.map(({ epochDay }) => epochDay)).to.deep.equal([
        day('2026-01-01'),
        day('2026-01-02'),
      ]);
      const rest = await roster.listOverrides({ ...query, after: page?.next });
      expect(rest).to.deep.equal({
        items: [{ epochDay: day('2026-01-03'), shiftIds: [] }],
        next: undefined,
      });
      const epochDay = day('2026-01-03');
      await change({ kind: 'CLEAR_OVERRIDE', employeeId: id('ann'), epochDay });
      const nothing = await change({ kind: 'CLEAR_OVERRIDE', employeeId: id('ann'), epochDay });
      expect(nothing).to.deep.equal({
        answer: { kind: 'OVERRIDE', override: undefined },
        change: undefined,
      });
      const taken = await change({
        kind: 'ARCHIVE_ASSIGNMENT',
        employeeId: id('ann'),
        assignmentId,
      });
      expect(taken.answer).to.deep.equal(updated.answer);
      expect(await roster.listAssignments(id('ann'), undefined)).to.deep.equal([]);
    });
  });

  it('holidays are created once, renamed, listed by calendar and date, and taken out', async () => {
    const holiday = (calendarId: string, date: string, name: string) => ({
      calendarId,
      epochDay: day(date),
      name,
      portion: 'WHOLE_DAY' as const,
    });
    const may = holiday('de', '2026-05-01', 'May Day');
    const created = await change({ kind: 'CREATE_HOLIDAY', holiday: may });
    expect(created.change).to.include({ calendarId: 'de', firstDay: day('2026-05-01') });
    await change({ kind: 'CREATE_HOLIDAY', holiday: holiday('at', '2026-10-26', 'National Day') });
    const again = change({ kind: 'CREATE_HOLIDAY', holiday: may });
    expect(await failureOf(again)).to.include({ kind: 'ROSTER_EXISTS', id: 'de/2026-05-01' });
    await change({ kind: 'UPDATE_HOLIDAY', holiday: { ...may, portion: 'SECOND_HALF' } });
    const { calendarId, epochDay } = may;
    const name = 'Labour Day';
    await change({ kind: 'UPDATE_HOLIDAY', holiday: { calendarId, epochDay, name } });
    const query = {
      startDate: '2026-01-01' as LocalDate,
      endDate: '2026-12-31' as LocalDate,
      asOf: undefined,
      after: undefined,
    };
    const first = await roster.listHolidays({ ...query, calendarId: undefined, limit: 1 });
    expect(first.items[0]?.calendarId).to.equal('at');
    const next = await roster.listHolidays({
      ...query,
      calendarId: undefined,
      after: first.next,
      limit: 1,
    });
    expect(next.items).to.deep.equal([{ ...may, name, portion: 'SECOND_HALF' }]);
    expect(next.next).to.equal(undefined);
    const asOf = created.change?.recordedAt;
    const then = await roster.listHolidays({ ...query, asOf, calendarId: 'de', limit: 9 });
    expect(then.items).to.deep.equal([may]);
    await change({ kind: 'ARCHIVE_HOLIDAY', calendarId, epochDay });
    const gone = change({ kind: 'ARCHIVE_HOLIDAY', calendarId, epochDay });
    expect(await failureOf(gone)).to.include({ kind: 'ROSTER_NOT_FOUND', resource: 'holiday' });
  });

  it('is read as it was known then, for every moment between changes', async () => {
    const ann = id('ann');
    const early = shiftOf('early', 6, 14);
    const t0 = await recorded(
      change({
        kind: 'CREATE_HOLIDAY',
        holiday: { calendarId: 'x', epochDay: 0, name: 'x', portion: 'WHOLE_DAY' },
      }),
    );
    const t1 = await recorded(
      change({ kind: 'CREATE_EMPLOYEE', employeeId: ann, detail: detailOf('A') }),
    );
    const t2 = await recorded(change({ kind: 'CREATE_SHIFT', version: versionOf(early) }));
    const made = change({
      kind: 'CREATE_ASSIGNMENT',
      employeeId: ann,
      assignment: assignmentOf('2026-01-01', [['early']]),
    });
    const t3 = await recorded(made);
    const override = { epochDay: day('2026-01-02'), shiftIds: [] };
    const t4 = await recorded(change({ kind: 'SET_OVERRIDE', employeeId: ann, override }));
    const t5 = await recorded(
      change({ kind: 'UPDATE_EMPLOYEE', employeeId: ann, detail: detailOf('B') }),
    );
    const t6 = await recorded(
      change({ kind: 'UPDATE_SHIFT', version: versionOf({ ...early, lateGraceSeconds: 60 }) }),
    );
    const t7 = await recorded(
      change({ kind: 'ARCHIVE_ASSIGNMENT', employeeId: ann, assignmentId: 2 }),
    );
    const t8 = await recorded(
      change({ kind: 'CLEAR_OVERRIDE', employeeId: ann, epochDay: override.epochDay }),
    );
    const moments = [t0, t1, t2, t3, t4, t5, t6, t7, t8];
    expect([...moments].sort((a, b) => a - b)).to.deep.equal(moments);
    const seen = async (asOf: RecordTime) => {
      const overrides = await roster.listOverrides({
        employeeId: ann,
        startDate: '2026-01-01' as LocalDate,
        endDate: '2026-12-31' as LocalDate,
        asOf,
        after: undefined,
        limit: 9,
      });
      return [
        (await roster.getEmployee(ann, asOf))?.detail.employeeName,
        (await roster.getShift('early', asOf))?.versions[0]?.shift.lateGraceSeconds,
        (await roster.listAssignments(ann, asOf))?.length,
        overrides?.items.length,
      ];
    };
    const expected = [
      [undefined, undefined, undefined, undefined],
      ['A', undefined, 0, 0],
      ['A', 0, 0, 0],
      ['A', 0, 1, 0],
      ['A', 0, 1, 1],
      ['B', 0, 1, 1],
      ['B', 60, 1, 1],
      ['B', 60, 0, 1],
      ['B', 60, 0, 0],
    ];
    for (const [index, moment] of moments.entries()) {
      expect(await seen(moment), `at ${index}`).to.deep.equal(expected[index]);
      const before = expected[index - 1];
      const justBefore = (moment - 1) as RecordTime;
      if (before) expect(await seen(justBefore), `before ${index}`).to.deep.equal(before);
    }
  });

  it('answers a repeated request as the first time, and refuses another one of that id', async () => {
    const command = {
      kind: 'CREATE_EMPLOYEE',
      employeeId: id('ann'),
      detail: detailOf('Ann'),
      requestId: UUID,
      payloadHash: Uint8Array.of(1, 2),
    } as const;
    const first = await change(command);
    await change({ kind: 'UPDATE_EMPLOYEE', employeeId: id('ann'), detail: detailOf('Other') });
    expect(await change(command)).to.deep.equal(first);
    const other = change({ ...command, payloadHash: Uint8Array.of(9) });
    expect(await failureOf(other)).to.deep.equal({
      kind: 'ROSTER_REQUEST_ID_REUSED',
      requestId: UUID,
    });
    const kinds = [
      { kind: 'CREATE_SHIFT', version: versionOf(shiftOf('early', 6, 14)) },
      {
        kind: 'CREATE_ASSIGNMENT',
        employeeId: id('ann'),
        assignment: assignmentOf('2026-01-01', [['early'], []]),
      },
      { kind: 'ARCHIVE_ASSIGNMENT', employeeId: id('ann'), assignmentId: 3 },
      {
        kind: 'SET_OVERRIDE',
        employeeId: id('ann'),
        override: { epochDay: day('2026-01-01'), shiftIds: ['early'] },
      },
      { kind: 'CLEAR_OVERRIDE', employeeId: id('ann'), epochDay: day('2026-01-01') },
      {
        kind: 'CREATE_HOLIDAY',
        holiday: { calendarId: 'de', epochDay: 1, name: 'x', portion: 'WHOLE_DAY' },
      },
    ] as const;
    for (const [index, one] of kinds.entries()) {
      const repeatable = { ...one, requestId: UUID.replace(/.$/, String(index)) };
      const done = await change(repeatable);
      expect(await change(repeatable), one.kind).to.deep.equal(done);
    }
  });

  it('numbers changes without a gap, lists them, and tells which concern nobody’s days', async () => {
    await shift('early', 6, 14);
    await employee('ann');
    await fixture.rows(`insert into punch (employee_id, sequence, time, kind, source, actor,
                                           received_at, recorded_at)
                        values ('ann', 9, '2026-03-10T08:00Z', 2, 1, 'x', now(), now())`);
    await failureOf(change({ kind: 'ARCHIVE_SHIFT', shiftId: 'nope' }));
    const assign = async (from: string, to: string) =>
      await change({
        kind: 'CREATE_ASSIGNMENT',
        employeeId: id('ann'),
        assignment: assignmentOf(from, [['early']], to),
      });
    const far = await assign('2026-05-01', '2026-05-31');
    const near = await assign('2026-04-01', '2026-04-02');
    const used = await change({
      kind: 'UPDATE_SHIFT',
      version: versionOf(shiftOf('early', 7, 14), '2026-05-01'),
    });
    expect(far.change?.finishedAt).to.equal(far.change?.recordedAt);
    expect(near.change?.finishedAt).to.equal(undefined);
    expect(used.change?.finishedAt).to.equal(undefined);
    const all = await roster.listRosterChanges({
      unfinishedOnly: false,
      after: undefined,
      limit: 3,
    });
    expect(all.items.map(({ changeId }) => changeId)).to.deep.equal([5, 4, 3]);
    const rest = await roster.listRosterChanges({
      unfinishedOnly: false,
      after: all.next,
      limit: 3,
    });
    expect(rest.items.map(({ changeId }) => changeId)).to.deep.equal([2, 1]);
    const open = await roster.listRosterChanges({
      unfinishedOnly: true,
      after: undefined,
      limit: 9,
    });
    expect(open.items).to.deep.equal([used.change, near.change]);
    expect(await roster.getRosterChange(4)).to.deep.equal(near.change);
    expect(await roster.getRosterChange(99)).to.equal(undefined);
    const [head] = await fixture.rows('select * from roster_head');
    expect(head).to.deep.equal({ id: 1, change_id: 5, shared_version: 5 });
    expect(asked({ kind: 'ARCHIVE_SHIFT', shiftId: 'x' }).actor).to.equal(used.change?.actor);
  });
});
