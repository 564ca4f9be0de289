// Which part of the worked time is overtime. Rules take it in the order of their list, each from what
// no rule before it took. So no second is in two of them. A week is counted from its first date to the
// date in question: what comes later in the week changes no earlier date, and a month that was closed
// in the middle of a week stays as it was.

import { type OvertimeRule, weekStartOf } from '../roster/extra-time.js';
import { type RuleDate, ruledPart } from '../roster/rule-date.js';

/** A day as the rules see it. */
export interface WorkDay {
  readonly date: RuleDate;
  /** After all rules of counting. */
  readonly workedSeconds: number;
  /** The planned time that no leave, holiday or other declaration credits. */
  readonly expectedSeconds: number;
}

/** Overtime of a day, by one rule and one of its tiers. */
export interface OvertimePart {
  readonly ruleId: string;
  /** Of the tier; empty: none. */
  readonly label: string;
  readonly percent: number;
  /** Above 0. */
  readonly seconds: number;
}

/** A week up to some date. */
interface Week {
  readonly startDay: number;
  /** Worked time that no rule took. */
  regularSeconds: number;
  /** What weekly rules took, by rule id. */
  readonly taken: Map<string, number>;
}

const NO_OVERTIME: readonly OvertimePart[] = [];

/** The overtime of the days from a place on. The days before it are only there for their weeks. */
export function overtimeOf(
  days: readonly WorkDay[],
  from: number,
): readonly (readonly OvertimePart[])[] {
  let week: Week | undefined;
  return days.slice(from).map((day, index) => {
    const place = from + index;
    if (day.date.rules.overtime.length === 0) {
      week = undefined;
      return NO_OVERTIME;
    }
    week = weekBefore(days, place, week);
    return addDay(week, day);
  });
}

/**
 * The week of a day up to the day before. If it is not the known one, its days are added up again:
 * each under its own rules, in the week as it begins under the rules of this day.
 */
function weekBefore(days: readonly WorkDay[], place: number, known: Week | undefined): Week {
  const { epochDay, rules } = (days[place] as WorkDay).date;
  const startDay = weekStartOf(epochDay, rules.weekStart);
  if (known?.startDay === startDay) return known;
  const week: Week = { startDay, regularSeconds: 0, taken: new Map() };
  for (const day of days.slice(Math.max(0, place - (epochDay - startDay)), place)) {
    addDay(week, day);
  }
  return week;
}

/** Adds a day to its week. Returns its overtime. */
function addDay(week: Week, day: WorkDay): readonly OvertimePart[] {
  const parts: OvertimePart[] = [];
  let regular = day.workedSeconds;
  for (const rule of day.date.rules.overtime) {
    if (ruledPart(rule.dates, day.date) !== 'WHOLE_DAY') continue;
    const before = rule.basis === 'WEEK' ? (week.taken.get(rule.ruleId) ?? 0) : 0;
    const seconds = countedOf(rule, beyondOf(rule, day, regular, week), before);
    if (seconds <= 0) continue;
    regular -= seconds;
    if (rule.basis === 'WEEK') week.taken.set(rule.ruleId, before + seconds);
    parts.push(...tiersOf(rule, before, seconds));
  }
  week.regularSeconds += regular;
  return parts;
}

/** The time beyond what the rule leaves alone, of time that no rule took; can be negative. */
function beyondOf(
  { basis, afterSeconds }: OvertimeRule,
  { date, expectedSeconds }: WorkDay,
  regular: number,
  week: Week,
): number {
  switch (basis) {
    case 'ALL_WORK':
      return regular;
    case 'WEEK':
      return week.regularSeconds + regular - (afterSeconds ?? 0);
    case 'DAY':
      if (afterSeconds !== undefined) return regular - afterSeconds;
      // Without a roster nobody knows what was to be worked.
      return date.isRostered ? regular - expectedSeconds : 0;
  }
}

/** What of it counts, after what the rule took in the week before. */
function countedOf(rule: OvertimeRule, beyond: number, before: number): number {
  const { toleranceSeconds, blockSeconds, limitSeconds } = rule;
  // Only what comes first has to exceed the tolerance: after that the week's overtime has begun.
  if (before === 0 && beyond <= toleranceSeconds) return 0;
  const blocks = blockSeconds === 0 ? beyond : Math.floor(beyond / blockSeconds) * blockSeconds;
  return limitSeconds === 0 ? blocks : Math.min(blocks, limitSeconds - before);
}

/** The parts of overtime by tier, where the tiers before it took `before`. */
function tiersOf({ ruleId, tiers }: OvertimeRule, before: number, seconds: number): OvertimePart[] {
  if (tiers.length === 0) return [{ ruleId, label: '', percent: 0, seconds }];
  const [from, to] = [before, before + seconds];
  let start = 0;
  return tiers.flatMap(({ label, percent, lengthSeconds = Infinity }) => {
    const end = start + lengthSeconds;
    const own = Math.min(to, end) - Math.max(from, start);
    start = end;
    return own > 0 ? [{ ruleId, label, percent, seconds: own }] : [];
  });
}
