// What people say at a clock, and what is said of punches later, to facts. Everything that is
// wrong with a request is told at once.

import type {
  ClockInRequest,
  ReplacePunchRequest,
  VoidPunchRequest,
} from '../../../gen/attendance/v1/clock_service_pb.js';
import {
  type ClockCommand,
  COMMAND_KINDS,
  type CommandFact,
  type CommandLimits,
  type ReplaceFact,
  type VoidFact,
} from '../../app/ports/facts.js';
import type { Call } from '../edge/pipeline.js';
import { Problems } from '../edge/problems.js';
import { parseId, parseReason } from '../shared/parse.js';
import { hashOf, requestIdOf } from '../shared/payload-hash.js';
import { kindOf, parseEvidence, parsePosition } from './parse-punch.js';
import { parseSaidTime } from './punch-times.js';

/** The commands' requests have the same fields, and nothing else. */
export type CommandRequest = Omit<ClockInRequest, '$typeName' | '$unknown'>;

/** A command; throws INVALID_FIELDS. */
export function commandFact(
  command: ClockCommand,
  message: CommandRequest,
  limits: CommandLimits,
  call: Call,
): CommandFact {
  const problems = new Problems();
  const { deviceId, location } = message;
  const said = parseSaidTime(message.time, call.now, problems);
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
  // A time that was not given is no part of what was asked for: the same request, sent again
  // later, is the same.
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

/** Punches to take back; throws INVALID_FIELDS. */
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

/** A punch to put in another's place; throws INVALID_FIELDS. */
export function replaceFact(message: ReplacePunchRequest, call: Call): ReplaceFact {
  const problems = new Problems();
  const time = parseSaidTime(message.time, call.now, problems);
  const given = kindOf(message.kind);
  const punchKind = given === 'UNSPECIFIED' ? undefined : given;
  if (message.time === undefined && punchKind === undefined) {
    const description =
      'must be given, or kind, or both: they say what changes; to only void a punch, use VoidPunch';
    problems.add('time', 'TIME_REQUIRED', description);
  }
  const reason = problems.try(() => parseReason(message.reason)) ?? '';
  problems.throwIfAny();
  const punchId = Number(message.punchId);
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
