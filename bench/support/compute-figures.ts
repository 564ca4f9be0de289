// What works measured in one process come to: figures, checks and doubts from their rounds.

import type { Computed, ComputeRound } from './compute.js';
import type { Check, Figures } from './row.js';
import { median, percent } from './statistics.js';

/** Below it, something else had the core for so long that caches and clock speed suffered too. */
const UNDISTURBED_SHARE = 0.9;

/** A work's figures in processor time: medians over its rounds. */
interface ComputeFigure {
  readonly name: string;
  readonly perSecond: number;
  readonly microsEach: number;
}

/** All but the table, which is up to the row. `unit` is what the works' items are. */
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

/** Items for each second of processor time, by round. Throws when it was not measured. */
export function ratesOf(all: readonly Computed[], name: string): readonly number[] {
  const computed = all.find((each) => each.name === name);
  if (computed === undefined) throw new Error(`${name} was not measured`);
  return computed.rounds.map(perSecondOf);
}

function perSecondOf({ items, processorMs }: ComputeRound): number {
  return items / (processorMs / 1000);
}

/** Every run of every work returned what it must: one check for each that did not. */
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
