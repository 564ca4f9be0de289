// The days that exist when a row begins: all employees of a calendar are marked on some dates.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import {
  BatchMarkAttendanceRequestSchema,
  BatchMarkAttendanceResponseSchema,
  MarkAttendanceRequestSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import type { UnaryClient } from '../support/unary.js';
import { BATCH_MARK_PATH, employeeId } from './calls.js';

/** The most marks of one call. */
const BATCH_SIZE = 1_000;

/** Marks employees 0 to `employees` - 1 as present on each date. Throws if a mark is refused. */
export async function markEverybody(
  client: UnaryClient,
  employees: number,
  dates: readonly string[],
): Promise<void> {
  for (const date of dates) {
    for (let first = 0; first < employees; first += BATCH_SIZE) {
      await markRange(client, first, Math.min(first + BATCH_SIZE, employees), date);
    }
  }
}

async function markRange(
  client: UnaryClient,
  first: number,
  end: number,
  date: string,
): Promise<void> {
  const requests = Array.from({ length: end - first }, (_, index) =>
    create(MarkAttendanceRequestSchema, {
      employeeId: employeeId(first + index),
      date,
      status: AttendanceStatus.PRESENT,
    }),
  );
  const batch = create(BatchMarkAttendanceRequestSchema, { requests });
  const bytes = toBinary(BatchMarkAttendanceRequestSchema, batch);
  const answer = await client.call(BATCH_MARK_PATH, bytes);
  for (const { result } of fromBinary(BatchMarkAttendanceResponseSchema, answer).results) {
    if (result.case === 'error') throw new Error(`a mark was refused: ${result.value.message}`);
  }
}
