// The small notations of a roster file: lengths, breaks, cycles of shifts. Made to be typed by hand
// and read aloud. Pure. Each throws WordError, whose message says what was expected.

/** A cell cannot be read. The message begins with what it must be. */
export class WordError extends Error {
  override readonly name = 'WordError';
}

export const MAX_CYCLE_DAYS = 366;
export const MAX_SHIFTS_PER_DAY = 8;
const MAX_BREAKS = 10;

/** What stands for a day without a shift. A shift cannot be called so in a roster file. */
export const DAY_OFF_WORDS: readonly string[] = ['off', '-'];

const ID = /^[A-Za-z0-9._-]{1,64}$/;
const LENGTH = /^(?:(\d{1,2})h)?(?:(\d{1,4})m)?$/;

/** `15m`, `2h`, `1h30m`, `0`: in seconds. */
export function parseLength(text: string): number {
  if (text === '0') return 0;
  const match = LENGTH.exec(text.replaceAll(' ', ''));
  if (match === null || (match[1] ?? match[2]) === undefined) {
    throw new WordError('must be a length such as 15m, 2h or 1h30m');
  }
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60;
}

export interface BreakRule {
  readonly afterSeconds: number;
  readonly lengthSeconds: number;
}

/** `30m after 6h; 45m after 9h`; `30m` alone is after nothing. By rising `after`. */
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

const BREAKS_ARE = 'must be breaks such as "30m after 6h; 45m after 9h"';

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

/** `early*5 off*2`: the days of a cycle, by spaces; `*n` repeats one. */
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

/** `yes` or `no`; empty is no. */
export function parseYesNo(text: string): boolean {
  const word = text.toLowerCase();
  if (['yes', 'y', 'true', '1'].includes(word)) return true;
  if (['', 'no', 'n', 'false', '0'].includes(word)) return false;
  throw new WordError('must be yes or no');
}

/** `6:00` or `06:00`, as the contract writes it: `06:00`. */
export function parseTimeOfDay(text: string): string {
  const padded = text.padStart(5, '0');
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(padded)) {
    throw new WordError('must be a time of day such as 06:00, up to 23:59');
  }
  return padded;
}
