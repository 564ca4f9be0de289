// Empty messages made quickly, beside the library's.

import { create } from '@bufbuild/protobuf';
import { StructSchema, ValueSchema } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import {
  AttendanceSchema,
  BreakSchema,
  SessionSchema,
  ShiftResultSchema,
} from '../../../gen/attendance/v1/attendance_pb.js';
import { emptyMessagesOf } from '../../../src/rpc/edge/empty-message.js';

describe('an empty message', () => {
  for (const desc of [AttendanceSchema, BreakSchema, SessionSchema, ShiftResultSchema]) {
    it(`is what the library makes: ${desc.name}`, () => {
      const made = emptyMessagesOf(desc)();
      expect(made).to.deep.equal(create(desc));
      expect(Object.keys(made)).to.deep.equal(Object.keys(create(desc)));
    });
  }

  it('has lists of its own', () => {
    const empty = emptyMessagesOf(AttendanceSchema);
    const first = empty();
    first.sessions.push(create(SessionSchema));
    expect(empty().sessions).to.deep.equal([]);
  });

  for (const desc of [StructSchema, ValueSchema]) {
    it(`is not made of ${desc.name}, which has more than plain fields`, () => {
      expect(() => emptyMessagesOf(desc)).to.throw(desc.typeName);
    });
  }
});
