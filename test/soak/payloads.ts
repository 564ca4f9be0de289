// Messages that are small on the wire, or plain, and cost much once somebody builds what they say.

import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';

/** The largest message that the service takes. */
export const MESSAGE_BYTES = 4 * 1024 * 1024;
const GRPC_PREFIX_BYTES = 5;

export const BATCH_MARK = pathOf(AttendanceService, AttendanceService.method.batchMarkAttendance);
export const RECORD_PUNCHES = pathOf(ClockService, ClockService.method.recordPunches);
export const LIST = pathOf(AttendanceService, AttendanceService.method.listAttendance);
export const STREAM = pathOf(AttendanceService, AttendanceService.method.streamAttendance);
export const GET = pathOf(AttendanceService, AttendanceService.method.getAttendance);
export const MARK = pathOf(AttendanceService, AttendanceService.method.markAttendance);
export const IMPORT = pathOf(ClockService, ClockService.method.importPunches);

/** Field 1 with a length of 0: an item of a list, with nothing in it. */
const EMPTY_ITEM = Buffer.from([0x0a, 0x00]);
/** Field 1023, a varint: no message has it. */
const UNKNOWN_FIELD = Buffer.from([0xf8, 0x3f, 0x01]);

function pathOf(service: { typeName: string }, method: { name: string }): string {
  return `/${service.typeName}/${method.name}`;
}

function repeated(unit: Buffer | string, bytes: number): Buffer {
  const length = bytes - (bytes % Buffer.byteLength(unit));
  return Buffer.alloc(length, unit as string);
}

/** Two million of them in the largest message. */
export const emptyItems = once(() => repeated(EMPTY_ITEM, MESSAGE_BYTES - GRPC_PREFIX_BYTES));
export const unknownFields = once(() => repeated(UNKNOWN_FIELD, MESSAGE_BYTES - GRPC_PREFIX_BYTES));
/** More than one message may be, and next to nothing when compressed. */
const beyondAnyBound = once(() => Buffer.alloc(16 * MESSAGE_BYTES));

/** 1.4 million empty objects. */
export const emptyObjects = once(() => {
  const items = repeated('{},', MESSAGE_BYTES - 64).toString('latin1');
  return Buffer.from(`{"requests":[${items}{}]}`, 'latin1');
});
export const deepArrays = once(() => {
  const depth = Math.floor(MESSAGE_BYTES / 2) - 64;
  return Buffer.from(`{"requests":${'['.repeat(depth)}${']'.repeat(depth)}}`, 'latin1');
});
export const deepObjects = once(() => {
  const depth = Math.floor(MESSAGE_BYTES / 6) - 64;
  return Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, 'latin1');
});

/** What a bomb holds, by name. */
export const CONTENTS: Readonly<Record<string, () => Buffer>> = {
  'empty items': emptyItems,
  'unknown fields': unknownFields,
  'beyond any bound': beyondAnyBound,
};
export const JSON_CONTENTS: Readonly<Record<string, () => Buffer>> = {
  'empty objects': emptyObjects,
  'deep arrays': deepArrays,
  'deep objects': deepObjects,
};

const compressed = new Map<Buffer, { gzip: Buffer; br: Buffer }>();

/** Compressed as small as it gets; remembered, because it takes a while. */
export function bombOf(content: Buffer): { readonly gzip: Buffer; readonly br: Buffer } {
  const known = compressed.get(content);
  if (known !== undefined) return known;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 22 };
  const made = {
    gzip: gzipSync(content, { level: 9 }),
    br: brotliCompressSync(content, { params }),
  };
  compressed.set(content, made);
  return made;
}

/** One gRPC message. */
export function framed(message: Buffer, isCompressed = false): Buffer {
  const prefix = Buffer.alloc(GRPC_PREFIX_BYTES);
  prefix.writeUInt8(isCompressed ? 1 : 0, 0);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function once(make: () => Buffer): () => Buffer {
  let made: Buffer | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
