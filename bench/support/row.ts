// What a row of the bench is, and what it gives back.

import type { Loader } from '../load/client.js';
import type { Cleanup } from './cleanup.js';
import type { CommitTime } from './machine.js';
import type { Pinning } from './pinning.js';
import type { Layout, Measured } from './rounds.js';
import { median, type Ratio, ratioOf } from './statistics.js';

/** What a row is given. */
export interface RowContext {
  readonly layout: Layout;
  readonly pinning: Pinning;
  readonly loader: Loader;
  /** Closed when the row has run; a row opens nothing that it does not put here. */
  readonly cleanup: Cleanup;
  /** A folder of this row's own, removed when the bench ends. */
  readonly folder: string;
  /** Tells the person watching what is going on. */
  readonly say: (line: string) => void;
}

/** One row: one kind of work against its limits. */
export interface Row {
  readonly name: string;
  /** The work in one line. */
  readonly work: string;
  readonly run: (context: RowContext) => Promise<RowResult>;
}

/** A subject's figures: medians over its rounds. */
export interface Figure {
  readonly name: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Shares of one core. */
  readonly serverBusy: number | undefined;
  readonly loaderBusy: number;
  /** Processor time of the server for one call; undefined where it is not known. */
  readonly serverMicrosPerCall: number | undefined;
  readonly failed: number;
}

/** A figure against its limit. */
export interface Comparison {
  readonly of: string;
  readonly against: string;
  readonly ratio: Ratio;
  /** The ratio to reach; undefined where there is none. */
  readonly goal: number | undefined;
}

/** Something that must hold for the figures to mean anything. */
export interface Check {
  readonly rule: string;
  readonly holds: boolean;
  readonly found: string;
}

export interface RowResult {
  /** What is counted: `calls`, `punches`, `rows`. */
  readonly unit: string;
  readonly figures: readonly Figure[];
  readonly comparisons: readonly Comparison[];
  readonly checks: readonly Check[];
  /** What the reader must know beside the figures. */
  readonly notes: readonly string[];
  readonly postgres: string | undefined;
  readonly commit: CommitTime | undefined;
  /** Everything as measured, for the file. */
  readonly measured: readonly Measured[];
}

export function figureOf(measured: Measured): Figure {
  const over = (value: (round: Measured['rounds'][number]) => number): number =>
    median(measured.rounds.map(value));
  const serverBusy = definedMedian(measured.rounds.map(({ busy }) => busy.server));
  const perSecond = over(perSecondOf);
  return {
    name: measured.name,
    perSecond,
    p50Ms: over(({ p50Ms }) => p50Ms),
    p99Ms: over(({ p99Ms }) => p99Ms),
    serverBusy,
    loaderBusy: over(({ busy }) => busy.loader),
    serverMicrosPerCall: serverBusy === undefined ? undefined : (serverBusy / perSecond) * 1e6,
    failed: failuresOf(measured),
  };
}

/** Throws when one of the two was not measured. */
export function compare(
  all: readonly Measured[],
  of: string,
  against: string,
  goal?: number,
): Comparison {
  const ratio = ratioOf(ratesOf(all, of), ratesOf(all, against));
  return { of, against, ratio, goal };
}

/** Every call was answered, and with OK. */
export function noFailures(measured: Measured): Check {
  const kinds = Object.entries(measured.failures).map(([kind, count]) => `${kind}: ${count}`);
  return {
    rule: `every call to ${measured.name} is answered with OK`,
    holds: kinds.length === 0,
    found: kinds.length === 0 ? `${measured.succeeded} of ${measured.sent}` : kinds.join(', '),
  };
}

function failuresOf(measured: Measured): number {
  return Object.values(measured.failures).reduce((sum, count) => sum + count, 0);
}

function ratesOf(all: readonly Measured[], name: string): readonly number[] {
  const measured = all.find((each) => each.name === name);
  if (measured === undefined) throw new Error(`${name} was not measured`);
  return measured.rounds.map(perSecondOf);
}

function perSecondOf(round: Measured['rounds'][number]): number {
  return round.answeredInWindow / (round.windowMs / 1000);
}

function definedMedian(values: readonly (number | undefined)[]): number | undefined {
  const defined = values.filter((value) => value !== undefined);
  return defined.length === 0 ? undefined : median(defined);
}
