// The sweep: stored days catch up with the roster, change by change, employee by employee, in
// batches that are small enough to share the database with everybody else. Reads never wait for
// it. Whatever happens to a sweeper, another goes on behind the last batch written down; a
// batch done twice changes nothing the second time.

import type { EmployeeId } from '../domain/employee-id.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../domain/local-date.js';
import type { Instant } from '../domain/time.js';
import type { BatchDecision } from './batch.js';
import { MAX_REDERIVED_DAYS, NO_PAYLOAD_HASH, type RederiveFact } from './facts.js';
import type { AttendanceStore } from './ports.js';
import type {
  ClaimedChange,
  EmployeeExtent,
  Lease,
  SweepBacklog,
  SweepStep,
  SweepStore,
} from './sweep-ports.js';
import { rulesFor } from './write-batch.js';

/** How long a sweeper that says nothing keeps its change: several times a slow batch. */
export const LEASE_MS = 60_000;

/** The most dates of one batch: some ten milliseconds of deriving, under some employees' locks. */
export const MAX_SWEPT_DAYS = 4 * MAX_REDERIVED_DAYS;

/** The most employees asked for at a time, and locked while their dates are looked up. */
export const MAX_CONCERNED = 50;

/**
 * How far from a date that a change is about its plans can differ: windows meet those of
 * neighbouring dates, and off-shift work is looked at in blocks of a week (plan.ts).
 */
const CHANGE_MARGIN_DAYS = 30;

/** How far from the UTC date of a punch the date can be that it counts for (stretch-dates.ts). */
export const PUNCH_MARGIN_DAYS = 7;

const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);

const NOTHING: Rederived = { daysDerived: 0, daysChanged: 0 };

/** A REDERIVE fact is never repeated by a caller: nothing is compared with its hash. */
/** What came of deriving days again. */
export interface Rederived {
  readonly daysDerived: number;
  readonly daysChanged: number;
}

export interface SweepPorts {
  readonly changes: SweepStore;
  /** With the cache around it, so that readers of the cache hear of days that changed. */
  readonly store: Pick<AttendanceStore, 'writeBatch'>;
  now(): Instant;
}

export interface SweepOptions {
  /** Ends the sweep behind the batch that is being written. */
  readonly signal: AbortSignal;
  /** Called behind each batch, with how long it took; others have the database until it resolves. */
  giveWay(tookMs: number): Promise<void>;
  readonly onStep: (step: SweepStep) => void;
  /** For how long nobody tries a change again that failed. */
  readonly retryAfterMs: number;
}

/** FINISHED: nothing is left of it. LOST: another sweeper has it by now. STOPPED: by the signal. */
export type SweepEnd = 'FINISHED' | 'LOST' | 'STOPPED';

/** Dates of some employees, as one transaction. */
export interface SweepBatch {
  readonly facts: readonly RederiveFact[];
  /** The last employee who is finished with it; undefined when none is. */
  readonly lastDone: EmployeeId | undefined;
  readonly employeesDone: number;
}

/** Where a sweep stands: what was written down last. */
interface Progress {
  lease: Lease;
  swept: EmployeeId | '';
}

/**
 * Sweeps one change to its end, from where it was left. Throws what the ports throw: the change
 * was done up to its last step then, and is left alone for a while.
 */
export async function sweepChange(
  ports: SweepPorts,
  change: ClaimedChange,
  options: SweepOptions,
): Promise<SweepEnd> {
  const { changes } = ports;
  const { changeId } = change;
  const progress = { lease: change.lease, swept: change.sweptEmployeeId };
  try {
    const end = await sweepEmployees(ports, change, progress, options);
    if (end === 'STOPPED') await changes.releaseChange(changeId, progress.lease, 0);
    if (end !== 'FINISHED') return end;
    return (await changes.finishChange(changeId, progress.lease)) ? 'FINISHED' : 'LOST';
  } catch (error) {
    // Changes behind one that cannot be swept are not held up by it. If this fails too, the
    // lease runs out by itself.
    await changes.releaseChange(changeId, progress.lease, options.retryAfterMs).catch(() => {});
    throw error;
  }
}

async function sweepEmployees(
  ports: SweepPorts,
  change: ClaimedChange,
  progress: Progress,
  options: SweepOptions,
): Promise<SweepEnd> {
  for (;;) {
    const page = await ports.changes.listConcerned(change, progress.swept, MAX_CONCERNED);
    for (const batch of batchesOf(change, page, ports.now())) {
      if (options.signal.aborted) return 'STOPPED';
      if (!(await sweepBatch(ports, change, batch, progress, options))) return 'LOST';
    }
    if (page.length < MAX_CONCERNED) return 'FINISHED';
  }
}

/** Returns whether the change is still this sweeper's. */
async function sweepBatch(
  { changes, store }: SweepPorts,
  change: ClaimedChange,
  { facts, lastDone, employeesDone }: SweepBatch,
  progress: Progress,
  { giveWay, onStep }: SweepOptions,
): Promise<boolean> {
  const began = performance.now();
  const done = facts.length === 0 ? NOTHING : await rederive(store, facts);
  const step = { sweptEmployeeId: lastDone ?? progress.swept, employeesDone, ...done };
  const lease = await changes.saveProgress(change.changeId, progress.lease, step, LEASE_MS);
  if (lease === undefined) return false;
  progress.lease = lease;
  progress.swept = step.sweptEmployeeId;
  onStep(step);
  if (facts.length > 0) await giveWay(performance.now() - began);
  return true;
}

/** Derives dates again in one transaction, under the roster in force. */
export async function rederive(
  store: Pick<AttendanceStore, 'writeBatch'>,
  facts: readonly RederiveFact[],
): Promise<Rederived> {
  const rules = rulesFor(facts);
  let decision: BatchDecision | undefined;
  await store.writeBatch(facts, {
    needs: (fact, view) => rules.needs(fact, view),
    decide(view, now) {
      decision = rules.decide(view, now);
      return decision;
    },
  });
  return {
    daysDerived: decision?.derivedDays ?? 0,
    daysChanged: decision?.changes.length ?? 0,
  };
}

/** The dates of a page of employees, in their order, in batches of at most MAX_SWEPT_DAYS. */
export function* batchesOf(
  change: ClaimedChange,
  page: readonly EmployeeExtent[],
  receivedAt: Instant,
): Generator<SweepBatch> {
  let facts: RederiveFact[] = [];
  let days = 0;
  let lastDone: EmployeeId | undefined;
  let employeesDone = 0;
  for (const { employeeId, extent } of page) {
    const { firstDay, lastDay } = datesConcerned(change, extent);
    for (let day = firstDay; day <= lastDay; day += MAX_REDERIVED_DAYS) {
      const end = Math.min(day + MAX_REDERIVED_DAYS - 1, lastDay);
      if (days + end - day + 1 > MAX_SWEPT_DAYS) {
        yield { facts, lastDone, employeesDone };
        [facts, days, lastDone, employeesDone] = [[], 0, undefined, 0];
      }
      facts.push(rederiveFact(change, employeeId, day, end, receivedAt));
      days += end - day + 1;
    }
    lastDone = employeeId;
    employeesDone += 1;
  }
  if (employeesDone > 0) yield { facts, lastDone, employeesDone };
}

/** Where the dates that the change may touch and the dates with facts meet; empty: last < first. */
function datesConcerned(
  change: ClaimedChange,
  extent: EmployeeExtent['extent'],
): { readonly firstDay: number; readonly lastDay: number } {
  if (extent === undefined) return { firstDay: 1, lastDay: 0 };
  const near = withMargin(extent);
  return {
    firstDay: Math.max(change.firstDay - CHANGE_MARGIN_DAYS, near.firstDay),
    lastDay: Math.min(change.lastDay + CHANGE_MARGIN_DAYS, near.lastDay),
  };
}

/** Every date that one of the facts can count for. */
export function withMargin(extent: { readonly firstDay: number; readonly lastDay: number }): {
  readonly firstDay: number;
  readonly lastDay: number;
} {
  return {
    firstDay: Math.max(extent.firstDay - PUNCH_MARGIN_DAYS, FIRST_DAY),
    lastDay: Math.min(extent.lastDay + PUNCH_MARGIN_DAYS, LAST_DAY),
  };
}

function rederiveFact(
  change: ClaimedChange,
  employeeId: EmployeeId,
  firstDay: number,
  lastDay: number,
  receivedAt: Instant,
): RederiveFact {
  const { changeId, actor, reason: why } = change;
  const reason = `roster change ${changeId}${why === '' ? '' : `: ${why}`}`;
  const header = {
    employeeId,
    requestId: undefined,
    payloadHash: NO_PAYLOAD_HASH,
    actor,
    receivedAt,
  };
  return { kind: 'REDERIVE', ...header, firstDay, lastDay, reason };
}

/** For how long the changes have been waiting, in seconds; 0 when there are none. */
export function backlogSeconds({ oldestRecordedAt }: SweepBacklog, now: Instant): number {
  if (oldestRecordedAt === undefined) return 0;
  return Math.max(0, now - oldestRecordedAt / 1000) / 1000;
}
