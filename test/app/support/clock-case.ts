// An acceptance case at the clock: what is recorded, what is tried, what comes of it.

import { expect } from 'chai';
import type { ItemOutcome } from '../../../src/app/ports/batch.js';
import {
  CLOCK_COMMANDS,
  type ClockCommand,
  type Fact,
  type PunchCorrection,
} from '../../../src/app/ports/facts.js';
import type { Session } from '../../../src/domain/facts/day.js';
import type { SessionConcerned } from '../../../src/domain/facts/errors.js';
import { PUNCH_KINDS } from '../../../src/domain/facts/punch.js';
import { fromEpochDay, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { Notation } from '../../domain/support/notation.js';
import type { Case, RosterSetup } from '../../domain/support/scenario.js';
import { valuesOf } from '../../domain/support/scenario-values.js';
import {
  commandFact,
  correctFact,
  MIA,
  punchFact,
  replaceFact,
  TOLD_AT,
  told,
  voidFact,
} from './facts.js';
import { ModelStore } from './model-store.js';

export interface ClockCase {
  readonly id: string;
  readonly title: string;
  readonly day?: string;
  readonly roster?: RosterSetup;
  /** Recorded before, as facts; the first one is punch 1. */
  readonly punches: readonly string[];
  /**
   * Each alone: `CLOCK_IN D 08:00`, `REPLACE 2 to D 16:00`, `REPLACE 2 as OUT`, `VOID 1 2`,
   * `CORRECT VOID 1, REPLACE 2 to D 16:00, ADD IN D 08:00`;
   * then what it comes to: `ok`, a refusal and its session, `PUNCH_NOT_FOUND`.
   */
  readonly steps: readonly (readonly [step: string, outcome: string])[];
  /** All sessions in the end: `D 08:00 to D 12:00 -`, by beginning; `D:` tells the date. */
  readonly sessions: readonly string[];
}

const STEP = /^(\w+)(?: (\d+(?: \d+)*))?(?: to)?(?: (D\S* \S+))?(?: as (\w+))?$/;
const ADD = /^ADD (\w+) (D\S* \S+)$/;

function factOf(step: string, notation: Notation): Fact {
  if (step.startsWith('CORRECT ')) {
    const parts = step.slice('CORRECT '.length).split(', ');
    return correctFact(parts.map((part) => correctionOf(part, notation)));
  }
  const { word, numbers, time, punchKind } = parse(step, notation);
  if (word === 'VOID') return voidFact(numbers);
  if (word === 'REPLACE') return replaceFact(numbers[0] ?? 0, time, punchKind);
  if (!CLOCK_COMMANDS.some((each) => each === word)) throw new Error(`not a step: "${step}"`);
  return commandFact(word as ClockCommand, time);
}

function parse(step: string, notation: Notation) {
  const [, word = '', ids = '', moment, kind] = STEP.exec(step) ?? [];
  const time = moment === undefined ? undefined : (notation.moment(moment) as Instant);
  const punchKind = PUNCH_KINDS.find((each) => each === kind);
  return { word, numbers: ids.split(' ').map(Number), time, punchKind };
}

function correctionOf(part: string, notation: Notation): PunchCorrection {
  const [, said, moment] = ADD.exec(part) ?? [];
  const kind = PUNCH_KINDS.find((each) => each === said);
  if (kind !== undefined && moment !== undefined) {
    const time = notation.moment(moment) as Instant;
    const punch = { time, kind, deviceId: '', eventId: '', position: undefined, flags: [] };
    return { kind: 'ADD', punch: { ...told(punch), source: 'CORRECTION' } };
  }
  const { word, numbers, time, punchKind } = parse(part, notation);
  const punchId = numbers[0] ?? 0;
  if (word === 'VOID') return { kind: 'VOID', punchId };
  if (word !== 'REPLACE') throw new Error(`not a correction: "${part}"`);
  return { kind: 'REPLACE', punchId, time, punchKind };
}

function say(notation: Notation, { in: start, out, shiftId }: SessionConcerned | Session): string {
  const end = (at: Instant | undefined) => (at === undefined ? '?' : notation.say(at));
  return `${end(start)} to ${end(out)} ${shiftId ?? '-'}`;
}

function sayOutcome(outcome: ItemOutcome | undefined, notation: Notation): string {
  if (outcome?.kind !== 'FAILED') {
    const dates = outcome?.days.map(({ date }) => notation.sayDate(date)) ?? [];
    return dates.length === 0 ? 'ok' : `ok on ${dates.join(' ')}`;
  }
  const { failure } = outcome;
  if (failure.kind === 'PUNCH_NOT_FOUND') return `${failure.kind} ${failure.punchId}`;
  if (failure.kind === 'PUNCH_VOIDED') {
    return `${failure.kind} ${failure.punchId} by ${failure.by}`;
  }
  if (failure.kind === 'INVALID_FIELDS') {
    return failure.violations.map(({ field, reason }) => `${reason} ${field}`).join(', ');
  }
  if (failure.kind !== 'CLOCK_REFUSED') return failure.kind;
  const { refusal, session, correction } = failure;
  const word = correction === undefined ? refusal : `${refusal} by ${correction}`;
  if (session === undefined) return word;
  return `${word} ${say(notation, session)} on ${notation.sayDate(session.date)}`;
}

function sessionsOf(store: ModelStore, notation: Notation): string[] {
  return [...store.storedDates(MIA)]
    .sort((a, b) => a - b)
    .flatMap((epochDay) => {
      const date = fromEpochDay(epochDay);
      const sessions = store.day(MIA, date)?.result?.work.sessions ?? [];
      return sessions.map((session) => {
        const pauses = session.breaks.map(({ start, end }) => {
          const until = end === undefined ? '?' : notation.say(end);
          return ` pause ${notation.say(start)} to ${until}`;
        });
        return `${notation.sayDate(date)}: ${say(notation, session)}${pauses.join('')}`;
      });
    });
}

/** Runs the cases, each with a store of its own. */
export function describeClockCases(title: string, cases: readonly ClockCase[]): void {
  describe(title, () => {
    for (const { id, title: what, day, roster = {}, punches, steps, sessions } of cases) {
      it(`${id} ${what}`, () => {
        const row: Case = {
          id,
          title: what,
          source: '',
          roster,
          punches,
          days: {},
          ...(day && { day }),
        };
        const notation = new Notation(row);
        const values = valuesOf(row);
        const store = new ModelStore(values.roster);
        store.addEmployee(MIA, values.employee);
        store.write(
          values.punches.map((punch) => punchFact(punch)),
          TOLD_AT,
        );
        for (const [step, expected] of steps) {
          const [outcome] = store.write([factOf(step, notation)], TOLD_AT).outcomes;
          expect(`${step}: ${sayOutcome(outcome, notation)}`).to.equal(`${step}: ${expected}`);
        }
        expect(sessionsOf(store, notation)).to.deep.equal(sessions);
        const [from, to] = [toEpochDay(notation.date('D-9') as never), notation.epochDay('D+30')];
        expect(store.stored(MIA, from, to)).to.deep.equal(store.rebuilt(MIA, from, to));
      });
    }
  });
}
