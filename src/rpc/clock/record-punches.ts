// Logs of punches. Each punch is checked alone, and the valid ones are recorded together. A refused
// punch never affects the others.

import { create } from '@bufbuild/protobuf';
import {
  type ImportPunchesRequest,
  type ImportRejection,
  ImportRejectionSchema,
  PunchOutcome,
  type RecordPunchesRequest,
  type RecordPunchResult,
  RecordPunchResultSchema,
} from '../../../gen/attendance/v1/clock_service_pb.js';
import { PunchSchema, type Punch as WirePunch } from '../../../gen/attendance/v1/punch_pb.js';
import type { Status } from '../../../gen/google/rpc/status_pb.js';
import type { BadgeStore } from '../../app/ports/badges.js';
import { type ClockLimits, NO_PAYLOAD_HASH, type PunchFact } from '../../app/ports/facts.js';
import { TURNS } from '../../app/ports/turns.js';
import type { FactRecorder } from '../../app/write/record-facts.js';
import { type LoggedPunch, type LogResult, recordLog } from '../../app/write/record-log.js';
import type { FieldViolation } from '../../domain/facts/errors.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import type { Instant } from '../../domain/time/time.js';
import { refusal } from '../edge/field-help.js';
import { itemError } from '../edge/item-error.js';
import type { Call } from '../edge/pipeline.js';
import { Problems } from '../edge/problems.js';
import { violationsOf } from '../edge/validate.js';
import { MAX_ANSWER_BYTES } from '../shared/answer-size.js';
import { parseId } from '../shared/parse.js';
import { anomalyNumber } from '../shared/to-proto.js';
import { parseEvidence, parsePunch, parseSource, toldPunch } from './parse-punch.js';
import { isPlainPunch } from './punch-fast-check.js';
import { isSkewed, toldFlags } from './punch-times.js';

/** The fields that both requests have. */
type Chunk = Omit<ImportPunchesRequest, '$typeName' | '$unknown'>;

/** What applies to all punches of a chunk. */
type ChunkTerms = Pick<PunchFact, 'importId' | 'restore' | 'validateOnly'> & {
  readonly isDeviceSkewed: boolean;
  /** An earlier punch of a device is flagged as one of a wrong clock; undefined: none is. */
  readonly oldest: Instant | undefined;
};

type SkewLimit = Pick<ClockLimits, 'skewAfterDays'>;

const DAY_MS = 86_400_000;

/** The most refused fields that are reported per punch; an answer may have a thousand punches. */
export const MAX_PUNCH_VIOLATIONS = 3;

/** The most rejections that the answer to an import reports. */
export const MAX_REJECTIONS = 1000;

/** Bytes of a result without an error, in JSON. */
const RESULT_BYTES = 200;

/** Bytes in JSON without texts: an error with its ErrorInfo and BadRequest, and one violation. */
const ERROR_BYTES = 500;
const VIOLATION_BYTES = 100;

type Checked =
  | { readonly fact: LoggedPunch; readonly error?: never }
  | { readonly fact?: never; readonly error: Status };

/** Returns the outcome of each punch, in order. */
export async function recordPunches(
  badges: BadgeStore,
  writes: FactRecorder,
  request: RecordPunchesRequest,
  limits: SkewLimit,
  call: Call,
): Promise<RecordPunchResult[]> {
  const { validateOnly } = request;
  const checked = await checkAll(request, validateOnly, limits, call);
  const outcomes = await record(badges, writes, checked, call);
  // The punches are recorded, so the answer does not stop if the caller has gone: it may ask again.
  return await TURNS.map(outcomes, ({ outcome, punch, restored, error, quarantine }) => {
    const message = create(RecordPunchResultSchema);
    message.outcome = outcome;
    if (error !== undefined) message.error = error;
    if (punch !== undefined) {
      // A punch that was only validated has no number.
      const isKept = !validateOnly || outcome === PunchOutcome.DUPLICATE;
      if (isKept) message.punchId = String(punch.punchId);
      message.restored = restored;
      message.anomalies = punch.flags.map(anomalyNumber);
      message.voided = punch.voided !== undefined;
      if (punch.badgeId !== undefined) message.employeeId = punch.employeeId;
    }
    if (quarantine?.quarantineId !== undefined) {
      message.quarantineId = String(quarantine.quarantineId);
      message.voided = quarantine.discarded;
    }
    return message;
  });
}

/** The outcome of a whole log. */
export interface ImportCounts {
  recordedCount: bigint;
  duplicateCount: bigint;
  rejectedCount: bigint;
  quarantinedCount: bigint;
  /** The first rejections that fit, at most MAX_REJECTIONS. */
  readonly rejections: ImportRejection[];
}

/**
 * Records chunk by chunk: reads the next one after the previous one is committed. Keeps one chunk
 * and the counts in memory.
 */
export async function importPunches(
  badges: BadgeStore,
  writes: FactRecorder,
  chunks: AsyncIterable<Chunk>,
  limits: SkewLimit,
  call: Call,
): Promise<ImportCounts> {
  const counts = { recordedCount: 0n, duplicateCount: 0n, rejectedCount: 0n, quarantinedCount: 0n };
  const rejections: ImportRejection[] = [];
  let index = 0;
  let bytes = 0;
  for await (const chunk of chunks) {
    // Each chunk has its own moment, because an import can take longer than MAX_SKEW_MS.
    const now = { ...call, now: call.clock() };
    const outcomes = await record(badges, writes, await checkAll(chunk, false, limits, now), now);
    for (const { outcome, error } of outcomes) {
      if (outcome === PunchOutcome.RECORDED) counts.recordedCount += 1n;
      else if (outcome === PunchOutcome.DUPLICATE) counts.duplicateCount += 1n;
      else if (outcome === PunchOutcome.QUARANTINED) counts.quarantinedCount += 1n;
      else counts.rejectedCount += 1n;
      if (error !== undefined && rejections.length < MAX_REJECTIONS) {
        bytes += RESULT_BYTES + errorBytes(error);
        if (bytes <= MAX_ANSWER_BYTES) {
          rejections.push(create(ImportRejectionSchema, { index: BigInt(index), error }));
        }
      }
      index += 1;
    }
  }
  return { ...counts, rejections };
}

async function checkAll(
  { punches, deviceTime, importId, restore }: Chunk,
  validateOnly: boolean,
  { skewAfterDays }: SkewLimit,
  call: Call,
): Promise<Checked[]> {
  const terms: ChunkTerms = {
    importId: importId === '' ? undefined : importId,
    restore,
    validateOnly,
    isDeviceSkewed: isSkewed(deviceTime, call.now),
    // An import brings an old log on purpose.
    oldest: importId === '' ? ((call.now - skewAfterDays * DAY_MS) as Instant) : undefined,
  };
  return await TURNS.map(
    punches,
    (punch, index) => checkPunch(punch, `punches[${index}].`, call, terms),
    call.signal,
  );
}

function checkPunch(
  message: WirePunch,
  path: string,
  call: Call,
  { isDeviceSkewed, oldest, importId, restore, validateOnly }: ChunkTerms,
): Checked {
  const violations = formOf(message, path);
  if (violations.length > 0) return rejected(violations, call);
  const problems = new Problems();
  const told = parsePunch(message, path, problems);
  const source = parseSource(message.source, path, problems);
  const evidence = parseEvidence(message, source, path, problems);
  if (told === undefined || !problems.isEmpty) return rejected(problems.violations, call);
  const isTooOld = source === 'DEVICE' && oldest !== undefined && told.time < oldest;
  const flags = toldFlags(told.time, call.now, isDeviceSkewed || isTooOld);
  const punch = toldPunch(told, evidence, flags);
  const fact = {
    kind: 'PUNCH',
    punch,
    importId,
    restore,
    validateOnly,
    requestId: undefined,
    payloadHash: NO_PAYLOAD_HASH,
    actor: call.actor,
    receivedAt: call.now,
  } as const;
  const { badgeId } = message;
  if (badgeId !== '') return { fact: { ...fact, badgeId } };
  return { fact: { ...fact, employeeId: parseId(message.employeeId, path) } };
}

/**
 * The contract's rules for a punch, and that it names an employee or a badge, unlike a simulated
 * one.
 */
function formOf(message: WirePunch, path: string): readonly FieldViolation[] {
  if (isPlainPunch(message)) return [];
  const violations = violationsOf(PunchSchema, message, path);
  const { employeeId, badgeId } = message;
  if ((employeeId === '') !== (badgeId === '')) return violations;
  if (employeeId === '') return [...violations, refusal(`${path}employee_id`, 'employee_id', '')];
  const description = 'must be empty where employee_id is given: a punch is told of one of them';
  return [...violations, { field: `${path}badge_id`, reason: 'BADGE_ID_INVALID', description }];
}

function rejected(violations: readonly FieldViolation[], call: Call): Checked {
  return { error: itemError({ kind: 'INVALID_FIELDS', violations }, call, MAX_PUNCH_VIOLATIONS) };
}

/** The message repeats each violation, and JSON may need two bytes for one. */
function errorBytes({ message }: Status): number {
  return ERROR_BYTES + MAX_PUNCH_VIOLATIONS * VIOLATION_BYTES + 4 * Buffer.byteLength(message);
}

interface Outcome {
  readonly outcome: PunchOutcome;
  readonly punch: RecordedPunch | undefined;
  readonly restored: boolean;
  readonly error: Status | undefined;
  /** The place in quarantine, if the punch is there. */
  readonly quarantine: Quarantine | undefined;
}

type Quarantine = Extract<LogResult, { readonly quarantine: unknown }>['quarantine'];

/** Records the valid items; returns one outcome per item. */
async function record(
  badges: BadgeStore,
  writes: FactRecorder,
  checked: readonly Checked[],
  call: Call,
): Promise<Outcome[]> {
  const facts = checked.flatMap(({ fact }) => fact ?? []);
  const recorded = await recordLog(badges, writes, facts, call.signal);
  let next = 0;
  return checked.map((item): Outcome => {
    if (item.error !== undefined) return refused(item.error);
    const result = recorded[next];
    next += 1;
    if (result === undefined) throw new Error('a batch has fewer results than facts');
    if ('quarantine' in result) return waiting(result.quarantine);
    if (result.failure !== undefined) return refused(itemError(result.failure, call));
    const [punch] = result.punches;
    if (punch === undefined) throw new Error('a punch was recorded and is not there');
    const outcome = result.duplicate ? PunchOutcome.DUPLICATE : PunchOutcome.RECORDED;
    return { outcome, punch, restored: result.restored, error: undefined, quarantine: undefined };
  });
}

function refused(error: Status): Outcome {
  const outcome = PunchOutcome.REJECTED;
  return { outcome, punch: undefined, restored: false, error, quarantine: undefined };
}

function waiting(quarantine: Quarantine): Outcome {
  const outcome = PunchOutcome[quarantine.kind];
  return { outcome, punch: undefined, restored: false, error: undefined, quarantine };
}
