// The bytes a call sends: each call's own number, and nothing else changed.

import { fromBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { GRPC_PREFIX_BYTES, patcherOf, templateOf } from '../../bench/load/template.js';
import { employeeId, markTemplate } from '../../bench/rows/calls.js';
import { crewId, recordTemplate } from '../../bench/rows/punch-calls.js';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { MarkAttendanceRequestSchema } from '../../gen/attendance/v1/attendance_service_pb.js';
import { RecordPunchesRequestSchema } from '../../gen/attendance/v1/clock_service_pb.js';

describe('a request template', () => {
  const calendar = { employees: 700, firstDate: '2023-12-30', days: 400 };
  const template = markTemplate(calendar);
  const patch = patcherOf(template.fields);

  function patched(call: number) {
    const frame = Buffer.from(template.frame, 'base64');
    patch(frame, call);
    expect(frame.readUInt32BE(1)).to.equal(frame.length - GRPC_PREFIX_BYTES);
    return fromBinary(MarkAttendanceRequestSchema, frame.subarray(GRPC_PREFIX_BYTES));
  }

  it('goes through the employees, then on to the next date', () => {
    const cases = [
      { call: 0, employee: 0, date: '2023-12-30' },
      { call: 699, employee: 699, date: '2023-12-30' },
      { call: 700, employee: 0, date: '2023-12-31' },
      { call: 1_401, employee: 1, date: '2024-01-01' },
      { call: 700 * 61, employee: 0, date: '2024-02-29' },
    ];
    for (const { call, employee, date } of cases) {
      const message = patched(call);
      expect(message.employeeId).to.equal(employeeId(employee));
      expect(message.date).to.equal(date);
      expect(message.status).to.equal(AttendanceStatus.PRESENT);
    }
  });

  it('gives every call another day and another request id, in the form of a UUID', () => {
    const callNumber = fc.nat({ max: calendar.employees * calendar.days - 1 });
    fc.assert(
      fc.property(fc.uniqueArray(callNumber, { minLength: 2, maxLength: 50 }), (calls) => {
        const messages = calls.map(patched);
        const days = messages.map((message) => `${message.employeeId} ${message.date}`);
        expect(new Set(days).size).to.equal(calls.length);
        const ids = messages.map((message) => message.requestId);
        expect(new Set(ids).size).to.equal(calls.length);
        for (const id of ids) {
          expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
        }
      }),
    );
  });

  it('refuses a marker that does not stand there exactly once', () => {
    const field = { kind: 'HEX', marker: '##', width: 2 } as const;
    for (const text of ['a#b', '## and ##', '###']) {
      expect(() => templateOf('/a.B/C', Buffer.from(text), [field])).to.throw('exactly once');
    }
  });

  it('refuses a marker of another width than its field', () => {
    const field = { kind: 'HEX', marker: '##', width: 3 } as const;
    expect(() => templateOf('/a.B/C', Buffer.from('##'), [field])).to.throw('3 characters');
  });
});

describe('a template of punches', () => {
  const crew = { blocks: 40, blockSize: 25 };
  const template = recordTemplate(crew);
  const patch = patcherOf(template.fields);

  function patched(call: number) {
    const frame = Buffer.from(template.frame, 'base64');
    patch(frame, call);
    return fromBinary(RecordPunchesRequestSchema, frame.subarray(GRPC_PREFIX_BYTES)).punches;
  }

  it('goes through the blocks, then on by twelve hours', () => {
    const start = Date.parse('2000-01-03T06:00:00Z') / 1000;
    const cases = [
      { call: 0, block: 0, hours: 0 },
      { call: 39, block: 39, hours: 0 },
      { call: 40, block: 0, hours: 12 },
      { call: 40 * 800 + 3, block: 3, hours: 9_600 },
    ];
    for (const { call, block, hours } of cases) {
      const punches = patched(call);
      expect(punches).to.have.length(crew.blockSize);
      punches.forEach((punch, place) => {
        expect(punch.employeeId).to.equal(crewId(block, place));
        expect(Number(punch.time?.seconds)).to.equal(start + hours * 3600);
      });
    }
  });
});
