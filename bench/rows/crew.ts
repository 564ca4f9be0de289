// The company whose punches are recorded: all employees work one shift, six to six, every day.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import {
  PunchOutcome,
  RecordPunchesRequestSchema,
  RecordPunchesResponseSchema,
} from '../../gen/attendance/v1/clock_service_pb.js';
import { PunchSchema } from '../../gen/attendance/v1/punch_pb.js';
import {
  CreateEmployeeRequestSchema,
  CreateShiftRequestSchema,
  RosterService,
} from '../../gen/attendance/v1/roster_service_pb.js';
import type { UnaryClient } from '../support/unary.js';
import { type Crew, crewId, RECORD_PATH } from './punch-calls.js';

const SHIFT_ID = 'six-to-six';
/** Calls in flight while employees are created. */
const HIRING_LANES = 16;
/** The most punches of one call. */
const MAX_PUNCHES = 1_000;
const DAY_SECONDS = 86_400;

function pathOf(method: { readonly name: string }): string {
  return `/${RosterService.typeName}/${method.name}`;
}

/** Makes the shift and its employees. Throws if a call is refused. */
export async function hire(client: UnaryClient, { blocks, blockSize }: Crew): Promise<void> {
  const shift = create(CreateShiftRequestSchema, {
    shift: { shiftId: SHIFT_ID, startTimeOfDay: '06:00', endTimeOfDay: '18:00' },
  });
  await client.call(
    pathOf(RosterService.method.createShift),
    toBinary(CreateShiftRequestSchema, shift),
  );
  const path = pathOf(RosterService.method.createEmployee);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < blocks * blockSize) {
      const employeeId = crewId(Math.floor(next / blockSize), next % blockSize);
      next += 1;
      const employee = { employeeId, timeZone: 'UTC', defaultShiftId: SHIFT_ID };
      const request = create(CreateEmployeeRequestSchema, { employee });
      await client.call(path, toBinary(CreateEmployeeRequestSchema, request));
    }
  };
  await Promise.all(Array.from({ length: HIRING_LANES }, lane));
}

/** All employees come at `firstSeconds` and leave twelve hours later, on each of `days` days. */
export async function work(
  client: UnaryClient,
  { blocks, blockSize }: Crew,
  firstSeconds: number,
  days: number,
): Promise<void> {
  for (let block = 0; block < blocks; block += 1) {
    for (let place = 0; place < blockSize; place += 1) {
      const punches = Array.from({ length: days * 2 }, (_, half) =>
        create(PunchSchema, {
          employeeId: crewId(block, place),
          time: create(TimestampSchema, {
            seconds: BigInt(firstSeconds + (half * DAY_SECONDS) / 2),
          }),
          deviceId: 'gate-1',
        }),
      );
      for (let at = 0; at < punches.length; at += MAX_PUNCHES) {
        await record(client, punches.slice(at, at + MAX_PUNCHES));
      }
    }
  }
}

async function record(
  client: UnaryClient,
  punches: ReturnType<typeof create<typeof PunchSchema>>[],
): Promise<void> {
  const request = create(RecordPunchesRequestSchema, { punches });
  const answer = await client.call(RECORD_PATH, toBinary(RecordPunchesRequestSchema, request));
  for (const { outcome, error } of fromBinary(RecordPunchesResponseSchema, answer).results) {
    if (outcome !== PunchOutcome.RECORDED) {
      throw new Error(`a punch was not recorded: ${error?.message ?? PunchOutcome[outcome]}`);
    }
  }
}
