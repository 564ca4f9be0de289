// A month block as bytes: a CRC-32 (4 bytes, big-endian), then attendance.internal.v1.MonthBlock.
// What comes back was in somebody else's hands. Every value is checked and nothing in it is ever
// evaluated; bytes that are not exactly a block of this employee and month are no block.

import { crc32 } from 'node:zlib';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { BlockDay, BlockResult } from '../../gen/attendance/internal/v1/month_block_pb.js';
import {
  type BlockDaySchema,
  MonthBlockSchema,
} from '../../gen/attendance/internal/v1/month_block_pb.js';
import type { MonthBlock } from '../app/ports.js';
import type { DayResult, StoredDay } from '../domain/day.js';
import { ORIGINS, PORTIONS, STATUSES } from '../domain/day.js';
import type { EmployeeId } from '../domain/employee-id.js';
import type { LocalDate, LocalMonth } from '../domain/local-date.js';
import { lastDateOf } from '../domain/local-date.js';
import type { RecordTime } from '../domain/time.js';

/** Part of every key. Raise it whenever older bytes would no longer mean the same. */
export const BLOCK_FORMAT = 1;

/** Larger blocks are not kept, and larger entries not looked at. */
export const MAX_BLOCK_BYTES = 256 * 1024;

const CHECKSUM_BYTES = 4;

/** The block's bytes, or undefined when it is too large to be kept. */
export function encodeBlock(block: MonthBlock): Buffer | undefined {
  const { employeeId, employeeName, month, version } = block;
  const message = create(MonthBlockSchema, {
    employeeId,
    employeeName,
    month,
    version: BigInt(version),
    days: block.days.map(toMessage),
  });
  const body = toBinary(MonthBlockSchema, message);
  if (CHECKSUM_BYTES + body.length > MAX_BLOCK_BYTES) return undefined;
  const bytes = Buffer.allocUnsafe(CHECKSUM_BYTES + body.length);
  bytes.writeUInt32BE(crc32(body), 0);
  bytes.set(body, CHECKSUM_BYTES);
  return bytes;
}

function toMessage(day: StoredDay): MessageInitShape<typeof BlockDaySchema> {
  const { date, revision, recordedAt, result } = day;
  const header = {
    dayOfMonth: Number(date.slice(8)),
    revision,
    recordedAtUs: BigInt(recordedAt),
  };
  if (result === undefined) return header;
  const { status, origin, portion, otherHalfStatus, note } = result;
  return {
    ...header,
    // The lists stand in the contract's order, and its numbers begin at 1.
    result: {
      status: STATUSES.indexOf(status) + 1,
      origin: ORIGINS.indexOf(origin) + 1,
      portion: PORTIONS.indexOf(portion) + 1,
      otherHalfStatus: otherHalfStatus === undefined ? 0 : STATUSES.indexOf(otherHalfStatus) + 1,
      note,
    },
  };
}

/**
 * The block in the bytes, if they are one of this employee and month. `version` is the entry's,
 * which every block of it is correct as of: the block is returned with it, although a commit that
 * left this month alone may have raised it since the block was written.
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
  if (message.version > BigInt(version)) return undefined;
  const lastDay = Number(lastDateOf(month).slice(8));
  const days: StoredDay[] = [];
  let dayBefore = 0;
  for (const stored of message.days) {
    const { dayOfMonth } = stored;
    const day = dayOfMonth > dayBefore && dayOfMonth <= lastDay ? dayOf(stored, month) : undefined;
    if (day === undefined) return undefined;
    days.push(day);
    dayBefore = dayOfMonth;
  }
  return { employeeId, employeeName: message.employeeName, version, month, days };
}

function parse(body: Uint8Array) {
  try {
    return fromBinary(MonthBlockSchema, body);
  } catch {
    return undefined;
  }
}

/** `dayOfMonth` is one of the month's. */
function dayOf(stored: BlockDay, month: LocalMonth): StoredDay | undefined {
  const { dayOfMonth } = stored;
  const date = `${month}-${dayOfMonth < 10 ? '0' : ''}${dayOfMonth}` as LocalDate;
  const recordedAt = Number(stored.recordedAtUs);
  if (stored.revision < 1 || !Number.isSafeInteger(recordedAt)) return undefined;
  const header = { date, revision: stored.revision, recordedAt: recordedAt as RecordTime };
  if (stored.result === undefined) return { ...header, result: undefined };
  const result = resultOf(stored.result);
  return result === undefined ? undefined : { ...header, result };
}

function resultOf(stored: BlockResult): DayResult | undefined {
  const status = STATUSES[stored.status - 1];
  const origin = ORIGINS[stored.origin - 1];
  const portion = PORTIONS[stored.portion - 1];
  const otherHalfStatus = STATUSES[stored.otherHalfStatus - 1];
  if (status === undefined || origin === undefined || portion === undefined) return undefined;
  if (stored.otherHalfStatus !== 0 && otherHalfStatus === undefined) return undefined;
  return { status, origin, portion, otherHalfStatus, note: stored.note };
}
