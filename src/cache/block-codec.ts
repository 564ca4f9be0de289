// A month block as bytes: a CRC-32 (4 bytes, big-endian), then attendance.internal.v1.MonthBlock.
// The bytes may have been changed by others, so every value is checked and nothing is ever
// evaluated. Bytes that are not exactly a block of this employee and month are rejected.

import { crc32 } from 'node:zlib';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  MonthBlockSchema,
  type MonthBlock as StoredBlock,
} from '../../gen/attendance/internal/v1/month_block_pb.js';
import type { MonthBlock } from '../app/ports/day-reads.js';
import type { KnownDay } from '../domain/engine/day-under-plan.js';
import { ORIGINS, PORTIONS, STATUSES } from '../domain/facts/day.js';
import type { EmployeeId } from '../domain/facts/employee-id.js';
import { leaveTimesText, parseLeaveTimesText } from '../domain/facts/leave-times-text.js';
import { type LocalDate, type LocalMonth, lastDateOf } from '../domain/time/local-date.js';
import type { RecordTime } from '../domain/time/time.js';
import { WorkReader, WorkWriter } from './work-numbers.js';

/** Part of every key. Raise it whenever older bytes would change their meaning. */
export const BLOCK_FORMAT = 6;

/** Larger blocks are not kept, and larger entries are not read. */
export const MAX_BLOCK_BYTES = 256 * 1024;

const CHECKSUM_BYTES = 4;

/** The block's bytes; undefined if it cannot be kept: too large, or outside the format. */
export function encodeBlock(block: MonthBlock): Buffer | undefined {
  const { employeeId, employeeName, month, version, rosterVersion } = block;
  const message = create(MonthBlockSchema, { employeeId, employeeName, month });
  message.version = BigInt(version);
  message.rosterVersion = BigInt(rosterVersion);
  const works = new WorkWriter();
  for (const { date, revision, recordedAt, result } of block.days) {
    message.daysOfMonth.push(Number(date.slice(8)));
    message.revisions.push(revision);
    message.recordedAtUs.push(BigInt(recordedAt ?? 0));
    message.statuses.push(numberOf(STATUSES, result.status));
    message.origins.push(numberOf(ORIGINS, result.origin));
    message.portions.push(numberOf(PORTIONS, result.portion));
    message.otherHalfStatuses.push(numberOf(STATUSES, result.otherHalfStatus));
    message.leaveTypeIds.push(result.leaveTypeId ?? '');
    message.otherHalfLeaveTypeIds.push(result.otherHalfLeaveTypeId ?? '');
    message.leaveTimes.push(leaveTimesText(result.leaveTimes));
    message.notes.push(result.note);
    works.add(date, result.work);
  }
  if (!works.isComplete) return undefined;
  message.workNumbers = works.numbers;
  message.names = works.names;
  message.zones = block.zones.map(({ name }) => name);
  message.zoneFirstDays = block.zones.map(({ firstDay }) => firstDay);
  const body = toBinary(MonthBlockSchema, message);
  if (CHECKSUM_BYTES + body.length > MAX_BLOCK_BYTES) return undefined;
  const bytes = Buffer.allocUnsafe(CHECKSUM_BYTES + body.length);
  bytes.writeUInt32BE(crc32(body), 0);
  bytes.set(body, CHECKSUM_BYTES);
  return bytes;
}

/** The lists are in the contract's order, and its numbers begin at 1; 0 means none. */
function numberOf<T>(list: readonly T[], word: T | undefined): number {
  return word === undefined ? 0 : list.indexOf(word) + 1;
}

/**
 * The block in the bytes, if they are one of this employee and month. `version` is that of the
 * entry, as of which all its blocks are correct. The block is returned with it, although a commit
 * that did not change this month may have raised it since the block was written.
 */
export function decodeBlock(
  bytes: Buffer,
  employeeId: EmployeeId,
  month: LocalMonth,
  version: number,
): MonthBlock | undefined {
  if (bytes.length < CHECKSUM_BYTES || bytes.length > MAX_BLOCK_BYTES) return undefined;
  const body = bytes.subarray(CHECKSUM_BYTES);
  if (bytes.readUInt32BE(0) !== crc32(body)) return undefined;
  const message = parse(body);
  if (message === undefined || message.employeeId !== employeeId || message.month !== month) {
    return undefined;
  }
  const rosterVersion = Number(message.rosterVersion);
  if (message.version > BigInt(version) || !Number.isSafeInteger(rosterVersion)) return undefined;
  if (!columnsMatch(message)) return undefined;
  const lastDay = Number(lastDateOf(month).slice(8));
  const works = new WorkReader(message.workNumbers, message.names);
  const days: KnownDay[] = [];
  let dayBefore = 0;
  for (const [at, dayOfMonth] of message.daysOfMonth.entries()) {
    if (dayOfMonth <= dayBefore || dayOfMonth > lastDay) return undefined;
    const date = `${month}-${dayOfMonth < 10 ? '0' : ''}${dayOfMonth}` as LocalDate;
    const day = dayAt(message, at, date, works);
    if (day === undefined) return undefined;
    days.push(day);
    dayBefore = dayOfMonth;
  }
  if (!works.isAtEnd) return undefined;
  const zones = zonesIn(message);
  if (zones === undefined) return undefined;
  const { employeeName } = message;
  return { employeeId, employeeName, version, rosterVersion, month, zones, days };
}

function zonesIn({ zones, zoneFirstDays }: StoredBlock): MonthBlock['zones'] | undefined {
  if (zones.length !== zoneFirstDays.length) return undefined;
  return zones.map((name, at) => ({ name, firstDay: zoneFirstDays[at] ?? 1 }));
}

function parse(body: Uint8Array): StoredBlock | undefined {
  try {
    return fromBinary(MonthBlockSchema, body);
  } catch {
    return undefined;
  }
}

function columnsMatch(message: StoredBlock): boolean {
  const { length } = message.daysOfMonth;
  return (
    message.revisions.length === length &&
    message.recordedAtUs.length === length &&
    message.statuses.length === length &&
    message.origins.length === length &&
    message.portions.length === length &&
    message.otherHalfStatuses.length === length &&
    message.leaveTypeIds.length === length &&
    message.otherHalfLeaveTypeIds.length === length &&
    message.leaveTimes.length === length &&
    message.notes.length === length
  );
}

function dayAt(
  message: StoredBlock,
  at: number,
  date: LocalDate,
  works: WorkReader,
): KnownDay | undefined {
  const revision = message.revisions[at] ?? 0;
  const recordedAt = Number(message.recordedAtUs[at]) as RecordTime;
  if (!Number.isSafeInteger(recordedAt)) return undefined;
  const otherHalf = message.otherHalfStatuses[at] ?? 0;
  const status = STATUSES[(message.statuses[at] ?? 0) - 1];
  const origin = ORIGINS[(message.origins[at] ?? 0) - 1];
  const portion = PORTIONS[(message.portions[at] ?? 0) - 1];
  const otherHalfStatus = STATUSES[otherHalf - 1];
  if (status === undefined || origin === undefined || portion === undefined) return undefined;
  const leaveTimes = parseLeaveTimesText(message.leaveTimes[at] ?? '');
  if (leaveTimes === undefined) return undefined;
  if (otherHalf !== 0 && otherHalfStatus === undefined) return undefined;
  const work = works.next(date);
  if (work === undefined) return undefined;
  const result = {
    status,
    origin,
    portion,
    otherHalfStatus,
    leaveTypeId: message.leaveTypeIds[at] || undefined,
    otherHalfLeaveTypeId: message.otherHalfLeaveTypeIds[at] || undefined,
    leaveTimes,
    note: message.notes[at] ?? '',
    work,
  };
  // A day never stored has neither; no day has only one of them.
  if (revision === 0) {
    return recordedAt === 0 ? { date, result, revision, recordedAt: undefined } : undefined;
  }
  return { date, result, revision, recordedAt };
}
