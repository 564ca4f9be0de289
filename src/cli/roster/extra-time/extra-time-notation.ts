// The notation of rules for overtime and premiums in a roster file, in words of the contract's
// messages. Pure. Each throws WordError, whose message says what was expected.

import { create } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import {
  OvertimeBasis,
  type OvertimeRule,
  OvertimeRuleSchema,
  type OvertimeTier,
  OvertimeTierSchema,
  type PremiumRule,
  PremiumRuleSchema,
  type RuleDates,
  RuleDatesSchema,
  type Weekday,
} from '../../../client/index.js';
import { lengthWord, parseLength, parseTimes, WordError } from '../roster-notation.js';

const MAX_OVERTIME = 10;
const MAX_PREMIUMS = 20;
const MAX_TIERS = 5;

const BASES: readonly (readonly [word: string, basis: OvertimeBasis])[] = [
  ['day', OvertimeBasis.DAY],
  ['week', OvertimeBasis.WEEK],
  ['all', OvertimeBasis.ALL_WORK],
];
/** In the order of the contract's numbers, which begin at 1. */
const WEEKDAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const HOLIDAY = 'holiday';
const OFF = 'off';

const OVERTIME_IS =
  'must be rules such as "daily day tolerance 10m first:2h:125 rest::150; weekly week after 40h"';
const PREMIUMS_ARE =
  'must be rules such as "night 22:00-06:00 25%; sunday on sun+holiday 50% added"';
const DATES_ARE = 'must be dates such as on sat+sun+holiday+off';

/** `daily day tolerance 10m first:2h:125 rest::150; weekly week after 40h; free all on sun+off`. */
export function parseOvertime(text: string): OvertimeRule[] {
  return rulesIn(text, MAX_OVERTIME, OVERTIME_IS).map(overtimeRule);
}

/** The form that `parseOvertime` reads. */
export function overtimeText(rules: readonly OvertimeRule[]): string {
  return rules.map(overtimeRuleText).join('; ');
}

/** `night 22:00-06:00 25%; sunday on sun+holiday 50% added`. */
export function parsePremiums(text: string): PremiumRule[] {
  return rulesIn(text, MAX_PREMIUMS, PREMIUMS_ARE).map(premiumRule);
}

/** The form that `parsePremiums` reads. */
export function premiumsText(rules: readonly PremiumRule[]): string {
  return rules.map(premiumRuleText).join('; ');
}

/** `mon` to `sun`. */
export function parseWeekday(text: string): Weekday {
  const place = WEEKDAYS.indexOf(text.toLowerCase());
  if (place < 0) throw new WordError(`must be ${WEEKDAYS.join(' or ')}`);
  return place + 1;
}

/** The form that `parseWeekday` reads. */
export function weekdayText(weekday: Weekday): string {
  return WEEKDAYS[weekday - 1] ?? '';
}

/** The words of each rule; at least one. */
function rulesIn(text: string, most: number, rulesAre: string): (readonly string[])[] {
  const rules = text.split(';').map((rule) => rule.trim().split(/\s+/));
  if (rules.length > most) throw new WordError(`must be at most ${most} rules`);
  if (rules.some(([id = '']) => !/^[A-Za-z0-9._-]{1,64}$/.test(id))) throw new WordError(rulesAre);
  return rules;
}

function overtimeRule([ruleId = '', word = '', ...words]: readonly string[]): OvertimeRule {
  const basis = BASES.find(([each]) => each === word.toLowerCase())?.[1];
  if (basis === undefined) throw new WordError(OVERTIME_IS);
  const rule = create(OvertimeRuleSchema, { ruleId, basis });
  for (let place = 0; place < words.length; place += 1) {
    const each = words[place] ?? '';
    if (each.includes(':')) {
      rule.tiers.push(tierOf(each));
      continue;
    }
    place += 1;
    setOvertime(rule, each.toLowerCase(), words[place] ?? '');
  }
  if (rule.tiers.length > MAX_TIERS) throw new WordError(`must have at most ${MAX_TIERS} tiers`);
  return rule;
}

function setOvertime(rule: OvertimeRule, word: string, value: string): void {
  switch (word) {
    case 'after':
      rule.after = duration(parseLength(value));
      break;
    case 'on':
      rule.dates = datesOf(value);
      break;
    case 'tolerance':
    case 'block':
    case 'limit':
      // The service says none as it is when not given.
      if (parseLength(value) > 0) rule[word] = duration(parseLength(value));
      break;
    default:
      throw new WordError(OVERTIME_IS);
  }
}

const TIER = /^([A-Za-z0-9._-]{0,64}):([^:]*):(\d{0,4})%?$/;

/** `first:2h:125`: a label, a length and a percent, each of which may be left out. */
function tierOf(text: string): OvertimeTier {
  const match = TIER.exec(text);
  if (match === null) throw new WordError('must have tiers such as first:2h:125 rest::150');
  const [, label = '', length = '', percent = ''] = match;
  return create(OvertimeTierSchema, {
    label,
    ...(length === '' ? {} : { length: duration(parseLength(length)) }),
    percent: Number(percent),
  });
}

function overtimeRuleText(rule: OvertimeRule): string {
  const { ruleId, basis, after, dates, tiers } = rule;
  const word = BASES.find(([, each]) => each === basis)?.[0] ?? '';
  return [
    `${ruleId} ${word}`,
    ...(after === undefined ? [] : [`after ${lengthText(after)}`]),
    ...onText(dates),
    ...(['tolerance', 'block', 'limit'] as const).flatMap((name) => {
      const length = rule[name];
      return length === undefined ? [] : [`${name} ${lengthText(length)}`];
    }),
    ...tiers.map(
      ({ label, length, percent }) =>
        `${label}:${length === undefined ? '' : lengthText(length)}:${percent || ''}`,
    ),
  ].join(' ');
}

function premiumRule([ruleId = '', ...words]: readonly string[]): PremiumRule {
  const rule = create(PremiumRuleSchema, { ruleId });
  for (let place = 0; place < words.length; place += 1) {
    const word = words[place] ?? '';
    const plain = word.toLowerCase();
    if (plain === 'added') rule.added = true;
    else if (/^\d{1,4}%$/.test(word)) rule.percent = Number(word.slice(0, -1));
    else if (plain === 'on') {
      place += 1;
      rule.dates = datesOf(words[place] ?? '');
    } else if (word.includes('-')) {
      const { start, end } = parseTimes(word);
      rule.startTimeOfDay = start;
      rule.endTimeOfDay = end;
    } else throw new WordError(PREMIUMS_ARE);
  }
  return rule;
}

function premiumRuleText(rule: PremiumRule): string {
  const { ruleId, startTimeOfDay, endTimeOfDay, dates, percent, added } = rule;
  return [
    ruleId,
    ...(startTimeOfDay === '' ? [] : [`${startTimeOfDay}-${endTimeOfDay}`]),
    ...onText(dates),
    ...(percent === 0 ? [] : [`${percent}%`]),
    ...(added ? ['added'] : []),
  ].join(' ');
}

/** `sat+sun+holiday+off`. */
function datesOf(text: string): RuleDates {
  const words = text.toLowerCase().split('+');
  const isKnown = (word: string) => WEEKDAYS.includes(word) || word === HOLIDAY || word === OFF;
  if (!words.every(isKnown)) throw new WordError(DATES_ARE);
  return create(RuleDatesSchema, {
    weekdays: words.filter((word) => WEEKDAYS.includes(word)).map(parseWeekday),
    holidays: words.includes(HOLIDAY),
    daysOff: words.includes(OFF),
  });
}

function onText(dates: RuleDates | undefined): readonly string[] {
  if (dates === undefined) return [];
  const words = [
    ...dates.weekdays.map(weekdayText),
    ...(dates.holidays ? [HOLIDAY] : []),
    ...(dates.daysOff ? [OFF] : []),
  ];
  return words.length === 0 ? [] : [`on ${words.join('+')}`];
}

function duration(seconds: number): Duration {
  return create(DurationSchema, { seconds: BigInt(seconds) });
}

function lengthText({ seconds }: Duration): string {
  return lengthWord(Number(seconds));
}
