// The sweep: stored days catch up with the roster, change by change, employee by employee, in
// batches that are small enough to share the database with everybody else. Reads never wait for
// it. Whatever happens to a sweeper, another goes on behind the last batch written down; a
// batch done twice changes nothing the second time.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type { BatchDecision } from '../ports/batch.js';
import { MAX_REDERIVED_DAYS, NO_PAYLOAD_HASH, type RederiveFact } from '../ports/facts.js';
import type { AttendanceStore } from '../ports/ports.js';
import {
  CHANGE_MARGIN_DAYS,
  type ClaimedChange,
  type DaySpan,
  type EmployeeExtent,
  type Lease,
  PUNCH_MARGIN_DAYS,
  type SweepBacklog,
  type SweepStep,
  type SweepStore,
} from '../ports/sweep-ports.js';
import { rulesFor } from '../write/decide-batch.js';

/**
 * How long a sweeper that says nothing keeps its change: several times a slow batch. It says
 * something behind each batch, also in the middle of an employee with many dates, so no lease ends
 * for the length of one. The cursor knows whole employees only: whoever is interrupted goes through
 * such an employee again, ten years in about 1.5 s, and writes nothing again of what was written.
 */
export const LEASE_MS = 60_000;

/** The most dates of one batch: some ten milliseconds of deriving, under some employees' locks. */
export const MAX_SWEPT_DAYS = 4 * MAX_REDERIVED_DAYS;

/** The most employees asked for at a time, and locked while their dates are looked up. */
export const MAX_CONCERNED = 50;

/** Of an employee with many dates, the most pieces that are asked for at a time. */
export const MAX_PIECES = 16;

const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);

const NOTHING: Rederived = { daysDerived: 0, daysChanged: 0 };

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

/** When an employee who could not be swept is tried again first; twice as late each time. */
const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 3_600_000;

/** The most characters of a failure's reason that are kept. */
const MAX_REASON = 500;

/** Who could not be swept, and why. */
export interface SweepFailure {
  readonly changeId: number;
  readonly employeeId: EmployeeId;
  readonly error: unknown;
}

export interface SweepOptions {
  /** Ends the sweep behind the batch that is being written. */
  readonly signal: AbortSignal;
  /** Called behind each batch, with how long it took; others have the database until it resolves. */
  giveWay(tookMs: number): Promise<void>;
  readonly onStep: (step: SweepStep) => void;
  /** Called for each employee who was set aside, or could not be swept once more. */
  readonly onFailure: (failure: SweepFailure) => void;
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
    for await (const batch of batchesOf(change, page, ports.now(), ports.changes)) {
      if (options.signal.aborted) return 'STOPPED';
      if (!(await sweepOrSetAside(ports, change, batch, progress, options))) return 'LOST';
    }
    if (page.length < MAX_CONCERNED) return 'FINISHED';
  }
}

/** Dates that cannot be derived or written, now or later; what failed beside them is none of it. */
class CannotFollow extends Error {
  override readonly name = 'CannotFollow';
}

/** What passes, as a store that is away, is nobody's fault. */
function refused(error: unknown): never {
  if (error instanceof AttendanceError) throw error;
  throw new CannotFollow('days cannot follow the roster', { cause: error });
}

/** Nobody is held up by another: of a batch that fails, each employee is swept alone. */
async function sweepOrSetAside(
  ports: SweepPorts,
  change: ClaimedChange,
  batch: SweepBatch,
  progress: Progress,
  options: SweepOptions,
): Promise<boolean> {
  try {
    return await sweepBatch(ports, change, batch, progress, options);
  } catch (error) {
    if (!(error instanceof CannotFollow)) throw error;
  }
  const { changeId } = change;
  for (const employeeId of new Set(batch.facts.map((fact) => fact.employeeId))) {
    const facts = batch.facts.filter((fact) => fact.employeeId === employeeId);
    const alone = { facts, lastDone: undefined, employeesDone: 0 };
    try {
      if (!(await sweepBatch(ports, change, alone, progress, options))) return false;
    } catch (error) {
      if (!(error instanceof CannotFollow)) throw error;
      const reason = String(error.cause).slice(0, MAX_REASON);
      await ports.changes.setAside(changeId, employeeId, reason, FIRST_RETRY_MS);
      options.onFailure({ changeId, employeeId, error: error.cause });
    }
  }
  return await sweepBatch(ports, change, { ...batch, facts: [] }, progress, options);
}

/**
 * Sweeps once more whoever was set aside and is due; returns whether there was somebody. Throws
 * when the store is away; they are due again later then.
 */
export async function sweepSetAside(ports: SweepPorts, options: SweepOptions): Promise<boolean> {
  const { changes, store } = ports;
  const claimed = await changes.claimFailure(FIRST_RETRY_MS, MAX_RETRY_MS);
  if (claimed?.employeeId === undefined) return false;
  const { changeId, employeeId } = claimed;
  try {
    const page = await changes.listConcerned(claimed, '', 1);
    for await (const { facts } of batchesOf(claimed, page, ports.now(), changes)) {
      if (options.signal.aborted) return false;
      if (facts.length > 0) await rederive(store, facts);
    }
    await changes.settleFailure(claimed);
  } catch (error) {
    if (error instanceof AttendanceError) throw error;
    options.onFailure({ changeId, employeeId, error });
  }
  return true;
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
  const done = facts.length === 0 ? NOTHING : await rederive(store, facts).catch(refused);
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
    *decide(view, now) {
      decision = yield* rules.decide(view, now);
      return decision;
    },
  });
  return {
    daysDerived: decision?.derivedDays ?? 0,
    daysChanged: decision?.changes.length ?? 0,
  };
}

/** The dates of a page of employees, in their order, in batches of at most MAX_SWEPT_DAYS. */
export async function* batchesOf(
  change: ClaimedChange,
  page: readonly EmployeeExtent[],
  receivedAt: Instant,
  near: Pick<SweepStore, 'listPieces'>,
): AsyncGenerator<SweepBatch> {
  let facts: RederiveFact[] = [];
  let days = 0;
  let lastDone: EmployeeId | undefined;
  let employeesDone = 0;
  for (const { employeeId, extent } of page) {
    const span = datesConcerned(change, extent);
    for await (const piece of piecesOf(employeeId, span, near)) {
      const count = piece.lastDay - piece.firstDay + 1;
      if (days + count > MAX_SWEPT_DAYS) {
        yield { facts, lastDone, employeesDone };
        [facts, days, lastDone, employeesDone] = [[], 0, undefined, 0];
      }
      facts.push(rederiveFact(change, employeeId, piece, receivedAt));
      days += count;
    }
    lastDone = employeeId;
    employeesDone += 1;
  }
  if (employeesDone > 0) yield { facts, lastDone, employeesDone };
}

/**
 * A span of one batch is taken as it is. Of a longer one only what is near to a fact: a clock
 * that is a millennium off makes one piece more, not a millennium of them.
 */
async function* piecesOf(
  employeeId: EmployeeId,
  { firstDay, lastDay }: DaySpan,
  near: Pick<SweepStore, 'listPieces'>,
): AsyncGenerator<DaySpan> {
  if (lastDay - firstDay < MAX_SWEPT_DAYS) {
    yield* cut({ firstDay, lastDay });
    return;
  }
  for (let day = firstDay; day <= lastDay; ) {
    const pieces = await near.listPieces(employeeId, { firstDay: day, lastDay }, MAX_PIECES);
    yield* pieces;
    const last = pieces.at(-1);
    if (last === undefined || pieces.length < MAX_PIECES) return;
    day = last.lastDay + 1;
  }
}

/** In pieces of at most MAX_REDERIVED_DAYS. */
function* cut({ firstDay, lastDay }: DaySpan): Generator<DaySpan> {
  for (let day = firstDay; day <= lastDay; day += MAX_REDERIVED_DAYS) {
    yield { firstDay: day, lastDay: Math.min(day + MAX_REDERIVED_DAYS - 1, lastDay) };
  }
}

/** Where the dates that the change may touch and the dates with facts meet; empty: last < first. */
function datesConcerned(change: ClaimedChange, extent: EmployeeExtent['extent']): DaySpan {
  if (extent === undefined) return { firstDay: 1, lastDay: 0 };
  const near = withMargin(extent);
  return {
    firstDay: Math.max(change.firstDay - CHANGE_MARGIN_DAYS, near.firstDay),
    lastDay: Math.min(change.lastDay + CHANGE_MARGIN_DAYS, near.lastDay),
  };
}

/** Every date that one of the facts can count for. */
export function withMargin(extent: DaySpan): DaySpan {
  return {
    firstDay: Math.max(extent.firstDay - PUNCH_MARGIN_DAYS, FIRST_DAY),
    lastDay: Math.min(extent.lastDay + PUNCH_MARGIN_DAYS, LAST_DAY),
  };
}

function rederiveFact(
  change: ClaimedChange,
  employeeId: EmployeeId,
  { firstDay, lastDay }: DaySpan,
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
