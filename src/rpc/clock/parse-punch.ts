// Parses punches, both recorded and simulated. The rules in the proto have checked the form of
// every field; other faults are added to the problems.

import type {
  Location,
  Punch as WirePunch,
  PunchKind as WirePunchKind,
  PunchSource as WirePunchSource,
} from '../../../gen/attendance/v1/punch_pb.js';
import { PUNCH_KINDS, type Punch, type PunchFlag } from '../../domain/facts/punch.js';
import {
  PUNCH_SOURCES,
  type PunchEvidence,
  type PunchSource,
  type ToldPunch,
} from '../../domain/facts/recorded-punch.js';
import { findZone } from '../../domain/time/zone.js';
import { quoted } from '../edge/free-text.js';
import type { Problems } from '../edge/problems.js';
import { parsePunchTime } from './punch-times.js';

const NO_FLAGS: readonly PunchFlag[] = [];
const NO_LABELS: PunchEvidence['labels'] = {};

/**
 * The part of a punch that the rules use. Returns undefined, and adds a problem, if its time is out
 * of range. `path` leads to the punch, with its dot.
 */
export function parsePunch(
  message: WirePunch,
  path: string,
  problems: Problems,
): Punch | undefined {
  // The proto requires it.
  if (message.time === undefined) throw new Error('a punch without a time passed its rules');
  const { kind, deviceId, eventId, location } = message;
  const time = parsePunchTime(message.time, path, problems);
  if (time === undefined) return undefined;
  const position = location && parsePosition(location);
  const accuracyMeters = location?.accuracyMeters ?? 0;
  return {
    time,
    kind: kindOf(kind),
    deviceId,
    eventId,
    position,
    accuracyMeters,
    flags: NO_FLAGS,
  };
}

/** Copies field by field: spreading both objects takes longer than all other work here. */
export function toldPunch(
  punch: Punch,
  evidence: PunchEvidence,
  flags: readonly PunchFlag[],
): ToldPunch {
  return {
    time: punch.time,
    kind: punch.kind,
    deviceId: punch.deviceId,
    eventId: punch.eventId,
    position: punch.position,
    flags,
    source: evidence.source,
    timeZone: evidence.timeZone,
    accuracyMeters: evidence.accuracyMeters,
    labels: evidence.labels,
    note: evidence.note,
  };
}

export function parsePosition({ latitude, longitude }: Location): NonNullable<Punch['position']> {
  // The proto requires both, because 0 is a valid coordinate.
  if (latitude === undefined || longitude === undefined) {
    throw new Error('a location without a position passed its rules');
  }
  return { latitude, longitude };
}

/** The domain's list has the order of the contract's numbers, which begin at 0 here. */
export function kindOf(value: WirePunchKind): Punch['kind'] {
  const kind = PUNCH_KINDS[value];
  if (kind === undefined) throw new RangeError(`no rule of the proto refused the kind ${value}`);
  return kind;
}

/** The ids of a punch and its evidence, as messages have them. */
export interface EvidenceFields {
  readonly deviceId: string;
  readonly eventId: string;
  readonly location?: Location | undefined;
  readonly timeZone: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly note: string;
}

/** Parses the evidence, which no rule uses. Adds problems for values that cannot be stored. */
export function parseEvidence(
  message: EvidenceFields,
  source: PunchSource,
  path: string,
  problems: Problems,
): PunchEvidence {
  const { location, timeZone, note } = message;
  checkDevice(message, path, problems);
  problems.addText(note, `${path}note`, 'lines');
  if (timeZone !== '' && findZone(timeZone) === undefined) {
    const description =
      'must be the exact IANA name of a time zone, such as Europe/Berlin, or empty if unknown; ' +
      `it is ${quoted(timeZone)}`;
    problems.add(`${path}time_zone`, 'TIME_ZONE_UNKNOWN', description);
  }
  const labels = parseLabels(message.labels, `${path}labels`, problems);
  return { source, timeZone, accuracyMeters: location?.accuracyMeters ?? 0, labels, note };
}

/** Checks the ids by which the rules recognize a punch. */
export function checkDevice(
  { deviceId, eventId }: Pick<EvidenceFields, 'deviceId' | 'eventId'>,
  path: string,
  problems: Problems,
): void {
  problems.addText(deviceId, `${path}device_id`, 'line');
  problems.addText(eventId, `${path}event_id`, 'line');
}

/** Sorted by key, so that equal labels give equal bytes. Every key is kept as it is. */
function parseLabels(
  labels: Readonly<Record<string, string>>,
  field: string,
  problems: Problems,
): PunchEvidence['labels'] {
  const keys = Object.keys(labels);
  if (keys.length === 0) return NO_LABELS;
  const parsed = keys.sort().map((key) => [key, labels[key] ?? ''] as const);
  for (const text of parsed.flat()) problems.addText(text, field, 'line');
  // Setting the keys one by one would not store `__proto__` as a key.
  return Object.fromEntries(parsed);
}

/** The source of a recorded punch. Adds a problem for a source that only the service may set. */
export function parseSource(value: WirePunchSource, path: string, problems: Problems): PunchSource {
  const source = value === 0 ? 'DEVICE' : PUNCH_SOURCES[value - 1];
  if (source === 'DEVICE' || source === 'FILE') return source;
  const description =
    'must be PUNCH_SOURCE_DEVICE or PUNCH_SOURCE_FILE, or left out: people use ClockIn, ' +
    'ClockOut, StartBreak and EndBreak, and corrections use ReplacePunch or CorrectPunches';
  problems.add(`${path}source`, 'SOURCE_INVALID', description);
  return 'DEVICE';
}
