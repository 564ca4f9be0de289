// Carries out a roster plan, or only asks the service whether it would accept it. Safe to interrupt
// and to run again: anything that is already as it should be is not written again.

import { status } from '@grpc/grpc-js';
import type { RosterChange } from '../../client/index.js';
import { AttendanceClientError } from '../../client/index.js';
import { isPassing, reasonOf } from '../csv/retry-batch.js';
import { inParallel } from '../terminal/in-parallel.js';
import type { RosterProblem } from './roster-file.js';
import type { RosterPlan, RosterStep, RosterWrites } from './roster-plan.js';
import type { RowType } from './roster-row.js';
import { ROW_TYPES } from './roster-row.js';

/**
 * Queues at the same time. The service commits simultaneous changes about several employees
 * together.
 */
const QUEUES_AT_A_TIME = 32;

export interface RosterCounts {
  created: number;
  updated: number;
  same: number;
}

export interface RosterResult {
  /** False: nothing was changed, the counts are what would be done. */
  readonly sent: boolean;
  readonly counts: Readonly<Record<RowType, Readonly<RosterCounts>>>;
  /** Archived employees who are back on the lists, or would be, by line. */
  readonly broughtBack: readonly RosterProblem[];
  /** Possible mistakes of the file's author, by line. */
  readonly remarks: readonly RosterProblem[];
  /** What the service refused, or would refuse, by line. */
  readonly refused: readonly RosterProblem[];
  /** Rows that were not sent because something that they may need was refused. */
  readonly held: number;
  /** Rows of a dry run that the service could not judge, because they depend on unsent rows. */
  readonly unjudged: number;
  /** Changes that stored days do not follow yet. Reads follow them already. */
  readonly following: number;
}

export interface ApplyOptions {
  readonly client: RosterWrites;
  /** Changes nothing. The service only says what it would refuse. */
  readonly dryRun: boolean;
  readonly reason: string;
  /** Aborted to stop: calls in flight are awaited. */
  readonly stop: AbortSignal;
}

/**
 * Throws AttendanceClientError if the service stays unavailable, and the signal's reason if
 * stopped.
 */
export async function applyRoster(
  { stages }: RosterPlan,
  options: ApplyOptions,
): Promise<RosterResult> {
  const run = new RosterRun(options);
  for (const { queues } of stages) {
    if (run.refused.length > 0 && !options.dryRun) {
      run.held += queues.flat().filter(({ verb }) => verb !== 'SAME').length;
      continue;
    }
    await inParallel(queues, QUEUES_AT_A_TIME, (queue) =>
      options.dryRun ? run.tryOut(queue) : run.work(queue),
    );
  }
  return run.result();
}

class RosterRun {
  readonly #options: ApplyOptions;
  readonly refused: RosterProblem[] = [];
  held = 0;
  readonly #broughtBack: RosterProblem[] = [];
  readonly #remarks: RosterProblem[] = [];
  #following = 0;
  /** By line. A row may take several steps but counts once. */
  readonly #done = new Map<number, Pick<RosterStep, 'type' | 'verb'>>();

  /** What a dry run would have changed, and the lines that depend on it. */
  readonly #unsent = new Set<string>();
  readonly #unjudged = new Set<number>();

  constructor(options: ApplyOptions) {
    this.#options = options;
  }

  /**
   * Takes the steps of one queue one by one. A step refused because of something that a later step
   * removes is retried after it, as long as that makes progress.
   */
  async work(queue: readonly RosterStep[]): Promise<void> {
    let left: readonly RosterStep[] = queue;
    for (;;) {
      const waiting: { step: RosterStep; error: AttendanceClientError }[] = [];
      for (const step of left) {
        const error = await this.#take(step);
        if (error !== undefined) waiting.push({ step, error });
      }
      if (waiting.length === 0) return;
      if (waiting.length === left.length) {
        for (const { step, error } of waiting) this.#refuse(step, error);
        return;
      }
      left = waiting.map(({ step }) => step);
    }
  }

  /**
   * Asks what the service would say to one queue. A step is asked about only if the service has
   * everything that it depends on, because earlier rows were not sent.
   */
  async tryOut(queue: readonly RosterStep[]): Promise<void> {
    for (const step of queue) {
      const { verb, about, needs } = step;
      this.#options.stop.throwIfAborted();
      this.#count(step, verb);
      if (verb === 'SAME') continue;
      if (step.bringsBack) this.#bringBack(step, 'is archived and would be on the lists again');
      this.#remark(step);
      if ([about, ...needs].some((each) => this.#unsent.has(each))) this.#unjudged.add(step.line);
      else await this.#ask(step, queue);
      this.#unsent.add(about);
    }
  }

  async #ask(step: RosterStep, queue: readonly RosterStep[]): Promise<void> {
    const { client, reason } = this.#options;
    try {
      await step.send(client, { reason, validateOnly: true });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const others = queue.filter((other) => other.verb !== 'SAME' && other !== step);
      // Another row, about the employee or a policy, may remove what this one conflicts with.
      if (mayGiveWay(error) && others.length > 0) this.#unjudged.add(step.line);
      else this.#refuse(step, error);
    }
  }

  result(): RosterResult {
    return {
      sent: !this.#options.dryRun,
      counts: countsOf(this.#done.values()),
      broughtBack: this.#broughtBack.toSorted((a, b) => a.line - b.line),
      remarks: this.#remarks.toSorted((a, b) => a.line - b.line),
      refused: this.refused.toSorted((a, b) => a.line - b.line),
      held: this.held,
      unjudged: this.#unjudged.size,
      following: this.#following,
    };
  }

  /** Undefined if it is done or refused for good; otherwise why a retry may help. */
  async #take(step: RosterStep): Promise<AttendanceClientError | undefined> {
    const { client, reason, stop } = this.#options;
    stop.throwIfAborted();
    if (step.verb === 'SAME') {
      this.#count(step, step.verb);
      return undefined;
    }
    try {
      const { rosterChange } = await step.send(client, { reason, validateOnly: false });
      this.#count(step, rosterChange === undefined ? 'SAME' : step.verb);
      this.#follow(rosterChange);
      if (step.bringsBack) this.#bringBack(step, 'was archived and is on the lists again');
      this.#remark(step);
      return undefined;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (mayGiveWay(error)) return error;
      this.#refuse(step, error);
      return undefined;
    }
  }

  #count({ type, line }: RosterStep, verb: RosterStep['verb']): void {
    const before = this.#done.get(line)?.verb ?? 'SAME';
    this.#done.set(line, { type, verb: before === 'SAME' ? verb : before });
  }

  #bringBack({ line, what }: RosterStep, says: string): void {
    this.#broughtBack.push({ line, says: `${what} ${says}` });
  }

  #remark({ line, what, remark }: RosterStep): void {
    if (remark !== undefined) this.#remarks.push({ line, says: `${what}: ${remark}` });
  }

  #follow(change: RosterChange | undefined): void {
    if (change !== undefined && change.finishTime === undefined) this.#following += 1;
  }

  #refuse({ line, what }: RosterStep, error: AttendanceClientError): void {
    this.refused.push({ line, says: `${what}: ${reasonOf(error)}` });
  }
}

function countsOf(steps: Iterable<Pick<RosterStep, 'type' | 'verb'>>): RosterResult['counts'] {
  const counts = Object.fromEntries(
    ROW_TYPES.map((type) => [type, { created: 0, updated: 0, same: 0 }]),
  ) as Record<RowType, RosterCounts>;
  for (const { type, verb } of steps) counts[type][COUNTED_AS[verb]] += 1;
  return counts;
}

const COUNTED_AS = { CREATE: 'created', UPDATE: 'updated', SAME: 'same' } as const;

/** Refusals because of something that a later step may remove. */
const GIVES_WAY: ReadonlySet<string> = new Set([
  ...['SHIFTS_OVERLAP', 'ASSIGNMENTS_OVERLAP', 'GROUP_HAS_POLICY', 'DEFAULT_POLICY_EXISTS'],
]);

function mayGiveWay({ reason, fieldViolations }: AttendanceClientError): boolean {
  return [reason, ...fieldViolations.map((each) => each.reason)].some((each) =>
    GIVES_WAY.has(each),
  );
}

const ABOUT_EVERY_CALL: ReadonlySet<status> = new Set([
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.UNIMPLEMENTED,
]);

/** Whether the service refuses this row, and not every call. */
function isRefusal(error: unknown): error is AttendanceClientError {
  if (!(error instanceof AttendanceClientError) || error.domain === '') return false;
  return !ABOUT_EVERY_CALL.has(error.code) && !isPassing(error);
}
