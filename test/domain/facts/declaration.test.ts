import { expect } from 'chai';
import fc from 'fast-check';
import { derive, sameResult } from '../../../src/domain/engine/derive.js';
import {
  type DayResult,
  type Declaration,
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
];

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
  { weight: 1, arbitrary: fc.constant(CLEAR) },
);

describe('A declaration: the latest mark rules, per half', () => {
  for (const { id, facts, status, portion, other, kind, otherKind } of CASES) {
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
        expect(result).to.deep.equal({ origin: 'MARKED', ...expected });
      }
    });
  }

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
