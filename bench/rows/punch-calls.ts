// Templates of the calls that record punches: all employees of a company come and go, twelve hours
// apart, for as many days as a run lasts.

import { create, toBinary } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import {
  ClockService,
  RecordPunchesRequestSchema,
} from '../../gen/attendance/v1/clock_service_pb.js';
import { PunchSchema } from '../../gen/attendance/v1/punch_pb.js';
import {
  grpcFrame,
  type MarkedField,
  type RequestTemplate,
  secondsBytes,
  templateOf,
} from '../load/template.js';
import { signed } from '../support/token.js';

export const RECORD_PATH = `/${ClockService.typeName}/${ClockService.method.recordPunches.name}`;

/**
 * The time of the first punch: 2000-01-03, a Monday, at 06:00 UTC. There are enough dates for any
 * run.
 */
const FIRST_SECONDS = Date.UTC(2000, 0, 3, 6) / 1000;
const HALF_DAY_SECONDS = 43_200;
/** Marks the place of the time. No other bytes of a message are like it. */
const TIME_MARKER_SECONDS = 0x7_7777_7777;

const BLOCK_DIGITS = 6;
const BLOCK_MARKER = '#'.repeat(BLOCK_DIGITS);
const PLACE_DIGITS = 3;

/** A company whose employees punch in blocks: each call is about one block. */
export interface Crew {
  /** Blocks of employees. Calls go through all of them, then move on by twelve hours. */
  readonly blocks: number;
  /** Employees in a block, 1 to 1,000: the punches of a call. */
  readonly blockSize: number;
}

/** The employee at a place of a block. */
export function crewId(block: number, place: number): string {
  return crewIdOf(String(block).padStart(BLOCK_DIGITS, '0'), place);
}

/** The same, from a block's digits or their marker. */
export function crewIdOf(block: string, place: number): string {
  return `crew-${block}-${String(place).padStart(PLACE_DIGITS, '0')}`;
}

/**
 * Punches without a kind, so that they alternate, from one device per block. Answers name no
 * employee, so the database is checked for every punch.
 */
export function recordTemplate({ blocks, blockSize }: Crew): RequestTemplate {
  const message = create(RecordPunchesRequestSchema, {
    punches: Array.from({ length: blockSize }, (_, place) =>
      create(PunchSchema, {
        employeeId: crewIdOf(BLOCK_MARKER, place),
        time: create(TimestampSchema, { seconds: BigInt(TIME_MARKER_SECONDS) }),
        deviceId: 'gate-1',
      }),
    ),
  });
  const block: MarkedField = {
    kind: 'NUMBER',
    marker: BLOCK_MARKER,
    width: BLOCK_DIGITS,
    every: 1,
    modulo: blocks,
  };
  const time: MarkedField = {
    kind: 'SECONDS',
    marker: secondsBytes(TIME_MARKER_SECONDS),
    first: FIRST_SECONDS,
    every: blocks,
    step: HALF_DAY_SECONDS,
  };
  const bytes = toBinary(RecordPunchesRequestSchema, message);
  return repeated(bytes, [block, time], blockSize);
}

/** A template in which each marker occurs once for every punch. */
function repeated(
  bytes: Uint8Array,
  fields: readonly MarkedField[],
  times: number,
): RequestTemplate {
  const frame = grpcFrame(bytes);
  const single = signed(templateOf(RECORD_PATH, firstPunchOf(bytes, times), fields));
  const places = fields.flatMap((field, index) => {
    const known = single.fields[index];
    if (known === undefined) throw new Error('a field of the template is missing');
    return offsetsOf(frame, field.marker, times).map((offset) => ({ ...known, offset }));
  });
  return { ...single, frame: frame.toString('base64'), fields: places };
}

/** The message with only its first punch. Every punch is encoded in the same number of bytes. */
function firstPunchOf(bytes: Uint8Array, times: number): Uint8Array {
  return bytes.subarray(0, bytes.length / times);
}

function offsetsOf(frame: Buffer, marker: string | Uint8Array, times: number): number[] {
  const offsets: number[] = [];
  for (let at = frame.indexOf(marker); at >= 0; at = frame.indexOf(marker, at + 1)) {
    offsets.push(at);
  }
  if (offsets.length !== times) {
    throw new Error(`a marker stands in the message ${offsets.length} times, not ${times}`);
  }
  return offsets;
}

/** A request with one punch, on a day before all others. */
export function singlePunch(employeeId: string): Uint8Array {
  const time = create(TimestampSchema, { seconds: BigInt(FIRST_SECONDS - 30 * HALF_DAY_SECONDS) });
  const punch = create(PunchSchema, { employeeId, time, deviceId: 'gate-1' });
  return toBinary(
    RecordPunchesRequestSchema,
    create(RecordPunchesRequestSchema, { punches: [punch] }),
  );
}
