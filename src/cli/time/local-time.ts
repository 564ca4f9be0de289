// Shows instants to people in a zone's local time. The same form as in the service's explanations,
// whatever the machine's own zone and language.

/** No clock is set back further within a day: 2 hours at Troll, 30 minutes on Lord Howe Island. */
const MOST_SET_BACK_MS = 3 * 3_600_000;

/**
 * Formatters are costly to make and to keep, 35 kB each. This is more than the number of zone
 * names.
 */
const MAX_FORMATTERS = 700;
const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * `06:00`; `06:00 (Sun 30 Mar)` if the date is not `date`, `YYYY-MM-DD`; `02:30 (second time)` in
 * the hour that is repeated in autumn. Seconds only if there are any.
 */
export function localTimeText(epochMs: number, zone: string, date: string): string {
  const shown = wallTime(epochMs, zone);
  const details = shown.date === date ? [] : [shown.dateWords];
  if (isSecondTime(epochMs, zone, shown)) details.push('second time');
  return details.length === 0 ? shown.time : `${shown.time} (${details.join(', ')})`;
}

/** `21:00 on Fri 20 Nov`: for places without a date beside it. */
export function localMomentText(epochMs: number, zone: string): string {
  const { date, dateWords } = wallTime(epochMs, zone);
  const [time = '', details = ''] = localTimeText(epochMs, zone, date).split(' (');
  return `${time} on ${dateWords}${details === '' ? '' : ` (${details}`}`;
}

/** The date that clocks show, `YYYY-MM-DD`. */
export function localDate(epochMs: number, zone: string): string {
  return wallTime(epochMs, zone).date;
}

/** Whether the clock showed the same time before, because it was set back since. */
function isSecondTime(epochMs: number, zone: string, { offsetMs }: WallTime): boolean {
  const before = wallTime(epochMs - MOST_SET_BACK_MS, zone).offsetMs;
  const first = epochMs - (before - offsetMs);
  return first < epochMs && wallTime(first, zone).offsetMs === before;
}

/** Whether this machine knows the zone: an IANA name, in any case. */
export function isKnownZone(zone: string): boolean {
  // Newer versions of Node accept a bare offset, but it is not a zone.
  return /^[A-Za-z]/.test(zone) && shownZone(zone) === zone;
}

/** How far the zone's clocks are ahead of UTC at an instant. The zone must be known. */
export function offsetMsAt(epochMs: number, zone: string): number {
  return wallTime(epochMs, zone).offsetMs;
}

/** `2026-03-02T09:00:00+01:00`: local and exact, and can be typed again. Whole seconds. */
export function localInstantText(epochMs: number, zone: string): string {
  const wholeMs = Math.floor(epochMs / 1000) * 1000;
  const offsetMs = offsetMsAt(wholeMs, zone);
  const wall = new Date(wholeMs + offsetMs).toISOString().slice(0, -'.000Z'.length);
  if (zone === 'UTC') return `${wall}Z`;
  // Before there were zones, offsets had seconds. ISO 8601 has none, so UTC is shown.
  if (offsetMs % 60_000 !== 0) return localInstantText(wholeMs, 'UTC');
  const minutes = Math.abs(offsetMs) / 60_000;
  const two = (number: number) => String(number).padStart(2, '0');
  const sign = offsetMs < 0 ? '-' : '+';
  return `${wall}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/**
 * The zone; or UTC if this machine's time zone data lacks it, because it is older than the
 * service's.
 */
export function shownZone(zone: string): string {
  try {
    formatterOf(zone);
    return zone;
  } catch {
    return 'UTC';
  }
}

interface WallTime {
  readonly date: string;
  /** `Sun 30 Mar`. */
  readonly dateWords: string;
  readonly time: string;
  /** Milliseconds ahead of UTC. */
  readonly offsetMs: number;
}

function wallTime(epochMs: number, zone: string): WallTime {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  const clock = `${part('hour')}:${part('minute')}`;
  const seconds = part('second') === '00' ? '' : `:${part('second')}`;
  // The words of the date, from its midnight in UTC, so that no zone affects them.
  const [weekday = '', , month = ''] = new Date(`${date}T00:00:00Z`)
    .toUTCString()
    .split(/,? /)
    .filter((_, index) => index < 3);
  return {
    date,
    dateWords: `${weekday} ${Number(part('day'))} ${month}`,
    time: `${clock}${seconds}`,
    offsetMs: Date.parse(`${date}T${clock}:${part('second')}Z`) - epochMs,
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
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  formatters.set(zone, made);
  return made;
}
