// Finds when a zone's clocks change, as plain numbers. The first lookup in a decade reads the
// runtime's own zone data; later ones are binary searches of about 50 ns. A conversion by Temporal
// costs 10 us, as much as deriving a whole day may. Must never read the time, and never grow with
// the number of calls: a zone holds at most ERAS small tables, whatever is asked.
//
// It reads Intl, not Temporal. The polyfill also reads Intl, slower, and keeps every sample. So it
// stays an independent judge for the tests.

const DAY_MS = 86_400_000;

/** The Gregorian calendar repeats, weekdays included, after 400 years. */
const CYCLE_MS = 146_097 * DAY_MS;

/**
 * From here on a zone follows rules without an end, so a later year is read one cycle earlier. The
 * last changes that are listed one by one, Morocco's around Ramadan, end in 2087.
 */
const FOLD_FROM = Date.UTC(2100, 0, 1);
const FOLD_UNTIL = FOLD_FROM + CYCLE_MS;

/** About ten years: small enough that a first lookup takes only a few milliseconds. */
const ERA_MS = CYCLE_MS / 40;
/** 210 years before the fold and the 400 years of it. */
const ERAS = 21 + 40;
const FIRST_ERA_FROM = FOLD_FROM - 21 * ERA_MS;

/** How far a table extends beyond its era at both ends: a local time is up to a day off UTC. */
const EDGE_MS = 2 * DAY_MS;

/**
 * The distance between samples of a zone. Only a change that is undone between two samples is
 * missed. The shortest one of any year was four days long (Freetown, September 1939).
 */
const SAMPLE_MS = 3 * DAY_MS;

/** More than any zone's distance from UTC since 1890, in either direction. */
const MAX_OFFSET_MS = 16 * 3_600_000;

/** Offsets of an era in time order. */
interface Era {
  /** The first instant of each, ascending; the first is -Infinity. */
  readonly starts: Float64Array;
  /** Milliseconds to add to UTC. */
  readonly offsets: Int32Array;
}

/**
 * One zone's offsets. Numbers are milliseconds: since 1970-01-01T00:00:00Z for instants, since
 * 1970-01-01T00:00 on the zone's own clocks for parameters named `local`. Exact from 1890 on;
 * earlier times use the offset of 1890. No number makes it throw.
 */
export class ZoneTable {
  private readonly name: string;
  /** Made once, because Intl keeps 35 kB for each and frees it late. */
  private read: OffsetReader | undefined;
  private readonly eras = new Array<Era | undefined>(ERAS).fill(undefined);

  /** `name` must be valid for Intl.DateTimeFormat; otherwise the first lookup throws. */
  constructor(name: string) {
    this.name = name;
  }

  offsetAt(instant: number): number {
    const at = fold(instant);
    const { starts, offsets } = this.eraAround(at);
    return offsets[indexAt(starts, at)] as number;
  }

  /** The first instant that shows `local`. A skipped time is read with the offset before. */
  instantAt(local: number): number {
    const at = fold(local);
    const { starts, offsets } = this.eraAround(at);
    const index = indexShowing(starts, offsets, at);
    const offset = offsets[index] as number;
    const leftOut = at < (starts[index] as number) + offset;
    return local - (leftOut ? (offsets[index - 1] as number) : offset);
  }

  /** The first instant that shows `local` or later. Never decreases when `local` grows. */
  reached(local: number): number {
    const at = fold(local);
    const { starts, offsets } = this.eraAround(at);
    const index = indexShowing(starts, offsets, at);
    return local - at + Math.max(starts[index] as number, at - (offsets[index] as number));
  }

  /** The latest local time, in whole ms, shown up to `instant`: the inverse of `reached`. */
  latestShown(instant: number): number {
    const at = fold(instant);
    const { starts, offsets } = this.eraAround(at);
    const index = indexAt(starts, at);
    const shown = instant + (offsets[index] as number);
    if (index === 0) return shown;
    const lastBefore = (starts[index] as number) + (offsets[index - 1] as number) - 1;
    return Math.max(shown, instant - at + lastBefore);
  }

  private eraAround(at: number): Era {
    const index = at > FIRST_ERA_FROM ? Math.floor((at - FIRST_ERA_FROM) / ERA_MS) : 0;
    return this.eras[index] ?? this.build(index);
  }

  private build(index: number): Era {
    this.read ??= offsetReader(this.name);
    const from = FIRST_ERA_FROM + index * ERA_MS;
    const era = readEra(this.read, from - EDGE_MS, from + ERA_MS + EDGE_MS);
    this.eras[index] = era;
    return era;
  }
}

function fold(at: number): number {
  return at < FOLD_UNTIL ? at : FOLD_FROM + ((at - FOLD_FROM) % CYCLE_MS);
}

/** The index of the offset in force at an instant. */
function indexAt(starts: Float64Array, instant: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= instant) low = middle;
    else high = middle;
  }
  return low;
}

/** The index of the first offset under which the clocks show `local` or later. */
function indexShowing(starts: Float64Array, offsets: Int32Array, local: number): number {
  let index = indexAt(starts, local - MAX_OFFSET_MS);
  while (
    index + 1 < starts.length &&
    local >= (starts[index + 1] as number) + (offsets[index] as number)
  ) {
    index += 1;
  }
  return index;
}

/** All offsets between two instants. */
function readEra(offsetAt: OffsetReader, from: number, until: number): Era {
  let low: Sample = { at: from, offset: offsetAt(from) };
  const starts = [Number.NEGATIVE_INFINITY];
  const offsets = [low.offset];
  while (low.at < until) {
    const at = low.at + SAMPLE_MS;
    const high: Sample = { at, offset: offsetAt(at) };
    findChanges(offsetAt, low, high, (change) => {
      starts.push(change.at);
      offsets.push(change.offset);
    });
    low = high;
  }
  return { starts: Float64Array.from(starts), offsets: Int32Array.from(offsets) };
}

/** The offset at an instant, both in milliseconds. */
type OffsetReader = (instant: number) => number;

interface Sample {
  readonly at: number;
  readonly offset: number;
}

/**
 * Reports every change between two samples, in order, by bisection: the first instant of each new
 * offset, which is a whole second in every zone.
 */
function findChanges(
  offsetAt: OffsetReader,
  low: Sample,
  high: Sample,
  found: (change: Sample) => void,
): void {
  if (low.offset === high.offset) return;
  if (high.at - low.at <= 1000) {
    found(high);
    return;
  }
  const at = low.at + Math.floor((high.at - low.at) / 2000) * 1000;
  const middle = { at, offset: offsetAt(at) };
  findChanges(offsetAt, low, middle, found);
  findChanges(offsetAt, middle, high, found);
}

/**
 * Reads offsets from what Intl writes: `07h GMT-00:44:30`. This is the quickest of all formats that
 * show an offset to the second: 1.3 us, against 10 for the fields of a date in parts.
 */
function offsetReader(name: string): OffsetReader {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hour: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  });
  return (instant) => parseOffset(format.format(instant));
}

const WRITTEN_OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

function parseOffset(text: string): number {
  const match = WRITTEN_OFFSET.exec(text);
  if (match === null) throw new Error(`Intl wrote an offset this service cannot read: ${text}`);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const total = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -total : total;
}
