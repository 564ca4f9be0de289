// Mends stored days that do not follow from the facts. It writes the rebuilt days like any other
// change: under the employee's lock, with a revision and a place in the feed.

import { isUnderPlan } from '../../domain/engine/day-under-plan.js';
import { sameResult } from '../../domain/engine/derive.js';
import type { Declaration } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { timelineOf } from '../../domain/facts/punch.js';
import { type LocalDate, toEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type {
  BatchDecision,
  BatchRules,
  BatchView,
  DayChange,
  DayRestamp,
  Need,
} from '../ports/batch.js';
import { MAX_REDERIVED_DAYS, NO_PAYLOAD_HASH, type RederiveFact } from '../ports/facts.js';
import type { DayRange } from '../ports/rebuild-ports.js';
import type { Steps } from '../ports/turns.js';
import { type EmployeeFindings, plansOf, reachOf, rebuildDays } from './rebuild-compare.js';

/** Thrown if new facts were recorded since the comparison: compare again. Nothing was written. */
export class OutdatedFindings extends Error {
  override readonly name = 'OutdatedFindings';
}

/** The actor in the history of the mended days. */
const ACTOR = 'rebuild';

/** The most facts of one transaction: each is a range of at most MAX_REDERIVED_DAYS. */
const MAX_MENDING_FACTS = 8;

/**
 * The dates to write again, joined to ranges of at most MAX_REDERIVED_DAYS, one list per
 * transaction.
 */
export function* mendingFacts(
  employeeId: EmployeeId,
  dates: readonly LocalDate[],
  receivedAt: Instant,
): Generator<readonly RederiveFact[]> {
  const header = { employeeId, requestId: undefined, payloadHash: NO_PAYLOAD_HASH, actor: ACTOR };
  const reason = 'the stored day did not follow from the facts';
  const ranges = rangesOf(dates);
  for (let index = 0; index < ranges.length; index += MAX_MENDING_FACTS) {
    const some = ranges.slice(index, index + MAX_MENDING_FACTS);
    yield some.map((range) => ({ kind: 'REDERIVE', ...header, receivedAt, ...range, reason }));
  }
}

function rangesOf(dates: readonly LocalDate[]): DayRange[] {
  const days = [...new Set(dates.map(toEpochDay))].sort((a, b) => a - b);
  const ranges: DayRange[] = [];
  for (const day of days) {
    const last = ranges.at(-1);
    const isNext =
      last?.lastDay === day - 1 && last.lastDay - last.firstDay + 1 < MAX_REDERIVED_DAYS;
    if (last !== undefined && isNext) ranges.splice(-1, 1, { ...last, lastDay: day });
    else ranges.push({ firstDay: day, lastDay: day });
  }
  return ranges;
}

/** The rules for a batch of `mendingFacts` of one employee. */
export function mendingRules(
  facts: readonly RederiveFact[],
  findings: Pick<EmployeeFindings, 'version' | 'declarations'>,
): BatchRules {
  return {
    needs(fact, view): readonly Need[] {
      const employee = view.employee(fact.employeeId);
      if (employee === undefined || fact.kind !== 'REDERIVE') return [];
      const { employeeId, firstDay, lastDay } = fact;
      const { from, to } = reachOf(plansOf(view.roster, employee.roster, fact));
      return [{ employeeId, firstDay, lastDay, from, to }];
    },
    *decide(view) {
      return yield* mend(view, facts, findings);
    },
  };
}

function* mend(
  view: BatchView,
  facts: readonly RederiveFact[],
  { version, declarations }: Pick<EmployeeFindings, 'version' | 'declarations'>,
): Steps<BatchDecision> {
  const decision = {
    outcomes: [] as BatchDecision['outcomes'][number][],
    facts: [] as BatchDecision['facts'][number][],
    changes: [] as DayChange[],
    restamps: [] as DayRestamp[],
  };
  let derivedDays = 0;
  let sequence = version;
  for (const [index, fact] of facts.entries()) {
    const employee = view.employee(fact.employeeId);
    if (employee?.version !== version) throw new OutdatedFindings('facts came in meanwhile');
    const found = mendRange(view, fact, index, declarations);
    derivedDays += fact.lastDay - fact.firstDay + 1;
    decision.changes.push(...found.changes);
    decision.restamps.push(...found.restamps);
    if (found.changes.length > 0) {
      sequence += 1;
      decision.facts.push({ index, sequence, days: [], punches: [], voids: [] });
    }
    const { employeeName } = employee;
    const { receivedAt } = fact;
    decision.outcomes.push({ kind: 'DONE', employeeName, days: [], punches: [], receivedAt });
    yield;
  }
  // Reads show the days as derived, so only the mended ones, which are in `changes`, look
  // different.
  return { ...decision, touched: [], reflags: [], derivedDays };
}

function mendRange(
  view: BatchView,
  fact: RederiveFact,
  index: number,
  declarations: ReadonlyMap<LocalDate, Declaration>,
): { readonly changes: readonly DayChange[]; readonly restamps: readonly DayRestamp[] } {
  const { employeeId } = fact;
  const employee = view.employee(employeeId);
  const changes: DayChange[] = [];
  const restamps: DayRestamp[] = [];
  if (employee === undefined) return { changes, restamps };
  const standing = view.punches(employeeId).filter(({ voided }) => voided === undefined);
  const plans = plansOf(view.roster, employee.roster, fact);
  for (const { plan, result } of rebuildDays(plans, timelineOf(standing), declarations)) {
    const { date } = plan;
    const stored = view.day(employeeId, date);
    if (!sameResult(stored?.result, result)) {
      const revision = (stored?.revision ?? 0) + 1;
      changes.push({ index, employeeId, date, revision, result });
    } else if (stored !== undefined && !isUnderPlan(stored, plan)) {
      restamps.push({ employeeId, date, result });
    }
  }
  return { changes, restamps };
}
