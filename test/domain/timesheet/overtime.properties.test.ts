// Whatever the roster, the punches and the rules: no second is overtime twice, tiers add up, premiums
// are within the worked time, and a date says the same in every period that has it.

import { expect } from 'chai';
import fc from 'fast-check';
import { derive } from '../../../src/domain/engine/derive.js';
import { present } from '../../../src/domain/engine/present.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { timelineOf } from '../../../src/domain/facts/punch.js';
import { dayHolidayOf } from '../../../src/domain/roster/day-holiday.js';
import {
  EVERY_DATE,
  type ExtraTimeRules,
  type PremiumRule,
} from '../../../src/domain/roster/extra-time.js';
import { ruleDateOf } from '../../../src/domain/roster/rule-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import type { SheetDay } from '../../../src/domain/timesheet/day-parts.js';
import {
  type ExtraTime,
  extraTimesOf,
  RULE_DAYS_BEFORE,
} from '../../../src/domain/timesheet/extra-time.js';
import { runs } from '../../support/runs.js';
import { DAY, type Scenario, scenarios } from '../support/arbitraries.js';
import { anyExtraTimeRules as anyRules } from '../support/extra-time-arbitraries.js';

/** Rules, and other ones from the middle of the scenario on. */
const anySheet = fc.record({ scenario: scenarios(), before: anyRules, after: anyRules });

function facts(scenario: Scenario, before: ExtraTimeRules, after: ExtraTimeRules) {
  const timeline = timelineOf(scenario.punches);
  const { plans } = scenario;
  const now = ((plans[0]?.start ?? 0) + 60 * DAY * 1000) as Instant;
  const days = plans.map((plan): SheetDay => {
    const result = derive({ declaration: undefined, punches: timeline }, plan);
    const subject = { employeeId: 'e' as EmployeeId, employeeName: '', date: plan.date };
    const day = present(subject, { result, revision: 0, recordedAt: undefined }, now);
    return { day, holiday: dayHolidayOf(plan) };
  });
  const middle = plans.length / 2;
  const dates = new Map(
    plans.map((plan, place) => {
      const rules = place < middle ? before : after;
      return [plan.epochDay, { ...ruleDateOf(plan), rules }];
    }),
  );
  return { days, dates };
}

function timesOf(...told: Parameters<typeof extraTimesOf>): readonly ExtraTime[] {
  return [...extraTimesOf(...told)];
}

function secondsOf(lines: readonly { readonly seconds: number }[]): number {
  return lines.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Only DAY and ALL_WORK: what they take is of the date itself. */
function dailyOf({ overtime }: ExtraTime, rules: ExtraTimeRules): number {
  const ids = rules.overtime.flatMap(({ basis, ruleId }) => (basis === 'WEEK' ? [] : ruleId));
  return secondsOf(overtime.filter(({ ruleId }) => ids.includes(ruleId)));
}

describe('overtime and premiums of any timesheet', () => {
  it('take no second twice, and none that was not worked', () => {
    fc.assert(
      fc.property(anySheet, ({ scenario, before, after }) => {
        const { days, dates } = facts(scenario, before, after);
        const extra = timesOf(days, [], dates);
        let [worked, taken] = [0, 0];
        for (const [place, { day }] of days.entries()) {
          const own = extra[place] ?? expect.fail('no day');
          const { rules } = [...dates.values()][place] ?? expect.fail('no date');
          worked += day.workedSeconds;
          taken += secondsOf(own.overtime);
          expect(dailyOf(own, rules)).to.be.at.most(day.workedSeconds);
          expect(taken).to.be.at.most(worked);
          const isAdded = new Set(
            rules.premiums.filter((rule) => rule.isAdded).map(({ ruleId }) => ruleId),
          );
          const alone = own.premiums.filter(({ ruleId }) => !isAdded.has(ruleId));
          expect(secondsOf(alone)).to.be.at.most(day.workedSeconds);
          const punched = secondsOf(
            day.sessions.map(({ workedSeconds: seconds }) => ({ seconds })),
          );
          for (const line of own.premiums) {
            expect(line.seconds).to.be.within(1, Math.min(punched, day.workedSeconds));
          }
          for (const line of own.overtime) expect(line.seconds).to.be.above(0);
        }
      }),
      { numRuns: runs(80) },
    );
  });

  it('have tiers that add up to the overtime without tiers', () => {
    fc.assert(
      fc.property(anySheet, ({ scenario, before }) => {
        const plain = {
          ...before,
          overtime: before.overtime.map((rule) => ({ ...rule, tiers: [] })),
        };
        const tiered = facts(scenario, before, before);
        const whole = facts(scenario, plain, plain);
        const sums = ({ days, dates }: typeof tiered) =>
          timesOf(days, [], dates).map(({ overtime }) =>
            before.overtime.map(({ ruleId }) =>
              secondsOf(overtime.filter((line) => line.ruleId === ruleId)),
            ),
          );
        expect(sums(tiered)).to.deep.equal(sums(whole));
      }),
      { numRuns: runs(60) },
    );
  });

  it('of a date are the same in every period that has it', () => {
    fc.assert(
      fc.property(anySheet, fc.nat(), ({ scenario, before, after }, turn) => {
        const { days, dates } = facts(scenario, before, after);
        const whole = timesOf(days, [], dates);
        const from = days.length === 0 ? 0 : turn % days.length;
        const lead = days.slice(Math.max(0, from - RULE_DAYS_BEFORE), from);
        const part = timesOf(days.slice(from), lead, dates);
        expect(part).to.deep.equal(whole.slice(from));
        const first = timesOf(days.slice(0, from), [], dates);
        expect(first).to.deep.equal(whole.slice(0, from));
      }),
      { numRuns: runs(80) },
    );
  });

  it('are the same in whatever order punches arrive', () => {
    fc.assert(
      fc.property(anySheet, ({ scenario, before, after }) => {
        const other = { ...scenario, punches: scenario.punches.toReversed() };
        const [a, b] = [facts(scenario, before, after), facts(other, before, after)];
        expect(timesOf(b.days, [], b.dates)).to.deep.equal(timesOf(a.days, [], a.dates));
      }),
      { numRuns: runs(40) },
    );
  });

  it('a premium from midnight to midnight is all punched work, as far as it counts', () => {
    const rule: PremiumRule = {
      ruleId: 'all',
      percent: 0,
      dates: EVERY_DATE,
      window: undefined,
      isAdded: false,
    };
    fc.assert(
      fc.property(anySheet, ({ scenario, before }) => {
        const rules = { ...before, premiums: [rule] };
        const { days, dates } = facts(scenario, rules, rules);
        // Windows begin up to two dates away: of the first and last dates they are not known.
        for (const [place, { premiums }] of timesOf(days, [], dates).entries()) {
          const day = days[place]?.day;
          if (day === undefined || place < 2 || place >= days.length - 2) continue;
          const punched = day.sessions.reduce((sum, each) => sum + each.workedSeconds, 0);
          expect(secondsOf(premiums)).to.equal(Math.min(punched, day.workedSeconds));
        }
      }),
      { numRuns: runs(60) },
    );
  });
});
