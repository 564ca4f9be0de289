// What a caller is told of a refused field, for every field of the contract.

import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import { expect } from 'chai';
import { file_attendance_v1_attendance_service } from '../../../gen/attendance/v1/attendance_service_pb.js';
import { file_attendance_v1_clock_service } from '../../../gen/attendance/v1/clock_service_pb.js';
import { file_attendance_v1_roster_service } from '../../../gen/attendance/v1/roster_service_pb.js';
import { helpFor, rulesOf } from '../../../src/rpc/edge/field-help.js';

const SERVICES = [
  file_attendance_v1_attendance_service,
  file_attendance_v1_clock_service,
  file_attendance_v1_roster_service,
];

function messages(): DescMessage[] {
  const files = SERVICES.flatMap((file) => [file, ...file.dependencies]).filter(
    ({ proto }) => proto.package === 'attendance.v1',
  );
  const types = [...new Set(files)].flatMap((file) => [...nestedTypes(file)]);
  return types.filter((type) => type.kind === 'message');
}

/** Whether a rule of the contract is a pattern, of the field or of a list's items. */
function hasPattern(field: DescField): boolean {
  const type = rulesOf(field)?.type;
  const rules = type?.case === 'repeated' ? type.value.items?.type : type;
  return rules?.case === 'string' && rules.value.pattern !== '';
}

describe('what is said of a refused field', () => {
  it('is in words, never a pattern', () => {
    const fields = messages().flatMap((message) => message.fields.filter(hasPattern));
    expect(fields.length).to.be.above(100);
    const unsaid = fields.filter((field) => helpFor(field, 'PATTERN', true) === 'PATTERN');
    expect(unsaid.map(({ parent, name }) => `${parent.name}.${name}`)).to.deep.equal([]);
  });
});
