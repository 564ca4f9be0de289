// Turns recorded punches into messages, and estimates their sizes.

import { create } from '@bufbuild/protobuf';
import {
  LocationSchema,
  PunchSchema,
  PunchVoidSchema,
  type PunchKind as WireKind,
  type Punch as WirePunch,
  type PunchSource as WireSource,
} from '../../../gen/attendance/v1/punch_pb.js';
import { PUNCH_KINDS } from '../../domain/facts/punch.js';
import {
  PUNCH_SOURCES,
  type PunchVoid,
  type RecordedPunch,
  type ToldPunch,
} from '../../domain/facts/recorded-punch.js';
import { timestampOfInstant, timestampOfRecord } from '../edge/instants.js';
import { MAX_ANSWER_BYTES, type Size, textBytes } from '../shared/answer-size.js';
import { anomalyNumber } from '../shared/to-proto.js';

/** Field by field, because answers can hold whole logs. */
export function toPunch(punch: RecordedPunch): WirePunch {
  const message = toToldPunch(punch, punch);
  message.employeeId = punch.employeeId;
  message.punchId = String(punch.punchId);
  if (punch.replaces !== undefined) message.replacesPunchId = String(punch.replaces);
  if (punch.voided !== undefined) message.voided = toVoid(punch.voided);
  return message;
}

/** How a punch reached the service. */
type Telling = Pick<RecordedPunch, 'actor' | 'receivedAt' | 'importId' | 'badgeId'>;

/** A punch that may not belong to an employee yet. */
export function toToldPunch(punch: ToldPunch, telling: Telling): WirePunch {
  const message = create(PunchSchema);
  message.time = timestampOfInstant(punch.time);
  // The domain's list has the order of the contract's numbers, which begin at 0 here.
  message.kind = PUNCH_KINDS.indexOf(punch.kind) as WireKind;
  message.deviceId = punch.deviceId;
  message.eventId = punch.eventId;
  if (punch.position !== undefined) {
    const location = create(LocationSchema);
    location.latitude = punch.position.latitude;
    location.longitude = punch.position.longitude;
    location.accuracyMeters = punch.accuracyMeters;
    message.location = location;
  }
  message.timeZone = punch.timeZone;
  message.source = (PUNCH_SOURCES.indexOf(punch.source) + 1) as WireSource;
  message.labels = { ...punch.labels };
  message.note = punch.note;
  message.receiveTime = timestampOfInstant(telling.receivedAt);
  message.actor = telling.actor;
  message.anomalies = punch.flags.map(anomalyNumber);
  if (telling.importId !== undefined) message.importId = telling.importId;
  if (telling.badgeId !== undefined) message.badgeId = telling.badgeId;
  return message;
}

function toVoid({ at, actor, reason, replacedBy }: PunchVoid) {
  return create(PunchVoidSchema, {
    voidTime: timestampOfRecord(at),
    actor,
    reason,
    replacedByPunchId: replacedBy === undefined ? '' : String(replacedBy),
  });
}

/**
 * Bytes of a punch in JSON without texts: field names, ids, times, numbers. A generous estimate.
 */
const PUNCH_BYTES = 900;
const LABEL_BYTES = 6;
const VOID_BYTES = 150;

/** The texts of a punch. */
interface PunchTexts {
  readonly deviceId: string;
  readonly eventId: string;
  readonly timeZone: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly note: string;
}

export function toldPunchSize(told: PunchTexts, actor: string): Size {
  const { deviceId, eventId, timeZone, labels, note } = told;
  let structure = PUNCH_BYTES;
  let texts = textBytes(deviceId) + textBytes(eventId) + textBytes(timeZone);
  texts += textBytes(note) + textBytes(actor);
  for (const key of Object.keys(labels)) {
    structure += LABEL_BYTES + textBytes(key);
    texts += textBytes(labels[key] ?? '');
  }
  return { structure, texts };
}

/** The maximum size of a punch in an answer, in bytes. */
export function punchSize(punch: RecordedPunch): Size {
  const { structure, texts } = toldPunchSize(punch, punch.actor);
  if (punch.voided === undefined) return { structure, texts };
  const { actor, reason } = punch.voided;
  return {
    structure: structure + VOID_BYTES,
    texts: texts + textBytes(actor) + textBytes(reason),
  };
}

/**
 * Fits punches into an answer that has no pages. If they are too large, their labels, notes and
 * reasons of voids are left out: the contract says so, and ListPunches has them. Only punches that
 * were recorded earlier can be so large.
 */
export function fitPunches(punches: readonly RecordedPunch[]): readonly RecordedPunch[] {
  return punchesBytes(punches) <= MAX_ANSWER_BYTES ? punches : punches.map(withoutTexts);
}

/** The maximum size of the punches in an answer, in bytes. */
export function punchesBytes(punches: readonly RecordedPunch[]): number {
  return punches.reduce((sum, punch) => {
    const { structure, texts } = punchSize(punch);
    return sum + structure + texts;
  }, 0);
}

function withoutTexts(punch: RecordedPunch): RecordedPunch {
  const voided = punch.voided && { ...punch.voided, reason: '' };
  return { ...punch, labels: {}, note: '', voided };
}
