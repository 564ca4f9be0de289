// Badges: whose they are, and the punches that wait in quarantine for an assignment.

import { create } from '@bufbuild/protobuf';
import {
  type AssignBadgeRequest,
  AssignBadgeRequestSchema,
  AssignBadgeResponseSchema,
  BadgeAssignmentSchema,
  type DiscardQuarantinedPunchesRequest,
  DiscardQuarantinedPunchesResponseSchema,
  type EndBadgeRequest,
  EndBadgeRequestSchema,
  EndBadgeResponseSchema,
  type ListBadgesRequest,
  ListBadgesResponseSchema,
  type ListQuarantinedPunchesRequest,
  ListQuarantinedPunchesResponseSchema,
  QuarantinedPunchSchema,
  type RetractBadgeRequest,
  RetractBadgeRequestSchema,
  RetractBadgeResponseSchema,
  type BadgeAssignment as WireAssignment,
  type QuarantinedPunch as WireQuarantined,
} from '../../../gen/attendance/v1/badge_pb.js';
import type { EmployeeIds, Moments, PageTokens } from '../../app/ports/attendance-store.js';
import type {
  BadgeAssignment,
  BadgeChange,
  BadgeRules,
  BadgeStore,
  QuarantinedPunch,
} from '../../app/ports/badges.js';
import { TURNS } from '../../app/ports/turns.js';
import { readMoment } from '../../app/read/read-moment.js';
import type { FactRecorder } from '../../app/write/record-facts.js';
import { STEPS_PER_CALL, settleBadge } from '../../app/write/settle-badge.js';
import { invalidField } from '../../domain/facts/errors.js';
import { LAST_DATE } from '../../domain/time/local-date.js';
import { findZone, type Zone } from '../../domain/time/zone.js';
import { timestampOfRecord } from '../edge/instants.js';
import type { Call } from '../edge/pipeline.js';
import { countOfPage, type Size, textBytes } from '../shared/answer-size.js';
import { limitOf, placeOf, tokenOf } from '../shared/pages.js';
import {
  optional,
  parseAsOf,
  parseDate,
  parseId,
  parseReason,
  parseText,
} from '../shared/parse.js';
import { hashOfMessage, requestIdOf } from '../shared/payload-hash.js';
import { toldPunchSize, toToldPunch } from './punch-to-proto.js';

/** What the calls about badges need. */
export interface BadgePorts {
  readonly store: BadgeStore;
  readonly rules: BadgeRules;
}

export function badgeHandlers(
  store: Moments & PageTokens & EmployeeIds,
  { store: badges, rules }: BadgePorts,
  writes: FactRecorder,
) {
  const change = async (asked: BadgeChange, call: Call) => {
    const assignment = await badges.change(asked, rules, call.signal);
    const { badgeId } = asked;
    // The change is recorded, whatever happens here; the rest follows in the background.
    const settled = await settleBadge(badges, writes, badgeId, {
      maxSteps: STEPS_PER_CALL,
      now: call.now,
      signal: call.signal,
    }).catch(() => false);
    const waiting = await badges.countWaiting(badgeId, call.signal);
    return { badgeAssignment: toAssignment(assignment), waitingCount: BigInt(waiting), settled };
  };
  return {
    assignBadge: async (message: AssignBadgeRequest, call: Call) =>
      create(AssignBadgeResponseSchema, await change(assignOf(message, call), call)),
    endBadge: async (message: EndBadgeRequest, call: Call) =>
      create(EndBadgeResponseSchema, await change(endOf(message, call), call)),
    retractBadge: async (message: RetractBadgeRequest, call: Call) =>
      create(RetractBadgeResponseSchema, await change(retractOf(message, call), call)),
    listBadges: (message: ListBadgesRequest, call: Call) => list(store, badges, message, call),
    listQuarantinedPunches: (message: ListQuarantinedPunchesRequest, call: Call) =>
      listQuarantined(store, badges, message, call),
    discardQuarantinedPunches: async (message: DiscardQuarantinedPunchesRequest, call: Call) => {
      const why = { actor: call.actor, reason: parseReason(message.reason) };
      const ids = message.quarantineIds.map(Number);
      const discardedCount = await badges.discard(ids, why, call.signal);
      return create(DiscardQuarantinedPunchesResponseSchema, { discardedCount });
    },
  };
}

function assignOf(message: AssignBadgeRequest, call: Call): BadgeChange {
  const startDate = dateOf(message.startDate, 'start_date');
  const endDate = message.endDate === '' ? undefined : dateOf(message.endDate, 'end_date');
  if (endDate !== undefined && endDate < startDate) {
    const description = `must not be before start_date; ${endDate} is before ${startDate}`;
    throw invalidField('end_date', 'END_DATE_BEFORE_START_DATE', description);
  }
  return {
    kind: 'ASSIGN',
    badgeId: message.badgeId,
    employeeId: parseId(message.employeeId),
    startDate,
    endDate,
    zone: zoneOf(message.timeZone),
    handOn: message.handOn,
    reason: parseText(message.reason, 'reason', ''),
    actor: call.actor,
    requestId: requestIdOf(message),
    payloadHash: hashOfMessage(AssignBadgeRequestSchema, message),
  };
}

function endOf(message: EndBadgeRequest, call: Call): BadgeChange {
  return {
    kind: 'END',
    badgeId: message.badgeId,
    assignmentId: Number(message.assignmentId),
    endDate: dateOf(message.endDate, 'end_date'),
    reason: parseText(message.reason, 'reason', ''),
    actor: call.actor,
    requestId: requestIdOf(message),
    payloadHash: hashOfMessage(EndBadgeRequestSchema, message),
  };
}

function retractOf(message: RetractBadgeRequest, call: Call): BadgeChange {
  return {
    kind: 'RETRACT',
    badgeId: message.badgeId,
    assignmentId: Number(message.assignmentId),
    reason: parseReason(message.reason),
    actor: call.actor,
    requestId: requestIdOf(message),
    payloadHash: hashOfMessage(RetractBadgeRequestSchema, message),
  };
}

/** Refuses the last date: no day follows it at whose start an assignment could end. */
function dateOf(value: string, name: string) {
  const date = parseDate(value, name);
  if (date !== LAST_DATE) return date;
  throw invalidField(name, 'DATE_TOO_LATE', `must be before ${LAST_DATE}; leave out for no end`);
}

function zoneOf(name: string): Zone | undefined {
  if (name === '') return undefined;
  const zone = findZone(name);
  if (zone !== undefined) return zone;
  const description =
    'must be the exact IANA name of a time zone, such as Europe/Berlin, or empty for the default';
  throw invalidField('time_zone', 'TIME_ZONE_UNKNOWN', description);
}

async function list(
  store: Moments & PageTokens & EmployeeIds,
  badges: BadgeStore,
  message: ListBadgesRequest,
  call: Call,
) {
  const badgeId = optional(message.badgeId);
  const employeeId = message.employeeId === '' ? undefined : parseId(message.employeeId);
  const { includeSuperseded } = message;
  const wanted = parseAsOf(message.asOfTime);
  const { asOf } = await readMoment(store, wanted, call.now, call.signal);
  const bound = [
    'ListBadges',
    badgeId ?? null,
    employeeId ?? null,
    asOf ?? null,
    includeSuperseded,
  ];
  const place = await placeOf(store, bound, message.pageToken);
  const after = place && {
    badgeId: String(place[0]),
    assignmentId: Number(place[1]),
    revision: Number(place[2]),
  };
  const limit = limitOf(message);
  const query = { badgeId, employeeId, asOf, includeSuperseded, after, limit: limit + 1 };
  const found = await badges.list(query, call.signal);
  const page = found.slice(0, await countOfPage(found.slice(0, limit), assignmentSize));
  const last = page.length < found.length ? page.at(-1) : undefined;
  return create(ListBadgesResponseSchema, {
    badgeAssignments: await TURNS.map(page, toAssignment, call.signal),
    nextPageToken: await tokenOf(
      store,
      bound,
      last && [last.badgeId, last.assignmentId, last.revision],
    ),
  });
}

async function listQuarantined(
  store: Moments & PageTokens & EmployeeIds,
  badges: BadgeStore,
  message: ListQuarantinedPunchesRequest,
  call: Call,
) {
  const badgeId = optional(message.badgeId);
  const bound = ['ListQuarantinedPunches', badgeId ?? null];
  const place = await placeOf(store, bound, message.pageToken);
  const limit = limitOf(message);
  const query = { badgeId, after: Number(place?.[0] ?? 0), limit: limit + 1 };
  const found = await badges.listQuarantined(query, call.signal);
  const page = found.slice(0, await countOfPage(found.slice(0, limit), quarantinedSize));
  const last = page.length < found.length ? page.at(-1) : undefined;
  return create(ListQuarantinedPunchesResponseSchema, {
    quarantinedPunches: await TURNS.map(page, toQuarantined, call.signal),
    nextPageToken: await tokenOf(store, bound, last && [last.quarantineId]),
    totalCount: BigInt(await badges.countWaiting(undefined, call.signal)),
  });
}

function toAssignment(assignment: BadgeAssignment): WireAssignment {
  const { superseded } = assignment;
  return create(BadgeAssignmentSchema, {
    assignmentId: String(assignment.assignmentId),
    badgeId: assignment.badgeId,
    employeeId: assignment.employeeId,
    startDate: assignment.startDate,
    endDate: assignment.endDate ?? '',
    timeZone: assignment.timeZone,
    revision: assignment.revision,
    actor: assignment.actor,
    reason: assignment.reason,
    recordTime: timestampOfRecord(assignment.recordedAt),
    ...(superseded === undefined
      ? {}
      : {
          supersedeTime: timestampOfRecord(superseded.at),
          supersedeActor: superseded.actor,
          supersedeReason: superseded.reason,
        }),
  });
}

function toQuarantined(waiting: QuarantinedPunch): WireQuarantined {
  const { punch, actor, receivedAt, importId, badgeId } = waiting;
  return create(QuarantinedPunchSchema, {
    quarantineId: String(waiting.quarantineId),
    punch: toToldPunch(punch, { actor, receivedAt, importId, badgeId }),
    quarantineTime: timestampOfRecord(waiting.quarantinedAt),
    blockedReason: waiting.blocked,
  });
}

/** Bytes in JSON without texts: field names, ids, times. Generous estimates. */
const ASSIGNMENT_BYTES = 700;
const QUARANTINED_BYTES = 250;

function assignmentSize({ actor, reason, superseded }: BadgeAssignment): Size {
  const texts = [actor, reason, superseded?.actor ?? '', superseded?.reason ?? ''];
  return {
    structure: ASSIGNMENT_BYTES,
    texts: texts.reduce((sum, each) => sum + textBytes(each), 0),
  };
}

function quarantinedSize({ punch, actor }: QuarantinedPunch): Size {
  const { structure, texts } = toldPunchSize(punch, actor);
  return { structure: structure + QUARANTINED_BYTES, texts };
}
