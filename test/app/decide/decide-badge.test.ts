// Whose a badge is from now on: one employee's at a time, handed on only if somebody says so.

import { expect } from 'chai';
import { badgeRules } from '../../../src/app/decide/decide-badge.js';
import type { BadgeAssignment, BadgeChange } from '../../../src/app/ports/badges.js';
import { NO_PAYLOAD_HASH } from '../../../src/app/ports/facts.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { RecordTime } from '../../../src/domain/time/time.js';
import { findZone, startOfDay } from '../../../src/domain/time/zone.js';

function zoneOf(name: string) {
  return findZone(name) ?? expect.fail(`there is no ${name}`);
}

const RULES = badgeRules(zoneOf('UTC'));
const HEADER = {
  badgeId: 'b',
  reason: '',
  actor: 'planner',
  requestId: undefined,
  payloadHash: NO_PAYLOAD_HASH,
};

/** `mia 03-02 03-09 Asia/Tokyo`; `-` for no end. */
function held(...told: readonly string[]): BadgeAssignment[] {
  return told.map((text, index) => {
    const [who = '', from = '', to = '', name = 'UTC'] = text.split(' ');
    const zone = zoneOf(name);
    const startDate = `2026-${from}` as LocalDate;
    const endDate = to === '-' ? undefined : (`2026-${to}` as LocalDate);
    return {
      ...{ badgeId: 'b', assignmentId: index + 1, revision: 1, employeeId: who as EmployeeId },
      ...{ startDate, endDate, timeZone: name, startTime: startOfDay(zone, toEpochDay(startDate)) },
      endTime: endDate === undefined ? Infinity : startOfDay(zone, toEpochDay(endDate) + 1),
      ...{ actor: 'planner', reason: '', recordedAt: 1 as RecordTime, superseded: undefined },
    };
  });
}

/** What is said then, as `held` is told; the assignment's number in front if it had one. */
function decided(change: object, before: readonly BadgeAssignment[], isAdded = true): string[] {
  const { failure, ...decision } = RULES.decide(
    { ...HEADER, ...change } as BadgeChange,
    before,
    isAdded,
  );
  if (failure !== undefined) {
    return [failure.kind + ('assignmentId' in failure ? ` ${failure.assignmentId}` : '')];
  }
  const { superseded = [], said = [] } = decision as never as Record<string, BadgeAssignment[]>;
  return [
    ...superseded.map(({ assignmentId }) => `not ${assignmentId}`),
    ...said.map(({ assignmentId, revision, employeeId, startDate, endDate = '-' }) =>
      [assignmentId ?? 'new', revision, employeeId, startDate.slice(5), endDate.slice(-5)].join(
        ' ',
      ),
    ),
  ];
}

function assign(who: string, from: string, to: string, more: object = {}): object {
  const endDate = to === '-' ? undefined : `2026-${to}`;
  const dates = { startDate: `2026-${from}`, endDate };
  return { kind: 'ASSIGN', employeeId: who, ...dates, zone: undefined, handOn: false, ...more };
}

const HAND_ON = { handOn: true };
const TOKYO = { zone: zoneOf('Asia/Tokyo') };

const CASES: readonly [id: string, change: object, before: readonly string[], then: string[]][] = [
  ['W1 a badge of nobody', assign('mia', '03-02', '-'), [], ['new 1 mia 03-02 -']],
  [
    'W2 after the other’s last date',
    assign('mia', '03-10', '-'),
    ['noah 03-02 03-09'],
    ['new 1 mia 03-10 -'],
  ],
  [
    'W3 on the other’s last date',
    assign('mia', '03-09', '-'),
    ['noah 03-02 03-09'],
    ['BADGE_ASSIGNED 1'],
  ],
  [
    'W4 before the other’s first date',
    assign('mia', '03-01', '03-01'),
    ['noah 03-02 -'],
    ['new 1 mia 03-01 03-01'],
  ],
  [
    'W5 without an end before the other’s first date',
    assign('mia', '03-01', '-'),
    ['noah 03-02 -'],
    ['BADGE_ASSIGNED 1'],
  ],
  [
    'W6 handed on',
    assign('mia', '03-10', '-', HAND_ON),
    ['noah 03-02 -'],
    ['not 1', '1 2 noah 03-02 03-09', 'new 1 mia 03-10 -'],
  ],
  [
    'W7 handed on from the other’s first date: nothing would be left of it',
    assign('mia', '03-02', '-', HAND_ON),
    ['noah 03-02 -'],
    ['BADGE_ASSIGNED 1'],
  ],
  [
    'W8 handed on east: the day before would end too late',
    assign('mia', '03-10', '-', { ...HAND_ON, ...TOKYO }),
    ['noah 03-02 -'],
    ['not 1', '1 2 noah 03-02 03-08', 'new 1 mia 03-10 -'],
  ],
  [
    'W9 on the next date in the west of the other’s',
    assign('mia', '03-10', '-'),
    ['noah 03-02 03-09 America/New_York'],
    ['BADGE_ASSIGNED 1'],
  ],
  [
    'W10 an end is set, and moved',
    { kind: 'END', assignmentId: 1, endDate: '2026-03-20' },
    ['noah 03-02 03-09'],
    ['not 1', '1 2 noah 03-02 03-20'],
  ],
  [
    'W11 an end moved into the next one',
    { kind: 'END', assignmentId: 1, endDate: '2026-03-20' },
    ['noah 03-02 03-09', 'mia 03-15 -'],
    ['BADGE_ASSIGNED 2'],
  ],
  [
    'W12 an end before the beginning',
    { kind: 'END', assignmentId: 1, endDate: '2026-03-01' },
    ['noah 03-02 -'],
    ['INVALID_FIELDS'],
  ],
  [
    'W13 an assignment that is not there',
    { kind: 'END', assignmentId: 7, endDate: '2026-03-20' },
    ['noah 03-02 -'],
    ['BADGE_ASSIGNMENT_NOT_FOUND 7'],
  ],
  ['W14 retracted', { kind: 'RETRACT', assignmentId: 1 }, ['noah 03-02 -'], ['not 1']],
];

describe('whose a badge is', () => {
  for (const [id, change, before, then] of CASES) {
    it(id, () => {
      expect(decided(change, held(...before))).to.deep.equal(then);
    });
  }

  it('W15 is only of an employee whom somebody added', () => {
    const change = assign('mia', '03-02', '-');
    expect(decided(change, [], false)).to.deep.equal(['EMPLOYEE_NOT_FOUND']);
  });
});
