// Turns the rounds of servers under load into figures, ratios and doubts.

import type { Pinning } from './pinning.js';
import { CONNECTIONS, type Measured } from './rounds.js';
import type { Check, Comparison, Figures } from './row.js';
import { definedMedian, median, percent, ratioOf } from './statistics.js';

/** From this share on, other work on the servers' core may have affected the figure. */
const FOREIGN_SHARE = 0.05;
/** A server this busy is the limit of its figure. Below it, look for the limit elsewhere. */
const SATURATED_SHARE = 0.9;

/** A server's figures: medians over its rounds. */
interface LoadFigure {
  readonly name: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Shares of one core. */
  readonly serverBusy: number | undefined;
  readonly loaderBusy: number;
  /** The server's processor time per call; undefined if it is not known. */
  readonly serverMicrosPerCall: number | undefined;
  readonly failed: number;
}

/** `unit` is what one call counts as: `calls`. */
export function loadFigures(
  unit: string,
  measured: readonly Measured[],
  pinning: Pinning,
): Figures {
  const figures = measured.map(figureOf);
  return {
    unit,
    manner: mannerOf(measured),
    figures,
    table: [headOf(unit), ...figures.map(cellsOf)],
    doubts: measured.flatMap((each) => doubtsOf(each, pinning)),
    measured,
  };
}

/** All subjects of a row have the same load. */
function mannerOf(measured: readonly Measured[]): string {
  const streams = new Set(measured.map((each) => each.streams));
  return `${CONNECTIONS} connections x ${[...streams].join(' and ')} streams`;
}

function figureOf(measured: Measured): LoadFigure {
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

function headOf(unit: string): string[] {
  return ['', `${unit}/s`, 'p50 ms', 'p99 ms', 'server busy', 'us/call', 'load busy', 'failed'];
}

function cellsOf(figure: LoadFigure): string[] {
  const { serverBusy, serverMicrosPerCall } = figure;
  return [
    figure.name,
    Math.round(figure.perSecond).toString(),
    figure.p50Ms.toFixed(2),
    figure.p99Ms.toFixed(2),
    serverBusy === undefined ? '?' : percent(serverBusy),
    serverMicrosPerCall === undefined ? '?' : serverMicrosPerCall.toFixed(1),
    percent(figure.loaderBusy),
    figure.failed.toString(),
  ];
}

function doubtsOf({ name, rounds, warm }: Measured, pinning: Pinning): string[] {
  const lines: string[] = [];
  const server = median(rounds.map(({ busy }) => busy.server ?? 1));
  const foreign = pinning.pinned
    ? median(rounds.map(({ busy }) => (busy.cores[pinning.serverCore] ?? 0) - (busy.server ?? 1)))
    : 0;
  if (foreign > FOREIGN_SHARE) {
    lines.push(`something else took ${percent(foreign)} of the servers' core from ${name}`);
  }
  if (server + Math.max(0, foreign) < SATURATED_SHARE) {
    lines.push(
      `${name} waited (${percent(server)} busy): its figure is the load's or the database's limit`,
    );
  }
  if (!warm) lines.push(`${name} was still getting faster when its rounds began`);
  return lines;
}

/** Throws if one of the two was not measured. */
export function compare(
  all: readonly Measured[],
  of: string,
  against: string,
  goal?: number,
): Comparison {
  const ratio = ratioOf(ratesOf(all, of), ratesOf(all, against));
  return { of, against, ratio, goal };
}

/** Every call was answered with OK. */
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
