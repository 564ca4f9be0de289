// The works that the row `derive` measures on each month. Every work stores its results where they
// can be read, and returns a number that only right results give. So if a compiler left out the
// work, or a rule changed it, that same round would show it.

import { type DayFacts, derive } from '../../src/domain/engine/derive.js';
import { type PresentableDay, present } from '../../src/domain/engine/present.js';
import type { Finding } from '../../src/domain/explain/finding.js';
import type { DayResult } from '../../src/domain/facts/day.js';
import type { Punch, Timeline } from '../../src/domain/facts/punch.js';
import { type DayPlan, planDays } from '../../src/domain/roster/plan.js';
import type { Instant, RecordTime } from '../../src/domain/time/time.js';
import type { Work } from '../support/compute.js';
import { FIRST_DAY, LAST_DAY, type Scenario, WORKED_DAYS } from './scenarios.js';

/** The works on each month, in the order of the table. `json` is the limit. */
export const WORK_NAMES = ['plan', 'derive', 'trace', 'present', 'write', 'json'] as const;
export type WorkName = (typeof WORK_NAMES)[number];

/** The name of a scenario's work in the results. */
export function workOf(scenarioName: string, work: WorkName): string {
  return `${work} (${scenarioName})`;
}

/** Noon (UTC) of the month's 16th: half of its days are over, half are to come. */
const NOW = ((FIRST_DAY + 15.5) * 86_400_000) as Instant;
const RECORDED = (NOW * 1000) as RecordTime;

/** The works of a scenario. Each `run` does a whole month once. */
export function worksOf(scenario: Scenario): readonly Work[] {
  const plans = monthOf(scenario);
  const plannedSeconds = scenario.plannedSeconds * WORKED_DAYS;
  const workedSeconds = scenario.workedSeconds * WORKED_DAYS;
  const days = plans.length;
  const works: Record<WorkName, Omit<Work, 'name'>> = {
    plan: { items: days, expected: plannedSeconds, run: () => plannedIn(monthOf(scenario)) },
    derive: {
      items: days,
      expected: workedSeconds,
      run: () => workedIn(deriveAll(plans, scenario)),
    },
    trace: { items: days, expected: workedSeconds, run: () => traceAll(plans, scenario) },
    present: { items: days, expected: workedSeconds, run: presentAll(plans, scenario) },
    write: {
      items: scenario.punches.length,
      expected: scenario.workedSeconds * scenario.punches.length,
      run: () => writeAll(scenario),
    },
    json: jsonOf(plans, scenario),
  };
  return WORK_NAMES.map((name) => ({ name: workOf(scenario.name, name), ...works[name] }));
}

function monthOf({ roster, employee }: Scenario): DayPlan[] {
  return planDays(roster, employee, FIRST_DAY, LAST_DAY);
}

/** The facts as if just read: the engine must not find anything that it kept for this timeline. */
function freshFacts({ punches }: Scenario): DayFacts {
  return { declaration: undefined, punches: [...punches] as readonly Punch[] as Timeline };
}

function deriveAll(plans: readonly DayPlan[], scenario: Scenario): DayResult[] {
  const facts = freshFacts(scenario);
  return plans.map((plan) => derive(facts, plan));
}

/** With all findings, as an explanation needs them. */
function traceAll(plans: readonly DayPlan[], scenario: Scenario): number {
  const facts = freshFacts(scenario);
  const traces: Finding[][] = [];
  const results = plans.map((plan) => {
    const trace: Finding[] = [];
    traces.push(trace);
    return derive(facts, plan, trace);
  });
  // A day without a finding was not traced, which makes the sum invalid.
  return traces.every((trace) => trace.length > 0) ? workedIn(results) : Number.NaN;
}

/** Reads a month: stored days, and those that were expected when it was cached. */
function presentAll(plans: readonly DayPlan[], scenario: Scenario): () => number {
  const facts = freshFacts(scenario);
  const days = plans.map((plan) => {
    const { date } = plan;
    const result = derive(facts, plan);
    const known: PresentableDay = { result, revision: 1, recordedAt: RECORDED };
    const subject = { employeeId: scenario.employeeId, employeeName: 'Jo Doe', date };
    return { subject, known };
  });
  return () => {
    const shown = days.map(({ subject, known }) => present(subject, known, NOW));
    return shown.reduce((sum, { workedSeconds }) => sum + workedSeconds, 0);
  };
}

/**
 * The engine's part of writing each punch of the month separately: planning and deriving the days
 * that it can change, its own date and both neighbours.
 */
function writeAll(scenario: Scenario): number {
  const { roster, employee, punchDays } = scenario;
  const written = punchDays.map((day) => {
    const facts = freshFacts(scenario);
    return planDays(roster, employee, day - 1, day + 1).map((plan) => derive(facts, plan));
  });
  return written.reduce((sum, [, own]) => sum + (own?.work.workedSeconds ?? 0), 0);
}

/** The limit: reading the same punches from JSON, and writing the same results as JSON. */
function jsonOf(plans: readonly DayPlan[], scenario: Scenario): Omit<Work, 'name'> {
  const { punches, punchDays } = scenario;
  const results = deriveAll(plans, scenario);
  const days = plans.map(({ epochDay }, index) => {
    const own = punches.filter((_, at) => punchDays[at] === epochDay);
    return { text: JSON.stringify(own), result: results[index] };
  });
  const characters = days.reduce((sum, { result }) => sum + JSON.stringify(result).length, 0);
  const run = (): number => {
    const read = days.map(({ text }) => JSON.parse(text) as readonly Punch[]);
    const written = days.map(({ result }) => JSON.stringify(result));
    const count = read.reduce((sum, each) => sum + each.length, 0);
    return written.reduce((sum, text) => sum + text.length, count);
  };
  return { items: days.length, expected: characters + punches.length, run };
}

function plannedIn(plans: readonly DayPlan[]): number {
  return plans.reduce(
    (sum, { shifts }) => shifts.reduce((own, { start, end }) => own + (end - start) / 1000, sum),
    0,
  );
}

function workedIn(results: readonly DayResult[]): number {
  return results.reduce((sum, { work }) => sum + work.workedSeconds, 0);
}
