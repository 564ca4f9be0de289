// Who may clock, and about which times: each bound with its last good value and its first bad one.

import { expect } from 'chai';
import type { ClockCommand, CommandLimits, Fact } from '../../../src/app/ports/facts.js';
import type { Failure } from '../../../src/domain/facts/errors.js';
import type { Punch } from '../../../src/domain/facts/punch.js';
import type { EmployeeRoster, Roster } from '../../../src/domain/roster/roster.js';
import { DEFAULT_OFF_SHIFT_RULES } from '../../../src/domain/roster/shift.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { day, PLAIN_POLICY, zoneNamed } from '../../domain/support/arbitraries.js';
import { commandFact, MIA, NO_LIMITS, punchFact, TOLD_AT } from '../support/facts.js';
import { ModelStore } from '../support/model-store.js';

const LIMITS: CommandLimits = { employedOnly: true, maxAgeDays: 31 };
const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';
const DAY_MS = 86_400_000;

const ROSTER: Roster = {
  shifts: new Map(),
  calendars: new Map(),
  policies: new Map(),
  offShift: DEFAULT_OFF_SHIFT_RULES,
};

/** In Berlin, from 20 February to 1 March. */
const EMPLOYEE: EmployeeRoster = {
  zones: [{ fromDay: -Infinity, zone: zoneNamed('Europe/Berlin') }],
  joinedDay: day('2026-02-20'),
  leftDay: day('2026-03-01'),
  defaultShiftId: undefined,
  calendarId: undefined,
  assignments: [],
  overrides: new Map(),
};
const ALWAYS = { ...EMPLOYEE, joinedDay: -Infinity, leftDay: Infinity };

const at = (text: string) => Date.parse(text) as Instant;

function inAt(text: string): Fact {
  const punch: Punch = {
    time: at(text),
    kind: 'IN',
    deviceId: '',
    eventId: '',
    position: undefined,
    flags: [],
  };
  return punchFact(punch);
}

function storeOf(
  employee: EmployeeRoster,
  before: readonly Fact[] = [],
  roster = ROSTER,
): ModelStore {
  const store = new ModelStore(roster);
  store.addEmployee(MIA, employee);
  if (before.length > 0) store.write(before, TOLD_AT);
  return store;
}

/** `DONE`, the reason of the refused field, or the kind of the failure. */
function tell(store: ModelStore, fact: Fact): string {
  const failure = failureOf(store, fact);
  if (failure === undefined) return 'DONE';
  if (failure.kind !== 'INVALID_FIELDS') return failure.kind;
  const [violation] = failure.violations;
  expect(violation?.field).to.equal('time');
  expect(violation?.description).to.match(/^must .*RecordPunches$/);
  return violation?.reason ?? '';
}

function failureOf(store: ModelStore, fact: Fact): Failure | undefined {
  const [outcome] = store.write([fact], TOLD_AT).outcomes;
  return outcome?.kind === 'FAILED' ? outcome.failure : undefined;
}

describe('the time that a command brings', () => {
  const rows: readonly [id: string, back: number, limits: CommandLimits, word: string][] = [
    ['L1 the earliest', 31 * DAY_MS, LIMITS, 'DONE'],
    ['L2 a millisecond earlier', 31 * DAY_MS + 1, LIMITS, 'TIME_TOO_OLD'],
    ['L3 by another setting', 31 * DAY_MS + 1, { ...LIMITS, maxAgeDays: 32 }, 'DONE'],
    ['L4 beyond it', 32 * DAY_MS + 1, { ...LIMITS, maxAgeDays: 32 }, 'TIME_TOO_OLD'],
  ];
  for (const [id, back, limits, word] of rows) {
    it(`${id}: ${word}`, () => {
      const fact = commandFact('CLOCK_IN', (TOLD_AT - back) as Instant, { limits });
      expect(tell(storeOf(ALWAYS), fact)).to.equal(word);
    });
  }

  it('L7 by the policy of the date of the call, whatever the deployment says', () => {
    const policy = { ...PLAIN_POLICY, isDefault: true, maxCommandAgeDays: 3 };
    const versions = [{ fromDay: day('2026-03-01'), policy }];
    const roster = { ...ROSTER, policies: new Map([['plain', versions]]) };
    const within = (back: number) =>
      tell(
        storeOf(ALWAYS, [], roster),
        commandFact('CLOCK_IN', (TOLD_AT - back) as Instant, { limits: LIMITS }),
      );
    expect(within(3 * DAY_MS)).to.equal('DONE');
    expect(within(3 * DAY_MS + 1)).to.equal('TIME_TOO_OLD');
    const later = [{ fromDay: day('2026-04-01'), policy }];
    const notYet = { ...ROSTER, policies: new Map([['plain', later]]) };
    const fact = commandFact('CLOCK_IN', (TOLD_AT - 4 * DAY_MS) as Instant, { limits: LIMITS });
    expect(tell(storeOf(ALWAYS, [], notYet), fact)).to.equal('DONE');
  });

  it('L5 names the bound and what was sent', () => {
    const fact = commandFact('CLOCK_OUT', at('2026-01-01T08:00:00Z'), { limits: LIMITS });
    const failure = failureOf(storeOf(ALWAYS), fact);
    expect(failure?.kind === 'INVALID_FIELDS' && failure.violations[0]?.description).to.equal(
      'must be at most 31 days back, 2026-01-30T12:00:00.000Z or later; it is ' +
        '2026-01-01T08:00:00.000Z: record older punches with RecordPunches',
    );
  });

  it('L6 of a repeated request is as good as it was', () => {
    const store = storeOf(ALWAYS);
    const fact = commandFact('CLOCK_IN', TOLD_AT, { requestId: UUID, limits: LIMITS });
    expect(tell(store, fact)).to.equal('DONE');
    const later = (TOLD_AT + 40 * DAY_MS) as Instant;
    expect(tell(store, { ...fact, receivedAt: later })).to.equal('DONE');
    expect(store.punches(MIA).length).to.equal(1);
  });
});

describe('the employment that a command is within', () => {
  const LAST_NIGHT = inAt('2026-03-01T20:00:00Z');
  const rows: readonly [
    id: string,
    command: ClockCommand,
    time: string,
    word: string,
    before?: readonly Fact[],
  ][] = [
    ['M1 the first second', 'CLOCK_IN', '2026-02-19T23:00:00Z', 'DONE'],
    ['M2 the second before', 'CLOCK_IN', '2026-02-19T22:59:59Z', 'TIME_BEFORE_JOIN_DATE'],
    ['M3 a departure before', 'CLOCK_OUT', '2026-02-19T22:59:59Z', 'TIME_BEFORE_JOIN_DATE'],
    ['M4 a break before', 'START_BREAK', '2026-02-10T12:00:00Z', 'TIME_BEFORE_JOIN_DATE'],
    ['M5 the last second', 'CLOCK_IN', '2026-03-01T22:59:59Z', 'DONE'],
    ['M6 the second after', 'CLOCK_IN', '2026-03-01T23:00:00Z', 'TIME_AFTER_LEAVE_DATE'],
    ['M7 a departure after', 'CLOCK_OUT', '2026-03-02T03:00:00Z', 'TIME_AFTER_LEAVE_DATE'],
    ['M8 the end of the last night', 'CLOCK_OUT', '2026-03-02T03:00:00Z', 'DONE', [LAST_NIGHT]],
    ['M9 a break of it', 'START_BREAK', '2026-03-02T01:00:00Z', 'DONE', [LAST_NIGHT]],
    ['M10 within, but in', 'CLOCK_IN', '2026-03-01T21:00:00Z', 'CLOCK_REFUSED', [LAST_NIGHT]],
    ['M11 within, but not in', 'CLOCK_OUT', '2026-03-01T12:00:00Z', 'CLOCK_REFUSED'],
  ];
  for (const [id, command, time, word, before] of rows) {
    it(`${id}: ${word}`, () => {
      const fact = commandFact(command, at(time), { limits: LIMITS });
      expect(tell(storeOf(EMPLOYEE, before), fact)).to.equal(word);
    });
  }

  it('M12 does not matter without a time', () => {
    const fact = commandFact('CLOCK_IN', undefined, { limits: LIMITS });
    expect(tell(storeOf(EMPLOYEE), fact)).to.equal('DONE');
  });

  it('M13 nor where the deployment accepts anybody', () => {
    const fact = commandFact('CLOCK_IN', at('2026-02-10T12:00:00Z'), { limits: NO_LIMITS });
    expect(tell(storeOf(EMPLOYEE), fact)).to.equal('DONE');
  });

  it('M14 is named with the bound and the date', () => {
    const fact = commandFact('CLOCK_IN', at('2026-02-10T12:00:00Z'), { limits: LIMITS });
    const failure = failureOf(storeOf(EMPLOYEE), fact);
    expect(failure?.kind === 'INVALID_FIELDS' && failure.violations[0]?.description).to.equal(
      "must not be before the employee's join_date, 2026-02-20; it counts for 2026-02-10: correct " +
        'the join_date with UpdateEmployee, or record the punch with RecordPunches',
    );
  });
});
