// Instants as the clocks of a zone show them, for people. The same form as in the service's
// explanations, whatever the machine's own zone and language.

/** The clock set back: by an hour nearly everywhere, by half of one on Lord Howe Island. */
const SET_BACK_MS = [3_600_000, 1_800_000] as const;

/** Formatters are costly to make. At most one per zone of a scenario, which are bounded. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * `06:00`; `06:00 (Sun 30 Mar)` on another date than `date`, `YYYY-MM-DD`; `02:30 (second time)`
 * in the hour that is repeated in autumn. Seconds only when there are any.
 */
export function localTimeText(epochMs: number, zone: string, date: string): string {
  const shown = wallTime(epochMs, zone);
  const details = shown.date === date ? [] : [shown.dateWords];
  const isSecond = SET_BACK_MS.some((ms) => {
    const before = wallTime(epochMs - ms, zone);
    return before.date === shown.date && before.time === shown.time;
  });
  if (isSecond) details.push('second time');
  return details.length === 0 ? shown.time : `${shown.time} (${details.join(', ')})`;
}

interface WallTime {
  readonly date: string;
  /** `Sun 30 Mar`. */
  readonly dateWords: string;
  readonly time: string;
}

function wallTime(epochMs: number, zone: string): WallTime {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  const seconds = part('second') === '00' ? '' : `:${part('second')}`;
  // The date's own words, from midnight UTC of it: then no zone has a say.
  const [weekday = '', , month = ''] = new Date(`${date}T00:00:00Z`)
    .toUTCString()
    .split(/,? /)
    .filter((_, index) => index < 3);
  return {
    date,
    dateWords: `${weekday} ${Number(part('day'))} ${month}`,
    time: `${part('hour')}:${part('minute')}${seconds}`,
  };
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(zone, made);
  return made;
}
