// Turns commands at a clock, and later corrections of punches, into facts. All faults of a request
// are reported together.

import type {
  ClockInRequest,
  CorrectPunchesRequest,
  PunchAddition,
  PunchReplacement,
  ReplacePunchRequest,
  VoidPunchRequest,
  PunchCorrection as WireCorrection,
} from '../../../gen/attendance/v1/clock_service_pb.js';
import {
  type ClockCommand,
  COMMAND_KINDS,
  type CommandFact,
  type CommandLimits,
  type CorrectFact,
  type PunchCorrection,
  type ReplaceFact,
  type VoidFact,
} from '../../app/ports/facts.js';
import type { Call } from '../edge/pipeline.js';
import { Problems } from '../edge/problems.js';
import { parseId, parseReason } from '../shared/parse.js';
import { hashOf, requestIdOf } from '../shared/payload-hash.js';
import { kindOf, parseEvidence, parsePosition } from './parse-punch.js';
import { parseSaidTime } from './punch-times.js';

/** The requests of all commands have these fields and no others. */
export type CommandRequest = Omit<ClockInRequest, '$typeName' | '$unknown'>;

/** Parses a command; throws INVALID_FIELDS. */
export function commandFact(
  command: ClockCommand,
  message: CommandRequest,
  limits: CommandLimits,
  call: Call,
): CommandFact {
  const problems = new Problems();
  const { deviceId, location } = message;
  const present = ', or left out for the present';
  const said = parseSaidTime(message.time, '', call.now, problems, present);
  const evidence = parseEvidence({ ...message, eventId: '' }, 'COMMAND', '', problems);
  problems.throwIfAny();
  const punch = {
    time: said ?? call.now,
    kind: COMMAND_KINDS[command],
    deviceId,
    eventId: '',
    position: location && parsePosition(location),
    flags: [],
    ...evidence,
  };
  const { position = null, timeZone, accuracyMeters, labels, note } = punch;
  // A missing time is not part of the hash: the same request, sent again later, is the same.
  const asked = [command, said ?? null, deviceId, position, timeZone, accuracyMeters, labels, note];
  return {
    kind: 'COMMAND',
    employeeId: parseId(message.employeeId),
    command,
    punch,
    isTimeGiven: said !== undefined,
    limits,
    requestId: requestIdOf(message),
    payloadHash: hashOf(...asked),
    actor: call.actor,
    receivedAt: call.now,
  };
}

/** Parses a void of punches; throws INVALID_FIELDS. */
export function voidFact(message: VoidPunchRequest, call: Call): VoidFact {
  const punchIds = message.punchIds.map(Number);
  const reason = parseReason(message.reason);
  return {
    kind: 'VOID',
    employeeId: parseId(message.employeeId),
    punchIds,
    onlyStanding: false,
    reason,
    requestId: requestIdOf(message),
    validateOnly: message.validateOnly,
    payloadHash: hashOf('VOID', punchIds, reason),
    actor: call.actor,
    receivedAt: call.now,
  };
}

/** Parses the replacement of a punch; throws INVALID_FIELDS. */
export function replaceFact(message: ReplacePunchRequest, call: Call): ReplaceFact {
  const problems = new Problems();
  const { punchId, time, punchKind } = parseReplacement(message, '', call, problems);
  const reason = problems.try(() => parseReason(message.reason)) ?? '';
  problems.throwIfAny();
  return {
    kind: 'REPLACE',
    employeeId: parseId(message.employeeId),
    punchId,
    time,
    punchKind,
    reason,
    requestId: requestIdOf(message),
    validateOnly: message.validateOnly,
    payloadHash: hashOf('REPLACE', punchId, time ?? null, punchKind ?? null, reason),
    actor: call.actor,
    receivedAt: call.now,
  };
}

type Replacement = Pick<ReplaceFact, 'punchId' | 'time' | 'punchKind'>;

/** `path` leads to the message, with its dot. */
function parseReplacement(
  message: Omit<PunchReplacement, '$typeName' | '$unknown'>,
  path: string,
  call: Call,
  problems: Problems,
): Replacement {
  const time = parseSaidTime(message.time, path, call.now, problems);
  const given = kindOf(message.kind);
  const punchKind = given === 'UNSPECIFIED' ? undefined : given;
  if (message.time === undefined && punchKind === undefined) {
    const instead = path === '' ? 'VoidPunch' : 'void';
    const description = `must be given, or kind, or both: they say what changes; to only void a punch, use ${instead}`;
    problems.add(`${path}time`, 'TIME_REQUIRED', description);
  }
  return { punchId: Number(message.punchId), time, punchKind };
}

/** Parses corrections of several punches; throws INVALID_FIELDS. */
export function correctFact(message: CorrectPunchesRequest, call: Call): CorrectFact {
  const problems = new Problems();
  const corrections = message.corrections.flatMap(
    ({ correction }, place) => parseCorrection(correction, place, call, problems) ?? [],
  );
  const reason = problems.try(() => parseReason(message.reason)) ?? '';
  addRepeatedIds(message.corrections, problems);
  problems.throwIfAny();
  return {
    kind: 'CORRECT',
    employeeId: parseId(message.employeeId),
    corrections,
    reason,
    requestId: requestIdOf(message),
    validateOnly: message.validateOnly,
    payloadHash: hashOf('CORRECT', corrections.map(hashedCorrection), reason),
    actor: call.actor,
    receivedAt: call.now,
  };
}

/** Returns undefined, and adds a problem, if the correction cannot be recorded. */
function parseCorrection(
  correction: WireCorrection['correction'],
  place: number,
  call: Call,
  problems: Problems,
): PunchCorrection | undefined {
  switch (correction.case) {
    case 'void':
      return { kind: 'VOID', punchId: Number(correction.value.punchId) };
    case 'replace': {
      const path = `corrections[${place}].replace.`;
      return { kind: 'REPLACE', ...parseReplacement(correction.value, path, call, problems) };
    }
    case 'add':
      return parseAddition(correction.value, `corrections[${place}].add.`, call, problems);
    case undefined:
      throw new Error('a correction that is none passed its rules');
  }
}

function parseAddition(
  { kind, labels, note, ...message }: PunchAddition,
  path: string,
  call: Call,
  problems: Problems,
): PunchCorrection | undefined {
  const time = parseSaidTime(message.time, path, call.now, problems);
  const fields = { deviceId: '', eventId: '', timeZone: '', labels, note };
  const evidence = parseEvidence(fields, 'CORRECTION', path, problems);
  if (time === undefined) return undefined;
  const punch = { time, kind: kindOf(kind), deviceId: '', eventId: '', position: undefined };
  return { kind: 'ADD', punch: { ...punch, flags: [], ...evidence } };
}

/** Adds a problem for a punch that is corrected more than once. */
function addRepeatedIds(corrections: readonly WireCorrection[], problems: Problems): void {
  const places = new Map<string, number>();
  for (const [place, { correction }] of corrections.entries()) {
    if (correction.case !== 'void' && correction.case !== 'replace') continue;
    const { punchId } = correction.value;
    const earlier = places.get(punchId);
    if (earlier === undefined) {
      places.set(punchId, place);
      continue;
    }
    const field = `corrections[${place}].${correction.case}.punch_id`;
    const description = `must not name punch ${punchId} again: corrections[${earlier}] does`;
    problems.add(field, 'PUNCH_ID_REPEATED', description);
  }
}

function hashedCorrection(correction: PunchCorrection): unknown {
  if (correction.kind === 'VOID') return [correction.kind, correction.punchId];
  if (correction.kind === 'REPLACE') {
    const { kind, punchId, time, punchKind } = correction;
    return [kind, punchId, time ?? null, punchKind ?? null];
  }
  const { time, kind, labels, note } = correction.punch;
  return [correction.kind, time, kind, labels, note];
}
