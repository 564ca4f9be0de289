// What becomes of assignments without an end that another one of the employee meets.

import { expect } from 'chai';
import type { OverlapAction, RosterCommand } from '../../../src/app/ports/roster-ports.js';
import { decideRosterChange } from '../../../src/app/roster/change-roster.js';
import { plainDetail } from '../../../src/app/roster/employee-roster.js';
import type { OwnState, RosterChangeView } from '../../../src/app/roster/roster-decision.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { AttendanceError } from '../../../src/domain/facts/errors.js';
import type { Assignment } from '../../../src/domain/roster/roster.js';
import { fromEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { BERLIN, FIRST, rosterOf, shiftOf } from '../support/any-roster.js';

/** Days after FIRST; without the second one it has no end. */
type Dates = readonly [from: number, to?: number];

interface Case {
  readonly title: string;
  /** Of the assignments 1, 2, ... that there are. */
  readonly there: readonly Dates[];
  /** A new one; or, with `of`, what that one becomes. */
  readonly put: Dates;
  readonly of?: number;
  readonly onOverlap?: OverlapAction;
  /** The assignments as they are then; 9 is the new one. */
  readonly left?: readonly string[];
  /** The one that the refusal names, and the date on which it would end. */
  readonly refused?: string;
  readonly dates?: Dates;
}

const CASES: readonly Case[] = [
  { title: 'O1 no word', there: [[0]], put: [30], refused: '1 until 29' },
  { title: 'O2 no word, with an end', there: [[0]], put: [30, 40], refused: '1 until 29' },
  { title: 'O3 no word, before it began', there: [[10]], put: [0], refused: '1' },
  { title: 'O4 ends before', there: [[10]], put: [0, 9], left: ['9: 0 to 9'], dates: [0, 9] },
  { title: 'O5 meets one with an end', there: [[0, 50]], put: [30], left: ['9: 30 on'] },
  { title: 'O6 add', there: [[0]], put: [30], onOverlap: 'ADD', left: ['9: 30 on'], dates: [30] },
  {
    title: 'O7 replace',
    there: [[0]],
    put: [30],
    onOverlap: 'REPLACE',
    left: ['9: 30 on', '1: 0 to 29'],
    dates: [30],
  },
  {
    title: 'O8 replace for a time',
    there: [[0]],
    put: [30, 40],
    onOverlap: 'REPLACE',
    left: ['9: 30 to 40', '1: 0 to 29'],
    dates: [30],
  },
  {
    title: 'O9 replace several, but for those with an end',
    there: [[0], [5, 60], [29]],
    put: [30],
    onOverlap: 'REPLACE',
    left: ['9: 30 on', '1: 0 to 29', '3: 29 to 29'],
  },
  {
    title: 'O10 replace what begins on the same date',
    there: [[0], [30]],
    put: [30],
    onOverlap: 'REPLACE',
    refused: '2',
  },
  {
    title: 'O11 replace with nothing to replace',
    there: [],
    put: [30],
    onOverlap: 'REPLACE',
    left: ['9: 30 on'],
  },
  { title: 'O12 an end taken away', there: [[0, 29], [30]], put: [0], of: 1, refused: '2' },
  { title: 'O13 an end moved into it', there: [[0, 29], [30]], put: [0, 30], of: 1, refused: '2' },
  {
    title: 'O14 what met before',
    there: [[0], [30]],
    put: [20],
    of: 2,
    left: ['2: 20 on'],
    dates: [20, 29],
  },
  {
    title: 'O15 a begin moved into it, replacing',
    there: [[0], [-30, -10]],
    put: [5, 20],
    of: 2,
    onOverlap: 'REPLACE',
    left: ['2: 5 to 20', '1: 0 to 4'],
    dates: [-30],
  },
];

describe('an assignment that meets one without an end', () => {
  const ann = 'ann' as EmployeeId;
  const roster = rosterOf(new Map([['n', [{ fromDay: -Infinity, shift: shiftOf('n', 6, 1) }]]]));

  const assignmentOf = ([from, to = Infinity]: Dates, cycle: Assignment['cycle']): Assignment => {
    return { fromDay: FIRST + from, toDay: FIRST + to, anchorDay: FIRST, cycle };
  };

  const viewOf = (there: readonly Dates[]): RosterChangeView => {
    const own: OwnState = {
      employeeId: ann,
      employeeName: 'Ann',
      version: 8,
      detailChangeId: 1,
      detailUpdatedAt: undefined,
      detail: plainDetail('Ann'),
      assignments: there.map((dates, index) => ({
        employeeId: ann,
        assignmentId: index + 1,
        assignment: assignmentOf(dates, [[]]),
        changeId: 2,
        updatedAt: undefined,
      })),
      overrides: new Map(),
    };
    return {
      changeId: 9,
      defaultZone: BERLIN,
      nowDay: FIRST,
      roster,
      archivedShifts: new Set(),
      own,
      shift: undefined,
      holiday: undefined,
      policy: undefined,
      count: 0,
    };
  };

  const commandOf = ({ put, of, onOverlap }: Case): RosterCommand => {
    const header = {
      requestId: undefined,
      payloadHash: Uint8Array.of(),
      validateOnly: false,
      actor: 'x',
      reason: '',
      receivedAt: 0 as Instant,
      employeeId: ann,
      assignment: assignmentOf(put, [of === undefined ? ['n'] : []]),
      onOverlap,
    };
    return of === undefined
      ? { ...header, kind: 'CREATE_ASSIGNMENT' }
      : { ...header, kind: 'UPDATE_ASSIGNMENT', assignmentId: of, etag: undefined };
  };

  const textOf = (assignmentId: number, { fromDay, toDay }: Assignment) => {
    const end = toDay === Infinity ? 'on' : `to ${toDay - FIRST}`;
    return `${assignmentId}: ${fromDay - FIRST} ${end}`;
  };

  const outcomeOf = (one: Case) => {
    try {
      return decideRosterChange(commandOf(one), viewOf(one.there));
    } catch (error) {
      if (error instanceof AttendanceError) return error.failure;
      throw error;
    }
  };

  for (const one of CASES) {
    it(one.title, () => {
      const outcome = outcomeOf(one);
      if ('kind' in outcome) {
        expect(outcome.kind).to.equal('ASSIGNMENTS_OVERLAP');
        if (outcome.kind !== 'ASSIGNMENTS_OVERLAP') return;
        const [id = '', , until] = (one.refused ?? 'nothing').split(' ');
        expect(String(outcome.other.assignmentId)).to.equal(id);
        const end = until === undefined ? undefined : fromEpochDay(FIRST + Number(until));
        expect(outcome.otherEndDate).to.equal(end);
        return;
      }
      const { edit, dates } = outcome;
      const assignments = edit?.kind === 'ASSIGNMENTS' ? edit.assignments : [];
      const then = assignments.map(({ assignmentId, assignment }) =>
        assignment === undefined ? `${assignmentId}: none` : textOf(assignmentId, assignment),
      );
      expect(then).to.deep.equal(one.left);
      if (one.dates === undefined) return;
      const [from, to = Infinity] = one.dates;
      expect(dates).to.deep.equal({ firstDay: FIRST + from, lastDay: FIRST + to });
    });
  }
});
