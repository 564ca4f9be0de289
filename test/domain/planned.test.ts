// What a day says of its plan: the zone to show it in, and the time that was planned.

import { expect } from 'chai';
import { derive } from '../../src/domain/engine/derive.js';
import { present } from '../../src/domain/engine/present.js';
import { foldDeclaration } from '../../src/domain/facts/declaration.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import { timelineOf } from '../../src/domain/facts/punch.js';
import { plan } from '../../src/domain/roster/plan.js';
import type { Instant } from '../../src/domain/time/time.js';
import { Notation } from './support/notation.js';
import type { Case, RosterSetup, ShiftSetup } from './support/scenario.js';
import { valuesOf } from './support/scenario-values.js';

interface Row {
  readonly title: string;
  readonly roster: RosterSetup;
  readonly day?: string;
  readonly punches?: readonly string[];
  readonly marks?: readonly string[];
  /** In hours. */
  readonly planned: number;
  readonly zone: string;
}

const DAY: ShiftSetup = { id: 'day', hours: '08:00-16:30' };
const NIGHT: ShiftSetup = { id: 'night', hours: '22:00-06:00' };
const DEDUCT = ['0:30 after 6:00', '0:45 after 9:00'];
const BERLIN = 'Europe/Berlin';

function on(...shifts: readonly ShiftSetup[]): RosterSetup {
  const from = 'D-30';
  return { zone: BERLIN, shifts, assigned: [{ shifts: shifts.map(({ id }) => id), from }] };
}

const ROWS: readonly Row[] = [
  { title: 'no roster', roster: { zone: BERLIN }, planned: 0, zone: BERLIN },
  { title: 'a shift', roster: on(DAY), planned: 8.5, zone: BERLIN },
  {
    title: 'whatever was worked',
    roster: on(DAY),
    punches: ['D 08:00 IN', 'D 12:00 OUT'],
    planned: 8.5,
    zone: BERLIN,
  },
  {
    title: 'less the break that so long a shift requires',
    roster: on({ ...DAY, rules: { deduct: DEDUCT } }),
    planned: 8,
    zone: BERLIN,
  },
  {
    title: 'not more: a shift that is just as long as the limit requires none',
    roster: on({ id: 'day', hours: '08:00-14:00', rules: { deduct: DEDUCT } }),
    planned: 6,
    zone: BERLIN,
  },
  {
    title: 'a break that is paid when it is taken is required all the same',
    roster: on({ ...DAY, rules: { deduct: DEDUCT, paidBreaks: '0:15' } }),
    planned: 8,
    zone: BERLIN,
  },
  { title: 'two shifts', roster: on(DAY, NIGHT), planned: 16.5, zone: BERLIN },
  {
    title: 'a night in which the clocks go forward',
    roster: on(NIGHT),
    day: '2024-03-30',
    planned: 7,
    zone: BERLIN,
  },
  {
    title: 'a night in which they go back',
    roster: on(NIGHT),
    day: '2024-10-26',
    planned: 9,
    zone: BERLIN,
  },
  {
    title: 'nothing on a holiday',
    roster: { ...on(DAY), holidays: ['D'] },
    planned: 0,
    zone: BERLIN,
  },
  {
    title: 'a shift that works on holidays',
    roster: { ...on({ ...DAY, worksOnHolidays: true }, NIGHT), holidays: ['D'] },
    planned: 8.5,
    zone: BERLIN,
  },
  {
    title: 'leave does not change what was planned',
    roster: on(DAY),
    marks: ['D ON_LEAVE'],
    planned: 8.5,
    zone: BERLIN,
  },
  {
    title: 'a mark alone',
    roster: { zone: BERLIN },
    marks: ['D REMOTE'],
    planned: 0,
    zone: BERLIN,
  },
  {
    title: 'the zone of the shift',
    roster: on({ ...DAY, zone: 'Asia/Tokyo' }),
    planned: 8.5,
    zone: 'Asia/Tokyo',
  },
  {
    title: "the employee's zone where the shifts have several",
    roster: on({ ...DAY, zone: 'Asia/Tokyo' }, NIGHT),
    planned: 16.5,
    zone: BERLIN,
  },
  {
    title: 'nothing after somebody left',
    roster: { ...on(DAY), left: 'D-1' },
    planned: 0,
    zone: BERLIN,
  },
];

describe('what a day says of its plan', () => {
  for (const row of ROWS) {
    it(row.title, () => {
      const acceptance: Case = { id: '-', source: '-', days: {}, ...row };
      const { roster, employee, punches, marks } = valuesOf(acceptance);
      const ofDay = plan(roster, employee, new Notation(acceptance).epochDay('D'));
      const [mark] = marks;
      const declaration =
        mark &&
        foldDeclaration(undefined, { kind: 'MARK', leaveTypeId: undefined, note: '', ...mark });
      const result = derive({ declaration, punches: timelineOf(punches) }, ofDay);
      const subject = { employeeId: 'e' as EmployeeId, employeeName: '', date: ofDay.date };
      const known = { result, revision: 0, recordedAt: undefined };
      const day = present(subject, known, 0 as Instant);
      expect({ planned: day.plannedSeconds / 3600, zone: day.timeZone }).to.deep.equal({
        planned: row.planned,
        zone: row.zone,
      });
    });
  }
});
