import { expect } from 'chai';
import fc from 'fast-check';
import { derive, sameResult } from '../../../src/domain/engine/derive.js';
import {
  type ClockRange,
  type DayResult,
  type Declaration,
  type LeaveTime,
  type MarkableStatus,
  NO_WORK,
  PORTIONS,
  type Portion,
} from '../../../src/domain/facts/day.js';
import {
  type DeclarationFact,
  declarationIn,
  declarationOf,
  foldDeclaration,
} from '../../../src/domain/facts/declaration.js';
import { NO_PUNCHES } from '../../../src/domain/facts/punch.js';
import { NO_PLAN } from '../../../src/domain/roster/plan.js';
import { anyClockRange } from '../support/arbitraries.js';

/** The day as it is stored for a declaration. */
function dayOf(declaration: Declaration | undefined): DayResult | undefined {
  return declaration && derive({ declaration, punches: NO_PUNCHES }, NO_PLAN);
}

function mark(
  status: MarkableStatus,
  portion: Portion = 'WHOLE_DAY',
  leaveTypeId?: string,
): DeclarationFact {
  return { kind: 'MARK', status, portion, leaveTypeId, note: '' };
}

/** Leave from one full hour to another. */
function hours(startHour: number, endHour: number, leaveTypeId?: string): DeclarationFact {
  const leaveTime = { startSecond: startHour * 3600, endSecond: endHour * 3600 };
  return {
    kind: 'MARK',
    status: 'ON_LEAVE',
    portion: 'WHOLE_DAY',
    leaveTime,
    leaveTypeId,
    note: '',
  };
}

const CLEAR: DeclarationFact = { kind: 'CLEAR' };

const whole = mark('PRESENT');
const morningLeave = mark('ON_LEAVE', 'FIRST_HALF');
const afternoonRemote = mark('REMOTE', 'SECOND_HALF');

interface Case {
  readonly id: string;
  readonly facts: readonly DeclarationFact[];
  readonly status?: MarkableStatus;
  readonly portion?: Portion;
  readonly other?: MarkableStatus;
  readonly kind?: string;
  readonly otherKind?: string;
  /** `10-12 sick`. */
  readonly leave?: readonly string[];
}

const CASES: readonly Case[] = [
  { id: 'M1 no fact', facts: [] },
  { id: 'M2 one mark', facts: [whole], status: 'PRESENT', portion: 'WHOLE_DAY' },
  {
    id: 'M3 the latest whole-day mark rules',
    facts: [whole, mark('ABSENT')],
    status: 'ABSENT',
    portion: 'WHOLE_DAY',
  },
  {
    id: 'M4 a half alone says nothing of the other half',
    facts: [morningLeave],
    status: 'ON_LEAVE',
    portion: 'FIRST_HALF',
  },
  {
    id: 'M5 each half keeps its mark',
    facts: [morningLeave, afternoonRemote],
    status: 'REMOTE',
    portion: 'SECOND_HALF',
    other: 'ON_LEAVE',
  },
  {
    id: 'M6 the same half again replaces only itself',
    facts: [morningLeave, afternoonRemote, mark('ABSENT', 'SECOND_HALF')],
    status: 'ABSENT',
    portion: 'SECOND_HALF',
    other: 'ON_LEAVE',
  },
  {
    id: 'M7 a half taken out of a whole day leaves the rest',
    facts: [whole, morningLeave],
    status: 'ON_LEAVE',
    portion: 'FIRST_HALF',
    other: 'PRESENT',
  },
  {
    id: 'M8 a whole-day mark replaces both halves',
    facts: [morningLeave, afternoonRemote, mark('HOLIDAY')],
    status: 'HOLIDAY',
    portion: 'WHOLE_DAY',
  },
  { id: 'M9 a clearing withdraws everything', facts: [morningLeave, afternoonRemote, CLEAR] },
  {
    id: 'M10 a mark after a clearing stands alone',
    facts: [whole, CLEAR, morningLeave],
    status: 'ON_LEAVE',
    portion: 'FIRST_HALF',
  },
  { id: 'M11 clearing nothing is nothing', facts: [CLEAR, CLEAR] },
  {
    id: 'M12 each half keeps its kind of leave',
    facts: [mark('ON_LEAVE', 'FIRST_HALF', 'vacation'), mark('ON_LEAVE', 'SECOND_HALF', 'sick')],
    status: 'ON_LEAVE',
    portion: 'SECOND_HALF',
    kind: 'sick',
    other: 'ON_LEAVE',
    otherKind: 'vacation',
  },
  {
    id: 'M13 the same half of another kind replaces only itself',
    facts: [
      mark('ON_LEAVE', 'FIRST_HALF', 'vacation'),
      mark('ON_LEAVE', 'SECOND_HALF', 'sick'),
      mark('ON_LEAVE', 'SECOND_HALF', 'unpaid'),
    ],
    status: 'ON_LEAVE',
    portion: 'SECOND_HALF',
    kind: 'unpaid',
    other: 'ON_LEAVE',
    otherKind: 'vacation',
  },
  {
    id: 'M14 a half taken out of a day of leave leaves its kind to the rest',
    facts: [mark('ON_LEAVE', 'WHOLE_DAY', 'vacation'), mark('PRESENT', 'FIRST_HALF')],
    status: 'PRESENT',
    portion: 'FIRST_HALF',
    other: 'ON_LEAVE',
    otherKind: 'vacation',
  },
  {
    id: 'M15 leave by the hour stands beside a mark of the whole day, and of a half',
    facts: [whole, hours(10, 12), morningLeave],
    status: 'ON_LEAVE',
    portion: 'FIRST_HALF',
    other: 'PRESENT',
    leave: ['10-12'],
  },
  {
    id: 'M16 a mark of the whole day replaces it',
    facts: [hours(10, 12), whole],
    status: 'PRESENT',
    portion: 'WHOLE_DAY',
  },
];

const LEAVE_CASES: readonly Pick<Required<Case>, 'id' | 'facts' | 'leave'>[] = [
  { id: 'M17 alone', facts: [hours(10, 12, 'doctor')], leave: ['10-12 doctor'] },
  { id: 'M18 several, by start', facts: [hours(14, 15), hours(10, 12)], leave: ['10-12', '14-15'] },
  {
    id: 'M19 one after the other',
    facts: [hours(10, 12), hours(12, 13)],
    leave: ['10-12', '12-13'],
  },
  {
    id: 'M20 a later one replaces those that it overlaps',
    facts: [hours(8, 10), hours(11, 13), hours(14, 15), hours(9, 12, 'sick')],
    leave: ['9-12 sick', '14-15'],
  },
  { id: 'M21 over midnight too', facts: [hours(0, 2), hours(22, 25)], leave: ['22-25'] },
  { id: 'M22 and back', facts: [hours(22, 25), hours(0, 2)], leave: ['0-2'] },
  {
    id: 'M23 what was replaced does not return',
    facts: [hours(8, 12), hours(11, 15), hours(14, 16)],
    leave: ['14-16'],
  },
  {
    id: 'M24 a clearing withdraws it',
    facts: [hours(8, 12), CLEAR, hours(14, 16)],
    leave: ['14-16'],
  },
];

function leaveText({ leaveTimes }: { readonly leaveTimes: readonly LeaveTime[] }): string[] {
  return leaveTimes.map(({ startSecond, endSecond, leaveTypeId }) =>
    [`${startSecond / 3600}-${endSecond / 3600}`, leaveTypeId ?? []].flat().join(' '),
  );
}

const anyFact: fc.Arbitrary<DeclarationFact> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('MARK' as const),
      status: fc.constantFrom<MarkableStatus>('PRESENT', 'ABSENT', 'ON_LEAVE', 'REMOTE'),
      portion: fc.constantFrom(...PORTIONS),
      leaveTypeId: fc.constantFrom(undefined, 'vacation', 'sick'),
      note: fc.constantFrom('', 'a note'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ leaveTime: anyClockRange, leaveTypeId: fc.constantFrom(undefined, 'doctor') })
      .map((leave) => ({ ...hours(0, 1), ...leave }) as DeclarationFact),
  },
  { weight: 1, arbitrary: fc.constant(CLEAR) },
);

describe('A declaration: the latest mark rules, per half', () => {
  for (const { id, facts, status, portion, other, kind, otherKind, leave = [] } of CASES) {
    it(id, () => {
      const result = dayOf(declarationOf(facts));
      if (status === undefined) {
        expect(result).to.equal(undefined);
      } else {
        const kinds = { leaveTypeId: kind, otherHalfLeaveTypeId: otherKind };
        const expected = {
          status,
          portion,
          otherHalfStatus: other,
          ...kinds,
          note: '',
          work: NO_WORK,
        };
        const { leaveTimes = [], ...rest } = result ?? {};
        expect(rest).to.deep.equal({ origin: 'MARKED', ...expected });
        expect(leaveText({ leaveTimes })).to.deep.equal(leave);
      }
    });
  }

  for (const { id, facts, leave } of LEAVE_CASES) {
    it(`${id}: leave by the hour alone`, () => {
      const result = dayOf(declarationOf(facts));
      expect([result?.status, result?.origin]).to.deep.equal(['ON_LEAVE', 'DERIVED']);
      expect(leaveText(result ?? { leaveTimes: [] })).to.deep.equal(leave);
    });
  }

  it('leave times stand that no later one shares time with', () => {
    fc.assert(
      fc.property(fc.array(anyClockRange, { maxLength: 8 }), (ranges) => {
        const facts = ranges.map((leaveTime) => ({ ...hours(0, 1), leaveTime }) as DeclarationFact);
        const isSame = (a: ClockRange, b: ClockRange) =>
          [-86_400, 0, 86_400].some(
            (shift) =>
              Math.max(a.startSecond, b.startSecond + shift) <
              Math.min(a.endSecond, b.endSecond + shift),
          );
        const standing = ranges
          .filter((one, at) => !ranges.slice(at + 1).some((later) => isSame(one, later)))
          .sort((a, b) => a.startSecond - b.startSecond);
        const found = declarationOf(facts)?.leaveTimes ?? [];
        expect(found.map(({ leaveTypeId: _, ...range }) => range)).to.deep.equal(standing);
      }),
    );
  });

  it('one fact at a time onto the stored day gives what all facts at once give', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 12 }), (facts) => {
        let stored = dayOf(undefined);
        for (const fact of facts) {
          const declaration = foldDeclaration(declarationIn(stored), fact);
          stored = dayOf(declaration);
        }
        const rebuilt = dayOf(declarationOf(facts));
        expect(sameResult(stored, rebuilt)).to.equal(true);
        expect(stored).to.deep.equal(rebuilt);
      }),
    );
  });

  it('the same mark again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 6 }), anyFact, (facts, fact) => {
        const once = declarationOf([...facts, fact]);
        const twice = declarationOf([...facts, fact, fact]);
        expect(twice).to.deep.equal(once);
      }),
    );
  });
});
