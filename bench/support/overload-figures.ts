// The results of an overload: for people a table with a column for each load, for the file
// everything.

import type { OpenResult } from '../load/messages.js';
import { accountedFor, type OpenCounts } from '../load/open-tally.js';
import type { Check, Comparison, Figures } from './row.js';
import { percent } from './statistics.js';

/** The result of one load. */
export interface Overloaded {
  readonly name: string;
  /** Answered calls/s in a closed loop, just before and just after. */
  readonly capacityBefore: number;
  readonly capacityAfter: number;
  /** The rate of arrivals, as a multiple of the capacity. */
  readonly factor: number;
  readonly windowMs: number;
  readonly load: OpenResult;
  readonly health: Worst;
  readonly ready: Worst;
  /** The service's resident set in megabytes. */
  readonly memory: Memory;
  /** The time from the last arrival until plain calls take their usual time again. */
  readonly normalAfterMs: number | undefined;
  readonly usualMs: number;
  /** Writes that were stored but not acknowledged in time; undefined if nothing is written. */
  readonly unwanted: number | undefined;
}

interface Worst {
  readonly count: number;
  readonly worstMs: number;
  readonly failed: number;
}

interface Memory {
  readonly startMb: number | undefined;
  readonly peakMb: number | undefined;
  readonly endMb: number | undefined;
}

/** The least share of its capacity that a service must keep, by the factor of overload. */
export const GOODPUT_GOALS: ReadonlyMap<number, number> = new Map([
  [1.5, 0.9],
  [3, 0.75],
]);
const PROBE_GOAL_MS = 100;
const NORMAL_GOAL_MS = 1_000;
/** A loader this late does not send what the plan says. */
const LATE_LOADER_MS = 50;
const BUSY_LOADER = 0.8;
/**
 * If the capacities before and after a load differ more, the machine has changed, or the service.
 */
const STEADY_SHARE = 0.85;

/** The mean of both, so that drift of the machine cancels out. */
export function capacityOf({ capacityBefore, capacityAfter }: Overloaded): number {
  return (capacityBefore + capacityAfter) / 2;
}

/** Calls answered in time, per second of the window. */
export function goodputOf({ load, windowMs }: Overloaded): number {
  return load.answered / (windowMs / 1000);
}

export function overloadFigures(all: readonly Overloaded[], manner: string): Figures {
  return {
    unit: 'calls',
    manner,
    figures: all.map((each) => ({ name: each.name, perSecond: goodputOf(each) })),
    table: tableOf(all),
    doubts: all.flatMap(doubtsOf),
    measured: all,
  };
}

export function comparisonsOf(all: readonly Overloaded[]): readonly Comparison[] {
  return all.map((each) => {
    const share = goodputOf(each) / capacityOf(each);
    return {
      of: each.name,
      against: 'capacity, answered in time',
      ratio: { median: share, lowest: share, highest: share },
      goal: GOODPUT_GOALS.get(each.factor),
    };
  });
}

/** The goals that are upper bounds, one line each. */
export function boundLines(all: readonly Overloaded[]): readonly string[] {
  const line = (what: string, goalMs: number, found: (each: Overloaded) => number | undefined) => {
    const beyond = all.filter((each) => !((found(each) ?? Number.POSITIVE_INFINITY) < goalMs));
    const named = beyond.map((each) => `${each.name} (${whole(found(each))} ms)`).join(', ');
    return `${what} < ${goalMs} ms: ${named === '' ? 'reached' : `NOT REACHED by ${named}`}`;
  };
  return [
    line('Health Check at worst', PROBE_GOAL_MS, ({ health }) => health.worstMs),
    line('GET /readyz at worst', PROBE_GOAL_MS, ({ ready }) => ready.worstMs),
    line('usual again after', NORMAL_GOAL_MS, ({ normalAfterMs }) => normalAfterMs),
  ];
}

/** Checks that the figures mean what they say. */
export function checksOf(all: readonly Overloaded[]): readonly Check[] {
  return all.flatMap(({ name, load, health, ready, unwanted }) => [
    {
      rule: `${name}: every call ends in one way`,
      holds: accountedFor(load),
      found: `${load.arrived} arrived`,
    },
    {
      rule: `${name}: the service was looked at all the time`,
      holds: health.count > 0 && ready.count > 0,
      found: `${health.count} Health Checks, ${ready.count} GET /readyz`,
    },
    ...(unwanted === undefined
      ? []
      : [
          {
            rule: `${name}: every acknowledged mark is stored`,
            holds: unwanted >= 0,
            found: `${unwanted} more than acknowledged`,
          },
        ]),
  ]);
}

function tableOf(all: readonly Overloaded[]): readonly (readonly string[])[] {
  const line = (name: string, cell: (each: Overloaded) => string): readonly string[] => [
    name,
    ...all.map(cell),
  ];
  const ofLoad = (name: string, cell: (load: OpenResult, each: Overloaded) => string) =>
    line(name, (each) => cell(each.load, each));
  return [
    line('', ({ name }) => name),
    line('capacity before, calls/s', (each) => whole(each.capacityBefore)),
    line('capacity after', (each) => whole(each.capacityAfter)),
    ofLoad('arrived, calls/s', (load, each) => whole(load.arrived / (each.windowMs / 1000))),
    line('answered in time, calls/s', (each) => whole(goodputOf(each))),
    line('of capacity', (each) => percent(goodputOf(each) / capacityOf(each))),
    ofLoad('answered p50, ms', ({ answer }) => fine(answer.p50Ms)),
    ofLoad('answered p99, ms', ({ answer }) => fine(answer.p99Ms)),
    ofLoad('refused', (load) => share(load.refused + load.refusedStreams, load)),
    ofLoad('time to refusal p50, ms', ({ refusal }) => fine(refusal.p50Ms)),
    ofLoad('given up, sent', (load) => share(load.gaveUpSent, load)),
    ofLoad('given up, without a stream', (load) => share(load.gaveUpQueued, load)),
    ofLoad('other ends', (load) => share(otherEnds(load), load)),
    ofLoad('connections ended', ({ goAways, lost }) => `${goAways + lost}`),
    line('Health Check at worst, ms', ({ health }) => worst(health)),
    line('GET /readyz at worst, ms', ({ ready }) => worst(ready)),
    line('memory start/peak/end, MB', ({ memory: { startMb, peakMb, endMb } }) =>
      [startMb, peakMb, endMb].map(whole).join('/'),
    ),
    line('usual again after, ms', ({ normalAfterMs }) => whole(normalAfterMs)),
    line('stored for callers gone', ({ unwanted }) => whole(unwanted)),
    ofLoad('server busy', ({ busy }) => (busy.server === undefined ? '?' : percent(busy.server))),
    ofLoad('load busy', ({ busy }) => percent(busy.loader)),
  ];
}

function whole(value: number | undefined): string {
  return value === undefined ? '-' : Math.round(value).toString();
}

function fine(ms: number | undefined): string {
  return ms === undefined ? '-' : ms.toFixed(1);
}

function share(count: number, { arrived }: OpenCounts): string {
  return arrived === 0 ? '-' : percent(count / arrived);
}

function worst({ worstMs, failed }: Worst): string {
  return failed === 0 ? whole(worstMs) : `${whole(worstMs)} (${failed} failed)`;
}

function otherEnds({ others, late }: OpenCounts): number {
  return Object.values(others).reduce((sum, count) => sum + count, late);
}

function doubtsOf(each: Overloaded): string[] {
  const lines: string[] = [];
  const { name, load, capacityBefore, capacityAfter } = each;
  if (otherEnds(load) > 0) {
    const kinds = Object.entries({ ...load.others, late: load.late }).filter(
      ([, count]) => count > 0,
    );
    lines.push(`${name}: other ends: ${kinds.map((kind) => kind.join(': ')).join(', ')}`);
  }
  if ((load.lateness.p99Ms ?? 0) > LATE_LOADER_MS || load.busy.loader > BUSY_LOADER) {
    lines.push(
      `${name}: the loader was ${percent(load.busy.loader)} busy, and calls left up to ` +
        `${fine(load.lateness.p99Ms)} ms late (p99)`,
    );
  }
  const [less, more] = [capacityBefore, capacityAfter].sort((a, b) => a - b);
  if ((less ?? 0) < (more ?? 0) * STEADY_SHARE) {
    lines.push(
      `${name}: capacity was ${whole(capacityBefore)}/s before and ${whole(capacityAfter)}/s after`,
    );
  }
  return lines;
}
