// What lets a stored day be shown without deriving it again: its work survives as text, its plan
// is told by a fingerprint, and under another plan the day is derived on the spot.

import { expect } from 'chai';
import fc from 'fast-check';
import { derivedDay, knownDay } from '../../src/domain/engine/day-under-plan.js';
import { derive, ENGINE_VERSION } from '../../src/domain/engine/derive.js';
import { planHash } from '../../src/domain/engine/plan-fingerprint.js';
import { parseWorkText, workText } from '../../src/domain/engine/work-codec.js';
import type { DayResult, StoredDay } from '../../src/domain/facts/day.js';
import { NO_PUNCHES } from '../../src/domain/facts/punch.js';
import { type DayPlan, planDays } from '../../src/domain/roster/plan.js';
import type { EmployeeRoster, Roster } from '../../src/domain/roster/roster.js';
import type { RecordTime } from '../../src/domain/time/time.js';
import { runs } from '../support/runs.js';
import { anyDeclaration, scenarios, zoneNamed } from './support/arbitraries.js';
import { works } from './support/works.js';

describe('Work as text', () => {
  it('comes back as it was, whatever the rules came to', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const plan of plans) {
          const { work } = derive({ declaration, punches: timeline }, plan);
          expect(parseWorkText(workText(work))).to.deep.equal(work);
        }
      }),
    );
  });

  it('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(works, (work) => {
        expect(parseWorkText(workText(work))).to.deep.equal(work);
      }),
    );
  });

  it('is nothing when it was written by somebody else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const work = parseWorkText(text);
        if (work !== undefined) expect(workText(work)).to.equal(text);
      }),
      { numRuns: runs(300) },
    );
  });

  it('is nothing with any of its values changed into something that does not belong', () => {
    fc.assert(
      fc.property(works, fc.constantFrom('x', 1.5, {}, true, -1), fc.nat(), (work, wrong, at) => {
        const fields = JSON.parse(workText(work) || '[]') as unknown;
        if (!Array.isArray(fields) || fields.length === 0) return;
        // Places of one level; deeper ones are lists of the same kind.
        fields[at % fields.length] = wrong;
        const read = parseWorkText(JSON.stringify(fields));
        if (read !== undefined) expect(JSON.parse(workText(read))).to.deep.equal(fields);
      }),
    );
  });
});

/** Definitions made anew, so that nothing is the same by being the same object. */
function copyOf(roster: Roster, employee: EmployeeRoster): [Roster, EmployeeRoster] {
  const { zones, ...rest } = employee;
  const shifts = [...roster.shifts].map(([id, versions]) => {
    const copies = versions.map(({ fromDay, shift: { zone, ...own } }) => ({
      fromDay,
      shift: { ...structuredClone(own), zone },
    }));
    return [id, copies] as const;
  });
  return [
    {
      shifts: new Map(shifts),
      calendars: structuredClone(roster.calendars),
      offShift: structuredClone(roster.offShift),
    },
    { ...structuredClone(rest), zones: [...zones] },
  ];
}

describe('The fingerprint of a plan', () => {
  it('is the same for plans that say the same', () => {
    fc.assert(
      fc.property(scenarios(), ({ roster, employee, plans }) => {
        const [first, last] = [plans[0]?.epochDay ?? 0, plans.at(-1)?.epochDay ?? 0];
        const again = planDays(...copyOf(roster, employee), first, last);
        expect(again.map(planHash)).to.deep.equal(plans.map(planHash));
      }),
    );
  });

  it('is another one as soon as anything is that derive reads', () => {
    fc.assert(
      fc.property(scenarios(), fc.nat(), (scenario, pick) => {
        for (const plan of scenario.plans) {
          const changes = changesOf(plan);
          const change = changes[pick % changes.length];
          if (change === undefined) continue;
          const [what, changed] = change;
          expect(planHash(changed), what).to.not.equal(planHash(plan));
        }
      }),
    );
  });

  it('tells apart all plans of many rosters that say something else', () => {
    const texts = new Map<number, string>();
    fc.assert(
      fc.property(scenarios(), ({ plans }) => {
        for (const plan of plans) {
          const text = textOf(plan);
          const hash = planHash(plan);
          expect(Number.isSafeInteger(hash)).to.equal(true);
          expect(texts.get(hash) ?? text).to.equal(text);
          texts.set(hash, text);
        }
      }),
    );
    expect(new Set(texts.values()).size).to.equal(texts.size);
  });
});

function textOf(plan: DayPlan): string {
  return JSON.stringify(plan, (key, value: unknown) =>
    key === 'zone' ? (value as { name?: string } | undefined)?.name : value,
  );
}

/** Each of a plan's parts that derive reads, changed as little as can be. */
function changesOf(plan: DayPlan): (readonly [string, DayPlan])[] {
  const zone = plan.zone.name === 'UTC' ? zoneNamed('Africa/Abidjan') : zoneNamed('UTC');
  const later = <T extends number>(time: T): T => (time + 1000) as T;
  const { windows, reach, offShift, shifts } = plan;
  const changes: (readonly [string, DayPlan])[] = [
    ['date', { ...plan, epochDay: plan.epochDay + 1 }],
    ['zone', { ...plan, zone }],
    [
      'midnights',
      { ...plan, midnights: plan.midnights.map((time, at) => (at === 5 ? later(time) : time)) },
    ],
    ['isEmployed', { ...plan, isEmployed: !plan.isEmployed }],
    ['source', { ...plan, source: plan.source === undefined ? 'OVERRIDE' : undefined }],
    ['holiday', { ...plan, holiday: plan.holiday === undefined ? '' : undefined }],
    ['reach from', { ...plan, reach: { ...reach, from: later(reach.from) } }],
    ['reach to', { ...plan, reach: { ...reach, to: later(reach.to) } }],
    [
      'gap',
      {
        ...plan,
        offShift: { ...offShift, newStretchGapSeconds: offShift.newStretchGapSeconds + 1 },
      },
    ],
    [
      'attribution',
      {
        ...plan,
        offShift: {
          ...offShift,
          attribution: offShift.attribution === 'END_DATE' ? 'START_DATE' : 'END_DATE',
        },
      },
    ],
    ['windows', { ...plan, windows: [...windows, { from: reach.to, to: reach.to }] }],
    ...windows.map((_, at) => ['window', { ...plan, windows: windows.toSpliced(at, 1) }] as const),
    ['last midnight', { ...plan, midnights: plan.midnights.slice(0, -1) }],
    ...shifts.map(({ shift }, at) => {
      const others = shifts.toSpliced(at, 1);
      const moved = { ...plan, shifts: others, leftOut: [...plan.leftOut, shift] };
      return ['left out', moved] as const;
    }),
    ...windows.map((window, at) => {
      const moved = { ...window, to: later(window.to) };
      return ['window', { ...plan, windows: windows.with(at, moved) }] as const;
    }),
  ];
  for (const [at, planned] of shifts.entries()) {
    const { shift, window, contestedBefore, contestedAfter } = planned;
    const others = [
      { start: later(planned.start) },
      { end: later(planned.end) },
      { window: { ...window, from: later(window.from) } },
      { holiday: planned.holiday === undefined ? 'Feast' : undefined },
      { nextShiftId: planned.nextShiftId === undefined ? 'next' : undefined },
      { zone },
      { shift: { ...shift, lateGraceSeconds: shift.lateGraceSeconds + 1 } },
      { shift: { ...shift, worksOnHolidays: !shift.worksOnHolidays } },
      { shift: { ...shift, shiftId: `${shift.shiftId}x` } },
      { shift: { ...shift, zone: shift.zone === undefined ? zone : undefined } },
      {
        shift: {
          ...shift,
          work: { ...shift.work, paidBreakSeconds: shift.work.paidBreakSeconds + 1 },
        },
      },
      contestedBefore === undefined
        ? { contestedBefore: contestedAfter }
        : { contestedBefore: { ...contestedBefore, middle: later(contestedBefore.middle) } },
      contestedAfter === undefined
        ? { contestedAfter: contestedBefore }
        : { contestedAfter: { ...contestedAfter, isTyped: !contestedAfter.isTyped } },
    ];
    for (const other of others) {
      const changed = { ...planned, ...other };
      if (JSON.stringify(changed, names) === JSON.stringify(planned, names)) continue;
      const what = `shift: ${Object.keys(other).join()}`;
      changes.push([what, { ...plan, shifts: shifts.with(at, changed) }]);
    }
  }
  return changes;
}

function names(key: string, value: unknown): unknown {
  return key === 'zone' ? (value as { name?: string } | undefined)?.name : value;
}

describe('A known day', () => {
  const stored = (plan: DayPlan, result: DayResult | undefined, hash: number): StoredDay => ({
    date: plan.date,
    result,
    planHash: result === undefined ? undefined : hash,
    engineVersion: ENGINE_VERSION,
    revision: 3,
    recordedAt: 7 as RecordTime,
  });

  it('is the stored one under its own plan, without a look at its punches', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const plan of plans) {
          const result = derive({ declaration, punches: timeline }, plan);
          const known = knownDay(stored(plan, result, planHash(plan)), plan, NO_PUNCHES);
          expect(known).to.deep.equal({ date: plan.date, result, revision: 3, recordedAt: 7 });
        }
      }),
    );
  });

  it('is not the stored one where a change is unfinished: it may lack a punch', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const plan of plans) {
          const lacking = derive({ declaration, punches: NO_PUNCHES }, plan);
          const result = derive({ declaration, punches: timeline }, plan);
          const known = derivedDay(stored(plan, lacking, planHash(plan)), plan, timeline);
          expect(known).to.deep.equal({ date: plan.date, result, revision: 3, recordedAt: 7 });
        }
      }),
    );
  });

  it('is what would be stored under any other plan, with the declaration that stands', () => {
    fc.assert(
      fc.property(
        scenarios(),
        scenarios(),
        anyDeclaration,
        ({ plans, timeline }, { roster, employee }, declaration) => {
          const [first, last] = [plans[0]?.epochDay ?? 0, plans.at(-1)?.epochDay ?? 0];
          const newer = planDays(roster, employee, first, last);
          for (const [index, plan] of plans.entries()) {
            const now = newer[index];
            if (now === undefined) throw new Error('there is a plan for each date');
            const before = derive({ declaration, punches: timeline }, plan);
            const known = knownDay(stored(plan, before, planHash(plan)), now, timeline);
            expect(known.result).to.deep.equal(derive({ declaration, punches: timeline }, now));
            expect([known.revision, known.recordedAt]).to.deep.equal([3, 7]);
          }
        },
      ),
    );
  });

  it('is derived when nothing was stored, or nothing stands any more', () => {
    fc.assert(
      fc.property(scenarios(), ({ plans, timeline }) => {
        for (const plan of plans) {
          const result = derive({ declaration: undefined, punches: timeline }, plan);
          const never = knownDay(undefined, plan, timeline);
          expect(never).to.deep.equal({
            date: plan.date,
            result,
            revision: 0,
            recordedAt: undefined,
          });
          const cleared = knownDay(stored(plan, undefined, 0), plan, timeline);
          expect(cleared.result).to.deep.equal(result);
          expect(cleared.revision).to.equal(3);
        }
      }),
    );
  });
});
