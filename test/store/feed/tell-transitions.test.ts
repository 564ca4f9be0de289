// What time alone changes is told once, whatever comes between the steps of it.

import { expect } from 'chai';
import { EVERYBODY, type FeedEntry } from '../../../src/app/ports/feed.js';
import { Teller, type TellPorts } from '../../../src/app/watch/tell-transitions.js';
import { recordFacts } from '../../../src/app/write/record-facts.js';
import { fromEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { createTransitionStore } from '../../../src/store/feed/transitions.js';
import { waitUntil } from '../../support/wait-until.js';
import { changing, detailOf, id, rosterOver, shiftOf, versionOf } from '../roster-support.js';
import { clearOf, markOf, openStore, type StoreFixture } from '../support.js';

const DAY_MS = 86_400_000;

describe('telling what time alone changes', function () {
  this.timeout(60_000);
  let fixture: StoreFixture;
  let ports: TellPorts;

  beforeEach(async () => {
    fixture = await openStore();
    const transitions = createTransitionStore(fixture.database);
    ports = { transitions, store: fixture.store, now: () => Date.now() as Instant };
  });

  afterEach(async () => {
    await fixture.close();
  });

  /** Employees whose every date has a shift in UTC that is late so long after its start. */
  async function hire(count: number, lateGraceSeconds: number, startHour = 8): Promise<void> {
    const change = changing(rosterOver(fixture));
    const shift = shiftOf('S', startHour, (startHour + 4) % 24, { lateGraceSeconds });
    await change({ kind: 'CREATE_SHIFT', version: versionOf(shift) });
    for (let n = 0; n < count; n += 1) {
      const detail = detailOf('', { defaultShiftId: 'S' });
      const employeeId = id(`e${String(n).padStart(3, '0')}`);
      await change({ kind: 'CREATE_EMPLOYEE', employeeId, detail });
    }
  }

  /** Telling has begun so long ago, and nobody tells. */
  const begun = async (ago: string) => {
    await fixture.rows(`update transition_head set position = (select position from feed_head),
      at = clock_timestamp() - interval '${ago}', employee_id = '', lease_until = '-infinity'`);
  };
  const told = async (): Promise<readonly FeedEntry[]> => {
    const all: FeedEntry[] = [];
    for (let after = 0; ; ) {
      const page = await fixture.store.readFeed(after, EVERYBODY);
      all.push(...page.entries.filter(({ fact }) => fact === undefined));
      if (page.through.position === page.head) return all;
      after = page.through.position;
    }
  };
  const nameOf = ({ employeeId, day, at }: FeedEntry) => `${employeeId} ${day.date} ${at}`;
  const stepAll = async (teller: Teller) => {
    while ((await teller.step()) !== 0);
  };

  it('tells nothing before anybody has asked for a stream', async () => {
    await hire(1, 0);
    expect(await new Teller(ports, 'a').step()).to.equal(undefined);
    await fixture.store.beginTelling();
    expect(await new Teller(ports, 'a').step()).to.equal(0);
  });

  it('tells each once, in order, and no more in later steps', async () => {
    await hire(3, 300);
    await begun('2 days');
    const teller = new Teller(ports, 'a');
    await stepAll(teller);
    const first = await told();
    // On each of at least one whole day, everybody is late, and then absent.
    expect(first.length).to.be.at.least(6);
    expect(new Set(first.map(nameOf)).size).to.equal(first.length);
    const times = first.map(({ at }) => at);
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    await stepAll(teller);
    expect(await told()).to.deep.equal(first);
  });

  it('lets one process tell at a time, and the next one go on where it died', async () => {
    await hire(140, 300);
    await begun('2 days');
    const dying = new Teller(ports, 'a');
    expect(await dying.step()).to.equal(250);
    const next = new Teller(ports, 'b');
    expect(await next.step()).to.equal(undefined);
    await fixture.rows(`update transition_head set lease_until = '-infinity'`);
    await stepAll(next);
    // It comes back from the dead, with what it knew.
    expect(await dying.step()).to.be.oneOf([0, undefined]);
    const names = (await told()).map(nameOf);
    expect(names.length).to.be.at.least(280);
    expect(new Set(names).size).to.equal(names.length);
    const [head] = await fixture.rows('select position from feed_head');
    const [sum] = await fixture.rows(`select count(*)::integer as n from attendance_transition`);
    expect(sum?.n).to.equal(names.length);
    expect(head?.position).to.equal(names.length);
  });

  it('gives the right to tell back, so that another process need not wait', async () => {
    await hire(1, 300);
    await begun('2 days');
    const leaving = new Teller(ports, 'a');
    await leaving.step();
    await leaving.release();
    expect(await new Teller(ports, 'b').step()).to.not.equal(undefined);
  });

  for (const [what, facts] of [
    ['marked', (date: string) => [markOf('e000', date, { status: 'REMOTE' })]],
    [
      'marked and cleared',
      (date: string) => [markOf('e000', date, { status: 'REMOTE' }), clearOf('e000', date)],
    ],
  ] as const) {
    it(`tells nothing of a day that was ${what} between its last look and its lock`, async () => {
      await hire(2, 300);
      await begun('2 days');
      const yesterday = fromEpochDay(Math.floor(Date.now() / DAY_MS) - 1);
      let isRecorded = false;
      const store: TellPorts['store'] = {
        ...fixture.store,
        async readFeed(after, filter) {
          const page = await fixture.store.readFeed(after, filter);
          if (!isRecorded) {
            isRecorded = true;
            for (const fact of facts(yesterday)) await recordFacts(fixture.store, [fact]);
          }
          return page;
        },
      };
      await stepAll(new Teller({ ...ports, store }, 'a'));
      await stepAll(new Teller({ ...ports, store }, 'a'));
      const ofDay = (await told()).filter(({ day }) => day.date === yesterday);
      const employees = ofDay.map(({ employeeId }) => employeeId);
      expect(employees).to.include('e001').and.not.include('e000');
    });
  }

  it('goes by the roster in force when the time comes', async () => {
    const startMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const lateSeconds = Math.ceil((Date.now() - startMs) / 1000) + 2;
    await hire(2, lateSeconds, new Date(startMs).getUTCHours());
    await begun('1 second');
    const teller = new Teller(ports, 'a');
    await teller.step();
    const change = changing(rosterOver(fixture));
    const override = { epochDay: Math.floor(startMs / DAY_MS), shiftIds: [] };
    await change({ kind: 'SET_OVERRIDE', employeeId: id('e000'), override });
    await waitUntil('they are late', () => Date.now() > startMs + lateSeconds * 1000);
    await stepAll(teller);
    const late = (await told()).filter(({ at }) => at === startMs + lateSeconds * 1000);
    expect(late.map(({ employeeId }) => employeeId)).to.deep.equal(['e001']);
  });
});
