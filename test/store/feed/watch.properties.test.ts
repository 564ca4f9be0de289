// Whatever is recorded, whoever tells what time alone changes, and wherever a reader is broken off:
// the stream has each change once and in order, resumed or not, and the snapshot with its changes is
// what a list shows. Telling begins two days ago, so that time changes much in no time.

import { expect } from 'chai';
import fc from 'fast-check';
import type { FeedFilter, FeedPlace } from '../../../src/app/ports/feed.js';
import { listDays } from '../../../src/app/read/read-lists.js';
import { FeedTail } from '../../../src/app/watch/feed-tail.js';
import { placeOf } from '../../../src/app/watch/recent-feed.js';
import type { ShownEntry } from '../../../src/app/watch/shown-entry.js';
import { Teller } from '../../../src/app/watch/tell-transitions.js';
import { beginWatch, restOfSnapshot } from '../../../src/app/watch/watch-attendance.js';
import { recordFacts } from '../../../src/app/write/record-facts.js';
import type { Attendance } from '../../../src/domain/facts/day.js';
import { ANY_DAY } from '../../../src/domain/facts/day-filter.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { fromEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { createTransitionStore } from '../../../src/store/feed/transitions.js';
import { runs, seed } from '../../support/runs.js';
import { changing, detailOf, id, rosterOver, shiftOf, versionOf } from '../roster-support.js';
import { clearOf, markOf, openStore, punchOf, type StoreFixture } from '../support.js';

const DAY_MS = 86_400_000;
const EMPLOYEES = 3;
const PATIENCE = new AbortController().signal;

type Recorded =
  | { readonly kind: 'PUNCH'; readonly who: number; readonly minutesAgo: number }
  | { readonly kind: 'MARK' | 'CLEAR'; readonly who: number; readonly daysAgo: number };
type Happening = Recorded | { readonly kind: 'TELL' | 'CRASH' | 'READ' };

const who = fc.nat(EMPLOYEES - 1);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('PUNCH' as const),
    who,
    minutesAgo: fc.integer({ min: 1, max: 2 * 24 * 60 }),
  }),
  fc.record({
    kind: fc.constantFrom('MARK' as const, 'CLEAR' as const),
    who,
    daysAgo: fc.nat(2),
  }),
  fc.record({ kind: fc.constantFrom('TELL' as const, 'CRASH' as const, 'READ' as const) }),
);

describe('the stream of changes, whatever happens', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;
  let round = 0;
  let changedByTime = 0;

  before(async () => {
    fixture = await openStore();
    const change = changing(rosterOver(fixture));
    const shift = shiftOf('S', 8, 16, { lateGraceSeconds: 300 });
    await change({ kind: 'CREATE_SHIFT', version: versionOf(shift) });
  });

  after(async () => {
    await fixture.close();
  });

  async function hire(employeeId: string): Promise<EmployeeId> {
    const detail = detailOf(employeeId, { defaultShiftId: 'S' });
    const change = changing(rosterOver(fixture));
    await change({ kind: 'CREATE_EMPLOYEE', employeeId: id(employeeId), detail });
    return id(employeeId);
  }

  /** Everything behind a place that is committed by now, as the time of the read tells. */
  async function readAll(
    tail: FeedTail,
    filter: FeedFilter,
    place: FeedPlace,
  ): Promise<{ readonly entries: ShownEntry[]; readonly place: FeedPlace }> {
    const sinceMs = Date.now();
    const watcher = tail.watch(filter, place);
    const entries: ShownEntry[] = [];
    try {
      for (;;) {
        const told = await watcher.next(5, PATIENCE);
        entries.push(...told.entries);
        tail.wake();
        if (told.entries.length === 0 && (told.readMs ?? 0) > sinceMs) {
          return { entries, place: told.through };
        }
      }
    } finally {
      watcher.close();
    }
  }

  it('has each change once, and comes to what a list shows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 5, maxLength: 40 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
        async (happenings, resumes) => {
          round += 1;
          const { store, database } = fixture;
          const nowMs = Date.now();
          const today = Math.floor(nowMs / DAY_MS);
          const ids: EmployeeId[] = [];
          for (let n = 0; n < EMPLOYEES; n += 1) ids.push(await hire(`p${round}-${n}`));
          const filter = { employeeIds: new Set(ids), groupId: undefined };
          await fixture.rows(
            `update transition_head set employee_id = '', lease_until = '-infinity',
               at = clock_timestamp() - interval '2 days',
               position = (select position from feed_head)`,
          );
          const tail = new FeedTail(store);
          const range = { startDate: fromEpochDay(today - 2), endDate: fromEpochDay(today) };
          const query = { filter, from: undefined, range };
          const begin = await beginWatch(store, query, nowMs as Instant, PATIENCE);
          const copy = new Map<string, Attendance>();
          const put = (day: Attendance) => copy.set(`${day.employeeId} ${day.date}`, day);
          const { feed, snapshot } = begin;
          if (snapshot === undefined) expect.fail('no snapshot');
          for await (const { days } of restOfSnapshot(store, filter, feed, snapshot, PATIENCE)) {
            days.forEach(put);
          }
          const ports = {
            transitions: createTransitionStore(database),
            store,
            now: () => Date.now() as Instant,
          };
          let tellers = 1;
          let teller = new Teller(ports, `${round}-1`);
          const all: ShownEntry[] = [];
          let place = feed;
          const read = async () => {
            const told = await readAll(tail, filter, place);
            all.push(...told.entries);
            place = told.place;
          };
          for (const one of happenings) {
            if ('who' in one) await recordFacts(store, [factOf(one, ids, today, nowMs)]);
            else if (one.kind === 'READ') await read();
            else if (one.kind === 'TELL') await teller.step();
            else {
              tellers += 1;
              teller = new Teller(ports, `${round}-${tellers}`);
              await fixture.rows(`update transition_head set lease_until = '-infinity'`);
            }
          }
          for (let told: number | undefined = 1; told !== 0; ) {
            told = await teller.step();
            const [head] = await fixture.rows('select at from transition_head');
            if (Number(head?.at) < nowMs * 1000) told = 1;
          }
          await read();

          const keys = all.map(({ entry }) => entry.position);
          expect(keys).to.deep.equal([...new Set(keys)].sort((a, b) => a - b));
          const byTime = all
            .filter(({ entry }) => entry.fact === undefined)
            .map(({ entry, attendance }) => `${entry.employeeId} ${attendance.date} ${entry.at}`);
          expect(new Set(byTime).size, 'each transition once').to.equal(byTime.length);
          changedByTime += byTime.length;

          expect(misannounced(all), 'what a day says of its next transition').to.deep.equal([]);

          for (const share of resumes) {
            const index = Math.floor(share * (all.length - 1));
            const from = all[index];
            if (from === undefined) continue;
            const rest = await readAll(new FeedTail(store), filter, placeOf(from));
            expect(rest.entries.map(textOf)).to.deep.equal(all.slice(index + 1).map(textOf));
          }

          for (const { attendance } of all) put(attendance);
          const [head] = await fixture.rows('select at from transition_head');
          const moment = { now: Math.floor(Number(head?.at) / 1000) as Instant, asOf: undefined };
          for (const employeeId of ids) {
            const list = { ...range, employeeId, groupId: undefined, filter: ANY_DAY };
            const more = { includeExpected: true, after: undefined, limit: 100 };
            const { attendances } = await listDays(store, { ...list, ...more }, moment);
            const copied = [...copy.values()]
              .filter((day) => day.employeeId === employeeId && day.status !== 'UNSCHEDULED')
              .sort((a, b) => (a.date < b.date ? -1 : 1));
            expect(copied).to.deep.equal(attendances);
          }
        },
      ),
      // Not made smaller: each try takes a while, and a failure names what happened.
      { numRuns: runs(8), seed: seed(), endOnFailure: true },
    );
    expect(changedByTime, 'time has changed something').to.be.above(0);
  });
});

function factOf(one: Recorded, ids: readonly EmployeeId[], today: number, nowMs: number) {
  const whose = ids[one.who] ?? '';
  if (one.kind === 'PUNCH') {
    const time = new Date(nowMs - one.minutesAgo * 60_000).toISOString();
    return punchOf(whose, time, one.minutesAgo % 2 === 0 ? 'IN' : 'OUT');
  }
  const date = fromEpochDay(today - one.daysAgo);
  return one.kind === 'MARK' ? markOf(whose, date, { status: 'REMOTE' }) : clearOf(whose, date);
}

/** Transitions that are not the next one of the day as it was told before. */
function misannounced(all: readonly ShownEntry[]): string[] {
  const next = new Map<string, number | undefined>();
  const wrong: string[] = [];
  for (const { entry, attendance } of all) {
    const name = `${entry.employeeId} ${attendance.date}`;
    const isTold = next.has(name) && entry.fact === undefined;
    if (isTold && next.get(name) !== entry.at) wrong.push(`${name} ${entry.at}`);
    next.set(name, attendance.nextTransitionTime);
  }
  return wrong;
}

function textOf({ entry, attendance }: ShownEntry): string {
  return JSON.stringify([entry.position, entry.at, attendance]);
}
