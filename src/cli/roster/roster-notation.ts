// The small notations of a roster file: lengths, breaks, cycles of shifts. Easy to type by hand and
// to read aloud. Pure. Each throws WordError, whose message says what was expected.

/** A cell cannot be read. The message begins with what it must be. */
export class WordError extends Error {
  override readonly name = 'WordError';
}

export const MAX_CYCLE_DAYS = 366;
export const MAX_SHIFTS_PER_DAY = 8;
const MAX_BREAKS = 10;

const DAY_OFF = 'off';

/** The words for a day without a shift. A shift in a roster file cannot have such an id. */
export const DAY_OFF_WORDS: readonly string[] = [DAY_OFF, '-'];

const ID = /^[A-Za-z0-9._-]{1,64}$/;
const LENGTH = /^(?:(\d{1,2})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?$/;

/** `15m`, `2h`, `1h30m`, `90s`, `0`: in seconds. */
export function parseLength(text: string): number {
  if (text === '0') return 0;
  const match = LENGTH.exec(text.replaceAll(' ', ''));
  const [hours, minutes, seconds] = match?.slice(1) ?? [];
  if ((hours ?? minutes ?? seconds) === undefined) {
    throw new WordError('must be a length such as 15m, 2h, 1h30m or 90s');
  }
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

/** Seconds in the form that `parseLength` reads: `1h30m`; `0` for none. */
export function lengthWord(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const words = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return words.join('') || '0';
}

export interface BreakRule {
  readonly afterSeconds: number;
  readonly lengthSeconds: number;
}

/** `30m after 6h; 45m after 9h`. `30m` alone is always required. Sorted by `after`. */
export function parseBreaks(text: string): readonly BreakRule[] {
  if (text === '') return [];
  const rules = text.split(';').map((part) => {
    const [length = '', after = '0', ...rest] = part.trim().split(/\s+after\s+/);
    if (rest.length > 0) throw new WordError(BREAKS_ARE);
    return { afterSeconds: parseLength(after), lengthSeconds: parseLength(length) };
  });
  if (rules.length > MAX_BREAKS) throw new WordError(`must be at most ${MAX_BREAKS} breaks`);
  return rules.sort((a, b) => a.afterSeconds - b.afterSeconds);
}

/** The form that `parseBreaks` reads. */
export function breaksText(rules: readonly BreakRule[]): string {
  return rules
    .map(({ afterSeconds, lengthSeconds }) => {
      const length = lengthWord(lengthSeconds);
      return afterSeconds === 0 ? length : `${length} after ${lengthWord(afterSeconds)}`;
    })
    .join('; ');
}

const BREAKS_ARE = 'must be breaks such as "30m after 6h; 45m after 9h"';

export interface BreakTypeRule {
  readonly breakTypeId: string;
  readonly paid: boolean;
  readonly byClock: boolean;
  /** 0: not given. */
  readonly lengthSeconds: number;
  /** `HH:MM`, both or neither; empty: at any time. */
  readonly startTimeOfDay: string;
  readonly endTimeOfDay: string;
}

const BREAK_TYPES_ARE =
  'must be types of breaks such as "lunch 12:00-13:00 by-clock; rest 15m paid"';

/** `lunch 12:00-13:00 by-clock; rest 15m paid`: an id, then its window, length and words. */
export function parseBreakTypes(text: string): readonly BreakTypeRule[] {
  if (text === '') return [];
  const types = text.split(';').map(parseBreakType);
  if (types.length > MAX_BREAKS) throw new WordError(`must be at most ${MAX_BREAKS} types`);
  return types;
}

function parseBreakType(text: string): BreakTypeRule {
  const [breakTypeId = '', ...words] = text.trim().split(/\s+/);
  if (!ID.test(breakTypeId)) throw new WordError(BREAK_TYPES_ARE);
  let type: BreakTypeRule = {
    breakTypeId,
    paid: false,
    byClock: false,
    lengthSeconds: 0,
    startTimeOfDay: '',
    endTimeOfDay: '',
  };
  for (const word of words) type = { ...type, ...breakTypeWord(word) };
  return type;
}

function breakTypeWord(word: string): Partial<BreakTypeRule> {
  const plain = word.toLowerCase();
  if (plain === 'paid' || plain === 'unpaid') return { paid: plain === 'paid' };
  if (plain === 'by-clock') return { byClock: true };
  if (word.includes('-')) {
    const { start, end } = parseTimes(word);
    return { startTimeOfDay: start, endTimeOfDay: end };
  }
  if (!LENGTH.test(word)) throw new WordError(BREAK_TYPES_ARE);
  return { lengthSeconds: parseLength(word) };
}

/** The form that `parseBreakTypes` reads. */
export function breakTypesText(types: readonly BreakTypeRule[]): string {
  return types.map(breakTypeText).join('; ');
}

function breakTypeText(type: BreakTypeRule): string {
  const { breakTypeId, startTimeOfDay, endTimeOfDay, lengthSeconds, paid, byClock } = type;
  const words = [
    breakTypeId,
    startTimeOfDay === '' ? '' : `${startTimeOfDay}-${endTimeOfDay}`,
    lengthSeconds === 0 ? '' : lengthWord(lengthSeconds),
    paid ? 'paid' : '',
    byClock ? 'by-clock' : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

/** `early`, `early+late`, `off`: the shifts of one day. */
export function parseShifts(text: string): readonly string[] {
  if (DAY_OFF_WORDS.includes(text)) return [];
  const shiftIds = text.split('+');
  const bad = shiftIds.find((id) => !ID.test(id) || DAY_OFF_WORDS.includes(id));
  if (bad !== undefined) {
    throw new WordError('must be the id of a shift, two as early+late, or off');
  }
  if (shiftIds.length > MAX_SHIFTS_PER_DAY) {
    throw new WordError(`must be at most ${MAX_SHIFTS_PER_DAY} shifts a day`);
  }
  return shiftIds;
}

/** The form that `parseShifts` reads. */
export function shiftsText(shiftIds: readonly string[]): string {
  return shiftIds.length === 0 ? DAY_OFF : shiftIds.join('+');
}

/** `early*5 off*2`: the days of a cycle, separated by spaces; `*n` repeats a day. */
export function parseCycle(text: string): readonly (readonly string[])[] {
  const days: (readonly string[])[] = [];
  for (const part of text.split(/\s+/).filter((each) => each !== '')) {
    const [shifts = '', times = '1', ...rest] = part.split('*');
    const isCount = rest.length === 0 && /^[1-9]\d{0,2}$/.test(times);
    if (!isCount) throw new WordError('must be days such as early*5 off*2, by spaces');
    const shiftIds = parseShifts(shifts);
    if (days.length + Number(times) > MAX_CYCLE_DAYS) {
      throw new WordError(`must be at most ${MAX_CYCLE_DAYS} days`);
    }
    days.push(...Array.from({ length: Number(times) }, () => shiftIds));
  }
  if (days.length === 0) throw new WordError('must be days such as early*5 off*2, by spaces');
  return days;
}

/** The form that `parseCycle` reads. Equal successive days are written once. */
export function cycleText(days: readonly (readonly string[])[]): string {
  const runs: { readonly shifts: string; times: number }[] = [];
  for (const shifts of days.map(shiftsText)) {
    const last = runs.at(-1);
    if (last?.shifts === shifts) last.times += 1;
    else runs.push({ shifts, times: 1 });
  }
  return runs.map(({ shifts, times }) => (times === 1 ? shifts : `${shifts}*${times}`)).join(' ');
}

const MAX_GROUPS = 200;

/** `bakery office`: the ids of groups, separated by spaces. */
export function parseGroups(text: string): string[] {
  const ids = text.split(/\s+/);
  const isRight = ids.every((id) => ID.test(id)) && new Set(ids).size === ids.length;
  if (!isRight) throw new WordError('must be ids of groups by spaces, each once: bakery office');
  if (ids.length > MAX_GROUPS) throw new WordError(`must be at most ${MAX_GROUPS} groups`);
  return ids;
}

/** A number of days. */
export function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new WordError('must be a number such as 31');
  return Number(text);
}

/** The word for no policy of an employee's own. It cannot be the id of a policy. */
export const NO_OWN_POLICY = '(none)';

/** The id of a policy; empty for none of the employee's own. */
export function parseOwnPolicy(text: string): string {
  if (text.toLowerCase() === NO_OWN_POLICY) return '';
  if (ID.test(text)) return text;
  throw new WordError(`must be the id of a policy, or ${NO_OWN_POLICY}`);
}

/** The form that `parseOwnPolicy` reads. */
export function ownPolicyText(policyId: string): string {
  return policyId || NO_OWN_POLICY;
}

/** What a new assignment does to one without an end that it overlaps. */
export const OVERLAP_WORDS = ['replace', 'add'] as const;
export type OverlapWord = (typeof OVERLAP_WORDS)[number];

export const ROUNDING_WORDS = ['up', 'down', 'nearest'] as const;

export interface RoundingRule {
  readonly direction: (typeof ROUNDING_WORDS)[number];
  readonly stepSeconds: number;
  readonly graceSeconds: number;
}

const ROUNDING_IS = 'must be a rounding such as "nearest 15m" or "up 15m grace 5m"';

/** `nearest 15m`, `up 15m grace 5m`. */
export function parseRounding(text: string): RoundingRule {
  const [, word, step, grace = '0'] = /^(\w+)\s+(\w+)(?:\s+grace\s+(\w+))?$/.exec(text) ?? [];
  const direction = ROUNDING_WORDS.find((each) => each === word?.toLowerCase());
  if (direction === undefined || step === undefined) throw new WordError(ROUNDING_IS);
  return { direction, stepSeconds: parseLength(step), graceSeconds: parseLength(grace) };
}

/** The form that `parseRounding` reads. */
export function roundingText({ direction, stepSeconds, graceSeconds }: RoundingRule): string {
  const grace = graceSeconds === 0 ? '' : ` grace ${lengthWord(graceSeconds)}`;
  return `${direction} ${lengthWord(stepSeconds)}${grace}`;
}

/** The last words of a rule that closes sessions, by the field of the contract. */
const CLOSING_WORDS = {
  afterPlannedEnd: 'after planned-end',
  afterPlannedWork: 'after planned-work',
  afterArrival: 'after arrival',
} as const;

export interface AutoCloseRule {
  readonly field: keyof typeof CLOSING_WORDS;
  readonly seconds: number;
}

const CLOSING_IS =
  'must say when a session closes, such as "1h after planned-end", "1h after planned-work" or "12h after arrival"';

/** `1h after planned-end`. */
export function parseAutoClose(text: string): AutoCloseRule {
  const [length = '', ...words] = text.trim().toLowerCase().split(/\s+/);
  const fields = Object.keys(CLOSING_WORDS) as AutoCloseRule['field'][];
  const field = fields.find((each) => CLOSING_WORDS[each] === words.join(' '));
  if (field === undefined) throw new WordError(CLOSING_IS);
  return { field, seconds: parseLength(length) };
}

/** The form that `parseAutoClose` reads. */
export function autoCloseText({ field, seconds }: AutoCloseRule): string {
  return `${lengthWord(seconds)} ${CLOSING_WORDS[field]}`;
}

export interface Circle {
  readonly latitude: number;
  readonly longitude: number;
  readonly radiusMeters: number;
}

const CIRCLE = /^(-?\d\S*)\s+(-?\d\S*)\s+(\d\S*)m$/;

/** `52.52 13.405 200m`: degrees north and east of the centre, and the radius. */
export function parseCircle(text: string): Circle {
  const numbers = CIRCLE.exec(text)?.slice(1).map(Number) ?? [];
  const [latitude, longitude, radiusMeters] = numbers;
  const isWhole = numbers.every(Number.isFinite);
  if (!isWhole || latitude === undefined || longitude === undefined || radiusMeters === undefined) {
    throw new WordError('must be a circle such as "52.52 13.405 200m": north, east, radius');
  }
  return { latitude, longitude, radiusMeters };
}

/** The form that `parseCircle` reads, to the last digit. */
export function circleText({ latitude, longitude, radiusMeters }: Circle): string {
  return `${latitude} ${longitude} ${radiusMeters}m`;
}

/** One of some words, in any case, with any of `-`, `_` and a space between words. */
export function parseWord<W extends string>(text: string, words: readonly W[]): W {
  const plain = text.toLowerCase().replace(/[\s_]+/g, '-');
  const word = words.find((each) => each === plain);
  if (word === undefined) throw new WordError(`must be ${words.join(' or ')}`);
  return word;
}

/** `yes` or `no`; empty is no. */
export function parseYesNo(text: string): boolean {
  const word = text.toLowerCase();
  if (['yes', 'y', 'true', '1'].includes(word)) return true;
  if (['', 'no', 'n', 'false', '0'].includes(word)) return false;
  throw new WordError('must be yes or no');
}

/** `6:00` or `06:00`; returns the contract's form, `06:00`. */
export function parseTimeOfDay(text: string): string {
  const padded = text.padStart(5, '0');
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(padded)) {
    throw new WordError('must be a time of day such as 06:00, up to 23:59');
  }
  return padded;
}

/** `10:00-15:00`. */
export function parseTimes(text: string): { readonly start: string; readonly end: string } {
  const [start = '', end, ...rest] = text.split('-');
  if (end === undefined || rest.length > 0) {
    throw new WordError('must be two times of day such as 10:00-15:00');
  }
  return { start: parseTimeOfDay(start.trim()), end: parseTimeOfDay(end.trim()) };
}
