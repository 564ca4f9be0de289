// Turns the rounds of works measured in one process into figures, checks and doubts.

import type { Computed, ComputeRound } from './compute.js';
import type { Check, Figures } from './row.js';
import { median, percent } from './statistics.js';

/** Below this, another program used the core so long that caches and clock speed suffered too. */
const UNDISTURBED_SHARE = 0.9;

/** A work's figures in processor time: medians over its rounds. */
interface ComputeFigure {
  readonly name: string;
  readonly perSecond: number;
  readonly microsEach: number;
}

/** Everything but the table, which the row makes. `unit` is what a work's items are. */
export function computeFigures(
  unit: string,
  computed: readonly Computed[],
): Omit<Figures, 'table'> {
  return {
    unit,
    manner: `${computed.length} works in one process, processor time`,
    figures: computed.map(figureOf),
    doubts: doubtsOf(computed),
    measured: computed,
  };
}

function figureOf({ name, rounds }: Computed): ComputeFigure {
  const perSecond = median(rounds.map(perSecondOf));
  return { name, perSecond, microsEach: 1e6 / perSecond };
}

/** Items per second of processor time, by round. Throws if it was not measured. */
export function ratesOf(all: readonly Computed[], name: string): readonly number[] {
  const computed = all.find((each) => each.name === name);
  if (computed === undefined) throw new Error(`${name} was not measured`);
  return computed.rounds.map(perSecondOf);
}

function perSecondOf({ items, processorMs }: ComputeRound): number {
  return items / (processorMs / 1000);
}

/**
 * Whether every run of every work returned the right result: one check for each work that did not.
 */
export function rightEveryTime(all: readonly Computed[]): readonly Check[] {
  const rule = 'every run gives the result reckoned by hand';
  const broken = all.filter(({ wrong }) => wrong > 0);
  if (broken.length === 0) {
    const runs = all.reduce((sum, each) => sum + each.runs, 0);
    return [{ rule, holds: true, found: `${runs} runs of ${all.length} works` }];
  }
  return broken.map(({ name, runs, wrong, expected, lastWrong }) => ({
    rule: `${name}: ${rule}`,
    holds: false,
    found: `${wrong} of ${runs} did not; ${lastWrong} instead of ${expected}`,
  }));
}

function doubtsOf(all: readonly Computed[]): readonly string[] {
  const lines: string[] = [];
  const rounds = all.flatMap((each) => each.rounds);
  const busy = median(rounds.map(({ windowMs, processorMs }) => processorMs / windowMs));
  if (busy < UNDISTURBED_SHARE) {
    lines.push(`something else took ${percent(1 - busy)} of the process's core`);
  }
  if (all.some(({ warm }) => !warm)) lines.push('the works were still getting faster');
  return lines;
}
