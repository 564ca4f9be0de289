// Every punch counts once: on one date, for one shift or one stretch of work; and no date needs
// to know more punches than its plan says.

import { expect } from 'chai';
import fc from 'fast-check';
import { derive } from '../../../src/domain/engine/derive.js';
import type { Finding } from '../../../src/domain/explain/finding.js';
import {
  PUNCH_KINDS,
  type Punch,
  type Timeline,
  timelineOf,
} from '../../../src/domain/facts/punch.js';
import { planDays } from '../../../src/domain/roster/plan.js';
import { ATTRIBUTIONS } from '../../../src/domain/roster/shift.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { runs } from '../../support/runs.js';
import {
  DAY,
  exactWorkRules,
  HOUR,
  type Scenario,
  type ScenarioOptions,
  scenarios,
} from '../support/arbitraries.js';

/** The times of punches, whole seconds, as often as each is there. */
function tally(times: readonly number[]): string {
  return [...times]
    .sort((a, b) => a - b)
    .map((time) => new Date(time).toISOString())
    .join(' ');
}

/** Every punch flagged: whoever reads a flagged punch says so, once. */
function readings({ plans, timeline }: Scenario): {
  readonly made: readonly number[];
  readonly read: readonly number[];
} {
  const flagged = timeline.map((punch): Punch => ({ ...punch, flags: ['CLOCK_SKEW'] }));
  const punches = flagged as readonly Punch[] as Timeline;
  const read = plans.flatMap((each) => {
    const trace: Finding[] = [];
    derive({ declaration: undefined, punches }, each, trace);
    return trace.flatMap((finding) => (finding.rule === 'CLOCK_SKEW' ? [finding.punchTime] : []));
  });
  return { made: punches.map(({ time }) => Math.floor(time / 1000) * 1000), read };
}

function expectEachReadOnce(scenario: Scenario): void {
  const { made, read } = readings(scenario);
  expect(tally(read)).to.equal(tally(made));
}

function expectSameWithin({ plans, timeline }: Scenario): void {
  for (const each of plans) {
    const { from, to } = each.reach;
    const near = timelineOf(timeline.filter(({ time }) => time >= from && time < to + 1000));
    const all = derive({ declaration: undefined, punches: timeline }, each);
    const alone = derive({ declaration: undefined, punches: near }, each);
    expect(JSON.stringify(alone)).to.equal(JSON.stringify(all));
  }
}

const anyKind = fc.constantFrom(...PUNCH_KINDS);
/** How far outside of a reach a punch is made. */
const anyDistance = fc.oneof(
  fc.integer({ min: 1, max: HOUR }),
  fc.integer({ min: 1, max: 99 * DAY }),
);
const farPunches = fc.array(fc.tuple(fc.boolean(), anyDistance, anyKind), { maxLength: 5 });

/** Of all dates, with other rules for dating what is off shift. */
function totalBy(
  attribution: (typeof ATTRIBUTIONS)[number],
  { roster, employee, plans, timeline }: Scenario,
): { readonly worked: number; readonly sessions: string } {
  const dated = {
    ...roster,
    policies: new Map(
      [...roster.policies].map(([id, versions]) => [
        id,
        versions.map(({ fromDay, policy }) => ({
          fromDay,
          policy: { ...policy, offShift: { ...policy.offShift, attribution } },
        })),
      ]),
    ),
    offShift: { ...roster.offShift, attribution },
  };
  const [first, last] = [plans[0]?.epochDay ?? 0, plans.at(-1)?.epochDay ?? 0];
  const results = planDays(dated, employee, first, last).map((each) =>
    derive({ declaration: undefined, punches: timeline }, each),
  );
  const ends = results.flatMap(({ work }) =>
    work.sessions.flatMap(({ in: start, out }) =>
      start === undefined || out === undefined ? [] : [start, out],
    ),
  );
  return {
    worked: results.reduce((sum, { work }) => sum + work.workedSeconds, 0),
    // Where one session ends and another begins, as at a midnight, they may be one.
    sessions: tally(ends.filter((time) => ends.filter((other) => other === time).length === 1)),
  };
}

/** The same where some are too many to be read: none is read twice. */
function expectNoneReadTwice(scenario: Scenario): void {
  const { made, read } = readings(scenario);
  const counts = new Map<number, number>();
  for (const time of made) counts.set(time, (counts.get(time) ?? 0) + 1);
  for (const time of read) counts.set(time, (counts.get(time) ?? 0) - 1);
  for (const [time, left] of counts) {
    if (left < 0) expect.fail(`${new Date(time).toISOString()} is read twice`);
  }
}

const FORMS: readonly [string, ScenarioOptions, number][] = [
  ['rosters', {}, 800],
  ['no shifts', { isShiftless: true }, 500],
  ['hundreds of punches', { isDense: true }, 80],
];

describe('punches', () => {
  for (const [name, options, usual] of FORMS) {
    it(`count on one date, once each: ${name}`, () => {
      const expectCounted = options.isDense ? expectNoneReadTwice : expectEachReadOnce;
      fc.assert(fc.property(scenarios(options), expectCounted), { numRuns: runs(usual) });
    });

    it(`beyond the plan's reach change nothing: ${name}`, () => {
      fc.assert(fc.property(scenarios(options), expectSameWithin), { numRuns: runs(usual) });
    });
  }

  it('far away change nothing here', () => {
    fc.assert(
      fc.property(scenarios(), farPunches, fc.nat(), ({ plans, punches, timeline }, far, pick) => {
        const each = plans[pick % plans.length];
        if (each === undefined) return;
        const more = far.map(([isBefore, seconds, kind]): Punch => {
          const time = isBefore ? each.reach.from - seconds * 1000 : each.reach.to + seconds * 1000;
          return {
            time: time as Instant,
            kind,
            deviceId: '',
            eventId: '',
            position: undefined,
            flags: [],
          };
        });
        const all = derive(
          { declaration: undefined, punches: timelineOf([...punches, ...more]) },
          each,
        );
        const alone = derive({ declaration: undefined, punches: timeline }, each);
        expect(JSON.stringify(all)).to.equal(JSON.stringify(alone));
      }),
      { numRuns: runs(1000) },
    );
  });

  for (const [name, options] of [
    ['rosters', { work: exactWorkRules }],
    ['no shifts', { work: exactWorkRules, isShiftless: true }],
    ['hundreds of punches', { work: exactWorkRules, isDense: true }],
  ] as const) {
    it(`add up to the same however work off shift is dated: ${name}`, () => {
      fc.assert(
        fc.property(scenarios(options), (scenario) => {
          const [whole, ...others] = ATTRIBUTIONS.map((each) => totalBy(each, scenario));
          for (const other of others) expect(other).to.deep.equal(whole);
        }),
        { numRuns: runs('isDense' in options ? 60 : 300) },
      );
    });
  }

  it('add up to the same when rules round and deduct, in one zone', () => {
    fc.assert(
      fc.property(scenarios({ isShiftless: true }), (scenario) => {
        fc.pre(scenario.employee.zones.length === 1);
        const [whole, ...others] = ATTRIBUTIONS.map((each) => totalBy(each, scenario).worked);
        for (const other of others) expect(other).to.equal(whole);
      }),
      { numRuns: runs(300) },
    );
  });
});
