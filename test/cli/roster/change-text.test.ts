// What is told of a change of the roster: only what differs.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { changeLines } from '../../../src/cli/roster/change-text.js';
import { RosterChangeSchema, type RosterPartSchema } from '../../../src/client/index.js';

type Part = MessageInitShape<typeof RosterPartSchema>;

const early = { shiftId: 'early', startTimeOfDay: '06:00', endTimeOfDay: '14:00' };
const longer = { ...early, effectiveDate: '2026-07-01', endTimeOfDay: '15:00' };
const week = [...Array.from({ length: 5 }, () => ({ shiftIds: ['early'] })), {}, {}];
const rota = { startDate: '2026-01-05', anchorDate: '2026-01-05', cycle: week };
const nights = { startDate: '2026-03-02', endDate: '2026-03-31', cycle: [{ shiftIds: ['night'] }] };

const policy = { policyId: 'p', isDefault: true, offShiftRules: { dayStart: '04:00' } };
const since = (month: string, hour: string) => ({
  effectiveDate: `2026-${month}-01`,
  offShiftRules: hour === '' ? {} : { dayStart: `${hour}:00` },
});

const CASES: readonly (readonly [
  id: string,
  sides: { before?: Part; after?: Part },
  ...string[],
])[] = [
  [
    'T1 an employee who moves',
    {
      before: { employee: { employeeId: '7', employeeName: 'Mia', groupId: 'a', etag: '"1"' } },
      after: { employee: { employeeId: '7', timeZone: 'Asia/Tokyo', groupId: 'b', etag: '"2"' } },
    },
    'employee 7: employee_name Mia -> none',
    'employee 7: group_id a -> b',
    'employee 7: time_zone none -> Asia/Tokyo',
  ],
  [
    'T2 a new shift',
    { after: { shift: { shiftId: 'early', versions: [early] } } },
    'shift early: none -> start_time_of_day 06:00, end_time_of_day 14:00',
  ],
  [
    'T3 a further version, beside the one in effect before',
    {
      before: { shift: { shiftId: 'early', versions: [early] } },
      after: { shift: { shiftId: 'early', versions: [early, longer] } },
    },
    'shift early from 2026-07-01: end_time_of_day 14:00 -> 15:00',
  ],
  [
    'T4 an archived shift',
    {
      before: { shift: { shiftId: 'early', versions: [early] } },
      after: { shift: { shiftId: 'early', versions: [early], archived: true } },
    },
    'shift early: archived no -> yes',
  ],
  [
    'T5 nights instead of a rota',
    {
      before: { assignments: [{ assignmentId: '2', assignment: rota }] },
      after: {
        assignments: [
          { assignmentId: '2', assignment: { ...rota, endDate: '2026-03-01' } },
          { assignmentId: '5', assignment: nights },
        ],
      },
    },
    'assignment 2: early*5 off*2 from 2026-01-05 -> early*5 off*2 from 2026-01-05 to 2026-03-01',
    'assignment 5: none -> night from 2026-03-02 to 2026-03-31',
  ],
  [
    'T6 an override taken back',
    { before: { override: { date: '2026-03-07' } } },
    'override of 2026-03-07: off -> none',
  ],
  [
    'T7 a holiday, on one line',
    { after: { holiday: { calendarId: 'de', date: '2026-04-03', name: 'Good\nFriday' } } },
    'holiday de 2026-04-03: none -> Good\\x0aFriday',
  ],
  ['T8 nothing, as in lists', {}],
  [
    'T9 a new policy, with each of its rules by itself',
    {
      after: {
        policy: {
          policyId: 'p',
          versions: [
            {
              policyId: 'p',
              groupIds: ['a', 'b'],
              offShiftRules: { dayStart: '04:00', workRules: { repeatAnyKind: true } },
            },
          ],
        },
      },
    },
    'policy p: none -> group_ids ["a","b"], off_shift_rules.work_rules.repeat_any_kind true, ' +
      'off_shift_rules.day_start 04:00',
  ],
  [
    'T10 a version of a policy more and one less',
    {
      before: { policy: { policyId: 'p', versions: [policy, { ...policy, ...since('05', '') }] } },
      after: { policy: { policyId: 'p', versions: [policy, { ...policy, ...since('09', '02') }] } },
    },
    'policy p from 2026-05-01: is_default true -> none',
    'policy p from 2026-09-01: off_shift_rules.day_start none -> 02:00',
  ],
  [
    'T11 a policy that is no more',
    {
      before: { policy: { policyId: 'p', versions: [policy] } },
    },
    'policy p: is_default true, off_shift_rules.day_start 04:00 -> none',
  ],
  [
    'T12 an employee with another policy',
    {
      before: { employee: { employeeId: '7' } },
      after: { employee: { employeeId: '7', policies: [{ policyId: 'p' }] } },
    },
    'employee 7: policies none -> [{"policy_id":"p"}]',
  ],
];

describe('a change of the roster in few words', () => {
  for (const [id, sides, ...lines] of CASES) {
    it(id, () => {
      expect(changeLines(create(RosterChangeSchema, sides))).to.deep.equal(lines);
    });
  }
});
