// Shows punches to people: their numbers, local times, and remarks about each.

import { toJsonString } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Punch } from '../../client/index.js';
import { PunchSchema, PunchSource } from '../../client/index.js';
import type { Surroundings } from '../terminal/console.js';
import { table, writeLine } from '../terminal/console.js';
import { localInstantText } from '../time/local-time.js';
import { anomalyWord } from './day-text.js';
import { kindWord } from './punch-kind.js';

const HEADING = ['ID', 'TIME', 'KIND', 'SOURCE', 'DEVICE', 'EVENT', 'REMARKS'] as const;
const JSON_OPTIONS = { alwaysEmitImplicit: true };

/** One row per punch under a heading, times in `zone`; with `json` one line each. */
export async function printPunches(
  { stdout }: Surroundings,
  json: boolean,
  punches: readonly Punch[],
  zone: string,
  withHeading: boolean,
): Promise<void> {
  if (json) {
    for (const punch of punches) {
      await writeLine(stdout, toJsonString(PunchSchema, punch, JSON_OPTIONS));
    }
    return;
  }
  const lines = table(
    HEADING,
    punches.map((punch) => rowOf(punch, zone)),
  );
  for (const line of withHeading ? lines : lines.slice(1)) await writeLine(stdout, line);
}

function rowOf(punch: Punch, zone: string): readonly string[] {
  const { time, deviceId, eventId } = punch;
  return [
    punch.punchId,
    time === undefined ? '-' : localInstantText(timestampMs(time), zone),
    kindWord(punch.kind),
    (PunchSource[punch.source] ?? `source ${punch.source}`).toLowerCase(),
    deviceId || '-',
    eventId || '-',
    remarksOf(punch).join('; '),
  ];
}

function remarksOf(punch: Punch): string[] {
  const { voided, replacesPunchId, anomalies, note, labels, importId, badgeId } = punch;
  const remarks = importId === '' ? [] : [`import ${importId}`];
  if (badgeId !== '') remarks.push(`badge ${badgeId}`);
  if (voided !== undefined) {
    const by = voided.replacedByPunchId;
    const what = by === '' ? 'taken back' : `replaced by ${by}`;
    remarks.push(`${what} by ${voided.actor}: ${voided.reason}`);
  }
  if (replacesPunchId !== '') remarks.push(`replaces ${replacesPunchId}`);
  remarks.push(...anomalies.map(anomalyWord));
  remarks.push(...Object.entries(labels).map(([key, value]) => `${key}=${value}`));
  if (note !== '') remarks.push(note);
  return remarks;
}
