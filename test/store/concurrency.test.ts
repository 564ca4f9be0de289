// Many writers at once, against real PostgreSQL: what must hold whatever the interleaving.

import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Fact } from '../../src/app/ports/facts.js';
import { type RecordResult, recordFacts } from '../../src/app/write/record-facts.js';
import { derive } from '../../src/domain/engine/derive.js';
import {
  type Attendance,
  type MarkableStatus,
  PORTIONS,
  type Portion,
  STATUSES,
} from '../../src/domain/facts/day.js';
import { type DeclarationFact, declarationOf } from '../../src/domain/facts/declaration.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import { timelineOf } from '../../src/domain/facts/punch.js';
import { planDays } from '../../src/domain/roster/plan.js';
import { type LocalDate, toEpochDay } from '../../src/domain/time/local-date.js';
import type { RecordTime } from '../../src/domain/time/time.js';
import { joinVoid, punchColumns, recordedPunch } from '../../src/store/facts/punch-rows.js';
import { formatTimestamp } from '../../src/store/postgres/database.js';
import { dayColumns, storedDay } from '../../src/store/postgres/rows.js';
import { runs } from '../support/runs.js';
import {
  clearOf,
  markOf,
  openStore,
  punchOf,
  type StoreFixture,
  testRosters,
  voidMarksOf,
  voidOf,
} from './support.js';

const DAY = '2026-03-02';

describe('many writers at once', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  const record = (...facts: Fact[]) => recordFacts(fixture.store, facts);

  async function count(table: string, employeeId: string): Promise<number> {
    const [row] = await fixture.rows(
      `select count(*)::integer as n from ${table} where employee_id = $1`,
      employeeId,
    );
    return Number(row?.n);
  }

  it('100 on one employee and date: one row, every change a revision, none lost', async () => {
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        record(markOf('all', DAY, { note: String(index) })),
      ),
    );
    const revisions = results.map(([result]) => dayOf(result).revision);
    expect(revisions.sort((a, b) => a - b)).to.deep.equal(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    expect(await count('attendance_day', 'all')).to.equal(1);
    expect(await count('mark', 'all')).to.equal(100);
    expect(await count('attendance_change', 'all')).to.equal(100);
    expect(await count('employee', 'all')).to.equal(1);
  });

  it('100 that say the same: one revision', async () => {
    const results = await Promise.all(
      Array.from({ length: 100 }, () => record(markOf('same', DAY))),
    );
    expect(new Set(results.map(([result]) => dayOf(result).revision))).to.deep.equal(new Set([1]));
    expect(await count('attendance_change', 'same')).to.equal(1);
  });

  it('one request id 50 times at once: one fact, one answer', async () => {
    const requestId = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 50 }, () => record(markOf('once', DAY, { requestId }))),
    );
    const answers = new Set(results.map(([result]) => JSON.stringify(dayOf(result))));
    expect(answers.size).to.equal(1);
    expect(await count('mark', 'once')).to.equal(1);
    expect(await count('attendance_change', 'once')).to.equal(1);
  });

  it('one request id inside 50 different batches at once: nobody else’s item fails', async () => {
    const requestId = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        record(
          markOf(`neighbour-${index}`, DAY),
          markOf('shared', DAY, { requestId }),
          markOf(`neighbour-${(index * 7) % 50}`, '2026-03-03', { note: String(index) }),
          markOf('shared', '2026-03-03', { note: String(index) }),
        ),
      ),
    );
    expect(results.flat().filter((result) => result.failure !== undefined)).to.deep.equal([]);
    const answers = new Set(results.map((batch) => JSON.stringify(dayOf(batch[1]))));
    expect(answers.size).to.equal(1);
    const rows = await fixture.rows(
      `select count(*)::integer as n from mark where employee_id = 'shared' and request_id is not null`,
    );
    expect(rows).to.deep.equal([{ n: 1 }]);
  });

  it('batches that name the same new employees in opposite orders do not wait in a circle', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `circle-${index}`);
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, index) => {
        const order = index % 2 === 0 ? ids : [...ids].reverse();
        return record(...order.map((id) => markOf(id, DAY, { note: String(index) })));
      }),
    );
    expect(results.flat().every((result) => result.failure === undefined)).to.equal(true);
  });

  it('a fact that PostgreSQL refuses fails alone', async () => {
    const poison: Fact = { ...markOf('poison', DAY), actor: 'nul \u0000 in the middle' };
    const batch = [...Array(9).keys()].map((index) => markOf(`healthy-${index}`, DAY));
    const results = await record(...batch.slice(0, 5), poison, ...batch.slice(5));
    expect(results.map((result) => result.failure?.kind ?? 'done')).to.deep.equal([
      ...Array(5).fill('done'),
      'FACT_REFUSED',
      ...Array(4).fill('done'),
    ]);
  });

  it('feed positions are dense and in commit order under 4 writing processes', async () => {
    const before = await head();
    const writers = Array.from({ length: 4 }, (_, index) => spawnWriter(fixture.url, index));
    const running = Promise.all(writers);
    let ended = false;
    const done = running.finally(() => {
      ended = true;
    });
    // What a follower of the feed sees while they write: never a gap that is filled later.
    let seen = before;
    while (!ended) {
      const rows = await fixture.rows(
        'select position from attendance_change where position > $1 order by position',
        seen,
      );
      for (const row of rows) {
        expect(row.position, 'a gap that a follower would have read past').to.equal(seen + 1);
        seen = Number(row.position);
      }
    }
    const written = (await done).reduce((sum, changes) => sum + changes, 0);
    expect(await head()).to.equal(before + written);
    const [broken] = await fixture.rows(`
      select
        count(*) filter (where position <> previous + 1)::integer as gaps,
        count(*) filter (where recorded_at < earlier)::integer as times_back,
        count(*) filter (where revision <> coalesce(of_day, 0) + 1)::integer as revisions_wrong,
        count(*) filter (where sequence <= coalesce(of_employee, 0))::integer as order_wrong
      from (
        select *, lag(position, 1, 0::bigint) over by_position as previous,
               lag(recorded_at) over by_position as earlier,
               lag(revision) over (partition by employee_id, date order by position) as of_day,
               lag(sequence) over (partition by employee_id order by position) as of_employee
        from attendance_change window by_position as (order by position)
      ) c`);
    expect(broken).to.deep.equal({ gaps: 0, times_back: 0, revisions_wrong: 0, order_wrong: 0 });
  });

  async function head(): Promise<number> {
    const [row] = await fixture.rows('select position from feed_head');
    return Number(row?.position);
  }

  it('a time once called settled stays so: nothing is recorded before it afterwards', async () => {
    const { store, rows } = fixture;
    const employees = ['settle-1', 'settle-2'] as const;
    let writing = true;
    const writers = employees.map(async (id) => {
      for (let index = 0; writing; index += 1) await record(markOf(id, DAY, { note: `${index}` }));
    });
    const counted: { settled: RecordTime; count: unknown }[] = [];
    const countUntil = async (settled: RecordTime) =>
      (
        await rows(
          'select count(*)::integer as n from attendance_change where recorded_at <= $1',
          formatTimestamp(settled),
        )
      )[0]?.n;
    const settlers = Array.from({ length: 4 }, async () => {
      for (let index = 0; index < 150; index += 1) {
        const settled = await store.settle((Date.now() * 1000) as RecordTime);
        counted.push({ settled, count: await countUntil(settled) });
      }
    });
    await Promise.all(settlers);
    writing = false;
    await Promise.all(writers);
    for (const { settled, count } of counted) expect(await countUntil(settled)).to.equal(count);
  });

  it('punches and corrections of one employee, 100 at once: none waits in a circle', async () => {
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const [own, other] = index % 2 === 0 ? ['clock-a', 'clock-b'] : ['clock-b', 'clock-a'];
        const time = `2026-03-02T${String(index % 24).padStart(2, '0')}:00:00Z`;
        return record(
          punchOf(own, time, 'UNSPECIFIED', { eventId: String(index % 30) }),
          punchOf('clock-all', time, 'UNSPECIFIED', { eventId: String(index % 30) }),
          punchOf(other, time),
          voidOf('clock-all', [1 + (index % 50)]),
        );
      }),
    );
    const failures = results.flat().flatMap(({ failure }) => failure?.kind ?? []);
    expect(new Set(failures)).to.have.members(['PUNCH_NOT_FOUND', 'PUNCH_VOIDED']);
    // 24 hours and 30 event ids: 120 different punches, of which these batches told 100.
    const [row] = await fixture.rows(
      `select count(*)::integer as n, count(distinct (time, event_id))::integer as different
       from punch where employee_id = 'clock-all'`,
    );
    expect(row).to.deep.equal({ n: 100, different: 100 });
    await expectRebuilt('clock-all');
    await expectRebuilt('clock-a');
  });

  it('every version counts the employee’s facts, also after failures and replays', async () => {
    const wrong = await fixture.rows(`
      select e.employee_id, e.version, count(f.sequence), max(f.sequence)
      from employee e
      left join (
        select employee_id, sequence from mark
        union all select employee_id, sequence from punch
        union all select employee_id, sequence from punch_correction
      ) f using (employee_id)
      group by e.employee_id
      having e.version <> count(f.sequence) or e.version <> coalesce(max(f.sequence), 0)`);
    expect(wrong).to.deep.equal([]);
  });

  it('days rebuilt from the facts equal the days stored, whatever was written how', async () => {
    const fact = fc.record({
      employee: fc.integer({ min: 1, max: 3 }),
      day: fc.integer({ min: 1, max: 3 }),
      hour: fc.integer({ min: 0, max: 23 }),
      status: fc.constantFrom<
        MarkableStatus | 'HOURS' | 'CLEAR' | 'VOID_MARKS' | 'VOID' | 'IN' | 'OUT'
      >(
        'PRESENT',
        'ABSENT',
        'HOURS',
        'HOURS',
        'VOID_MARKS',
        'ON_LEAVE',
        'CLEAR',
        'VOID',
        'IN',
        'IN',
        'OUT',
        'OUT',
      ),
      portion: fc.constantFrom(...PORTIONS),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fact, { minLength: 1, maxLength: 5 })),
        async (batches) => {
          run += 1;
          await Promise.all(
            batches.map((batch) =>
              record(
                ...batch.map(({ employee, day, hour, status, portion }): Fact => {
                  const id = `rebuild-${run}-${employee}`;
                  const date = `2026-04-0${day}`;
                  if (status === 'CLEAR') return clearOf(id, date);
                  if (status === 'VOID') return voidOf(id, [1 + (hour % 6)]);
                  if (status === 'IN' || status === 'OUT') {
                    return punchOf(id, `${date}T${String(hour).padStart(2, '0')}:00:00Z`, status);
                  }
                  const importId = `import-${run}`;
                  if (status === 'VOID_MARKS') return voidMarksOf(id, date, importId);
                  const told = hour % 3 === 0 ? { importId } : {};
                  if (status === 'HOURS') {
                    const startSecond = hour * 3600;
                    const endSecond = startSecond + 5400 + PORTIONS.indexOf(portion) * 16_200;
                    const leaveTime = { startSecond, endSecond };
                    return markOf(id, date, { ...told, status: 'ON_LEAVE', leaveTime });
                  }
                  return markOf(id, date, { ...told, status, portion });
                }),
              ),
            ),
          );
          for (const employee of [1, 2, 3]) await expectRebuilt(`rebuild-${run}-${employee}`);
        },
      ),
      { numRuns: runs(25) },
    );
  });

  /** Everybody here is in UTC and has no shift. */
  async function expectRebuilt(employeeId: string): Promise<void> {
    const marks = await fixture.rows(
      `select date, kind, status, portion, leave_start_second, leave_end_second, leave_type_id, note
       from mark where employee_id = $1 and voided_by is null order by sequence`,
      employeeId,
    );
    const standing = await fixture.rows(
      `select ${punchColumns('p')} from punch p ${joinVoid('p')}
       where p.employee_id = $1 and p.voided_by is null`,
      employeeId,
    );
    const punches = timelineOf(standing.map(recordedPunch));
    const stored = await fixture.rows(
      `select ${dayColumns('d')} from attendance_day d where d.employee_id = $1`,
      employeeId,
    );
    const days = new Map(stored.map((row) => [row.date, storedDay(row)]));
    const roster = nobodysRoster();
    for (const dayPlan of planDays(roster.shared, roster.own, FIRST_DAY, LAST_DAY)) {
      const own = marks.filter(({ date }) => date === dayPlan.date).map(factOf);
      const rebuilt = derive({ declaration: declarationOf(own), punches }, dayPlan);
      const day = days.get(dayPlan.date);
      const what = `${employeeId} on ${dayPlan.date}`;
      expect(day?.result, what).to.deep.equal(rebuilt.origin === 'EXPECTED' ? undefined : rebuilt);
    }
  }
});

/** The dates that tests here write to, and a few more. */
const FIRST_DAY = toEpochDay('2026-02-20' as LocalDate);
const LAST_DAY = toEpochDay('2026-04-15' as LocalDate);

function nobodysRoster() {
  const rosters = testRosters();
  const shared = rosters.knownShared(0);
  const own = rosters.knownEmployee({ employeeId: 'nobody' as EmployeeId, rosterVersion: 0 });
  if (shared === undefined || own === undefined) throw new Error('no roster to begin with');
  return { shared, own };
}

/** The day that a fact was answered with. */
function dayOf(result: RecordResult | undefined): Attendance {
  if (result === undefined || result.failure !== undefined) {
    throw new Error(`not recorded: ${result?.failure.kind}`);
  }
  const [day] = result.attendances;
  if (day === undefined) throw new Error('answered without a day');
  return day;
}

function factOf(row: Record<string, unknown>): DeclarationFact {
  if (row.kind === 2) return { kind: 'CLEAR' };
  return {
    kind: 'MARK',
    status: STATUSES[Number(row.status) - 1] as MarkableStatus,
    portion: PORTIONS[Number(row.portion) - 1] as Portion,
    leaveTime:
      row.leave_start_second === null
        ? undefined
        : {
            startSecond: Number(row.leave_start_second),
            endSecond: Number(row.leave_end_second),
          },
    leaveTypeId: row.leave_type_id === null ? undefined : String(row.leave_type_id),
    note: String(row.note),
  };
}

/** Another process that writes; resolves with the number of changes it was told of. */
async function spawnWriter(url: string, seed: number): Promise<number> {
  const script = fileURLToPath(new URL('./writer-process.js', import.meta.url));
  const child = fork(script, [url, String(seed)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let changes: number | undefined;
  child.on('message', (message) => {
    changes = Number(message);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0 || changes === undefined) throw new Error(`writer ${seed} ended with ${code}`);
  return changes;
}
