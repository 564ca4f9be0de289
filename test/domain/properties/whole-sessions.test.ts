// No minute between an arrival and the departure that follows it is lost, whatever the windows; and
// so windows may be made wider without a loss to anybody.

import { expect } from 'chai';
import fc from 'fast-check';
import { type Allotment, allot, allotThoroughly } from '../../../src/domain/engine/allotment.js';
import { derive } from '../../../src/domain/engine/derive.js';
import type { Punch } from '../../../src/domain/facts/punch.js';
import { type DayPlan, planDays } from '../../../src/domain/roster/plan.js';
import {
  clockSeconds,
  maxSessionSeconds,
  type PlannedShift,
} from '../../../src/domain/roster/planned-shift.js';
import type { Roster } from '../../../src/domain/roster/roster.js';
import {
  MAX_SESSION_SECONDS,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  type Shift,
} from '../../../src/domain/roster/shift.js';
import { runs } from '../../support/runs.js';
import { HOUR, offShiftRulesIn, type Scenario, scenarios } from '../support/arbitraries.js';

const DAY = 24 * HOUR;
/** Sessions of the first and last dates can count for dates outside the period. */
const EDGE_DAYS = 3;

/** As long as one may be. */
const LONG: Shift = {
  shiftId: 'others',
  startSecond: 0,
  endSecond: 8 * HOUR,
  zone: undefined,
  beforeSeconds: 0,
  afterSeconds: 0,
  maxSessionSeconds: MAX_SESSION_SECONDS,
  lateGraceSeconds: 0,
  earlyGraceSeconds: 0,
  halfDayBelowSeconds: 0,
  absentBelowSeconds: 0,
  halvesMeetSecond: undefined,
  flexible: undefined,
  counting: PLAIN_COUNTING,
  work: PLAIN_WORK_RULES,
  worksOnHolidays: false,
  calendarId: undefined,
  geofence: undefined,
};

const plainly = scenarios({ work: fc.constant(PLAIN_WORK_RULES) });

interface Pair {
  readonly from: number;
  readonly to: number;
}

/** An arrival and the departure after it, with nothing but breaks between, each alone in its second. */
function pairsOf(punches: readonly Punch[]): Pair[] {
  const isAlone = (index: number) =>
    punches[index]?.time !== punches[index - 1]?.time &&
    punches[index]?.time !== punches[index + 1]?.time;
  return punches.flatMap(({ kind, time }, index) => {
    if (kind !== 'OUT' || !isAlone(index)) return [];
    let before = index - 1;
    while (punches[before]?.kind === 'BREAK_START' || punches[before]?.kind === 'BREAK_END')
      before -= 1;
    const arrival = punches[before];
    return arrival?.kind === 'IN' && isAlone(before) ? [{ from: arrival.time, to: time }] : [];
  });
}

function shiftsOf(roster: Roster): Shift[] {
  return [...roster.shifts.values()].flat().map(({ shift }) => shift);
}

/** As long as any of its sessions may be. */
function longestMs({ roster }: Scenario): number {
  const bounds = shiftsOf(roster).map((shift) => maxSessionSeconds(shift));
  const offShift = offShiftRulesIn(roster).map(({ maxLengthSeconds }) => maxLengthSeconds);
  return Math.min(...offShift, ...bounds) * 1000;
}

function isWithin({ plans }: Pick<Scenario, 'plans'>, { from, to }: Pair): boolean {
  const [first, last] = [plans[EDGE_DAYS], plans.at(-1 - EDGE_DAYS)];
  return first !== undefined && last !== undefined && from >= first.start && to <= last.end;
}

/** Where somebody was, joined where a shift's end divides it. */
function presence(plans: readonly DayPlan[], { timeline }: Scenario): Pair[] {
  const sessions = plans.flatMap(
    (plan) => derive({ declaration: undefined, punches: timeline }, plan).work.sessions,
  );
  const closed = sessions.flatMap(({ in: from, out: to }) =>
    from === undefined || to === undefined ? [] : [{ from, to }],
  );
  closed.sort((a, b) => a.from - b.from);
  const joined: Pair[] = [];
  for (const each of closed) {
    const last = joined.at(-1);
    if (last !== undefined && last.to >= each.from) {
      joined.splice(-1, 1, { from: last.from, to: Math.max(last.to, each.to) });
    } else joined.push(each);
  }
  return joined;
}

/** Every shift takes punches for longer, as far as a window can go. */
function widened(roster: Roster, bySeconds: number): Roster {
  const wider = (shift: Shift): Shift => {
    const room = DAY - 1 - clockSeconds(shift) - shift.beforeSeconds - shift.afterSeconds;
    const more = Math.max(0, Math.min(bySeconds, Math.floor(room / 2)));
    return {
      ...shift,
      beforeSeconds: shift.beforeSeconds + more,
      afterSeconds: shift.afterSeconds + more,
    };
  };
  const shifts = [...roster.shifts].map(
    ([id, versions]) =>
      [id, versions.map((each) => ({ ...each, shift: wider(each.shift) }))] as const,
  );
  return { ...roster, shifts: new Map(shifts) };
}

describe('no window cuts an arrival from its departure', () => {
  it('whatever the roster, all of the time between them is in sessions', () => {
    let tried = 0;
    fc.assert(
      fc.property(plainly, (scenario) => {
        const longest = longestMs(scenario);
        const seen = presence(scenario.plans, scenario);
        for (const pair of pairsOf(scenario.timeline)) {
          if (pair.to - pair.from > longest || !isWithin(scenario, pair)) continue;
          tried += 1;
          const isCovered = seen.some(({ from, to }) => from <= pair.from && pair.to <= to);
          const [from, to] = [pair.from, pair.to].map((time) => new Date(time).toISOString());
          expect(isCovered, `${from} to ${to}`).to.equal(true);
        }
      }),
      { numRuns: runs(700) },
    );
    expect(tried).to.be.above(50);
  });

  it('wider windows never take time from anybody', () => {
    fc.assert(
      fc.property(plainly, fc.integer({ min: 1, max: 10 * HOUR }), (scenario, bySeconds) => {
        const { roster, employee, plans, timeline } = scenario;
        const [first, last] = [plans[0], plans.at(-1)];
        // Which of those that say nothing are together depends on how many are in a window.
        const isTyped = timeline.every(({ kind }) => kind !== 'UNSPECIFIED');
        // Where off-shift work may last longer than a shift's, a shift's bound is what its window brings.
        const shortest = Math.min(...shiftsOf(roster).map((shift) => maxSessionSeconds(shift)));
        const isBounded = offShiftRulesIn(roster).every(
          ({ maxLengthSeconds }) => maxLengthSeconds <= shortest,
        );
        if (first === undefined || last === undefined || !isTyped || !isBounded) return;
        const wide = widened(roster, bySeconds);
        const after = planDays(wide, employee, first.epochDay, last.epochDay);
        const then = presence(after, scenario);
        for (const pair of presence(plans, scenario)) {
          if (!isWithin(scenario, pair)) continue;
          const isKept = then.some(({ from, to }) => from <= pair.from && pair.to <= to);
          const [from, to] = [pair.from, pair.to].map((time) => new Date(time).toISOString());
          expect(isKept, `${from} to ${to}`).to.equal(true);
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('shifts that others work change nothing', () => {
    fc.assert(
      fc.property(scenarios(), (scenario) => {
        const { roster, employee, plans, timeline: punches } = scenario;
        const [first, last] = [plans[0], plans.at(-1)];
        if (first === undefined || last === undefined) return;
        const shifts = new Map([
          ...roster.shifts,
          ['others', [{ fromDay: -Infinity, shift: LONG }]],
        ]);
        const other = planDays({ ...roster, shifts }, employee, first.epochDay, last.epochDay);
        for (const [index, plan] of plans.entries()) {
          const facts = { declaration: undefined, punches };
          expect(derive(facts, other[index] ?? plan)).to.deep.equal(derive(facts, plan));
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('what is told without looking for visits is what looking for them tells', () => {
    fc.assert(
      fc.property(scenarios(), ({ plans, timeline }) => {
        for (const plan of plans) {
          const [short, whole] = [allot(plan, timeline), allotThoroughly(plan, timeline)];
          expect(ofDate(plan, short)).to.deep.equal(ofDate(plan, whole));
        }
      }),
      { numRuns: runs(300) },
    );
  });
});

/** What a date takes of an allotment. */
function ofDate({ shifts: own, offShiftRange }: DayPlan, { punches, shifts, passages }: Allotment) {
  const placesOf = (shift: PlannedShift | undefined) => {
    const its = punches.filter(({ time }, place) => {
      const isNear = time >= offShiftRange.from && time <= offShiftRange.to;
      return shifts[place] === shift && (shift !== undefined || isNear);
    });
    // Those of one instant are put in order when they are read (pairing.ts).
    return its.sort((a, b) => a.time - b.time || a.kind.localeCompare(b.kind));
  };
  const through = passages.filter(
    ({ earlier, later }) => own.includes(earlier) || own.includes(later),
  );
  return [placesOf(undefined), ...own.map(placesOf), through.length];
}
