// Commands against a person as simple as can be: out, in, or on a break. And whatever is accepted
// did what it says, and took nothing from any other session.

import { expect } from 'chai';
import fc from 'fast-check';
import { CLOCK_COMMANDS, type ClockCommand } from '../../src/app/ports/facts.js';
import type { Session } from '../../src/domain/facts/day.js';
import type { ClockRefusal } from '../../src/domain/facts/errors.js';
import type { EmployeeRoster, Roster } from '../../src/domain/roster/roster.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  type Shift,
  type WorkRules,
} from '../../src/domain/roster/shift.js';
import { fromEpochDay } from '../../src/domain/time/local-date.js';
import { type Instant, wholeSecond } from '../../src/domain/time/time.js';
import { closingWorkRules, HOUR, scenarios, zoneNamed } from '../domain/support/arbitraries.js';
import { runs } from '../support/runs.js';
import { standingSessions } from './support/clock-watch.js';
import { commandFact, MIA, punchFact, replaceFact, TOLD_AT } from './support/facts.js';
import { ModelStore } from './support/model-store.js';
import { hasUnheeded } from './support/punch-roles.js';

const RUNS = runs(150);

const START = Date.parse('2026-03-02T06:00:00Z');
const MAX_LENGTH_MS = DEFAULT_OFF_SHIFT_RULES.maxLengthSeconds * 1000;

const UNROSTERED: EmployeeRoster = {
  zones: [{ fromDay: Number.NEGATIVE_INFINITY, zone: zoneNamed('Europe/Berlin') }],
  joinedDay: Number.NEGATIVE_INFINITY,
  leftDay: Number.POSITIVE_INFINITY,
  defaultShiftId: undefined,
  calendarId: undefined,
  assignments: [],
  overrides: new Map(),
};
const ROSTER: Roster = {
  shifts: new Map(),
  calendars: new Map(),
  policies: new Map(),
  offShift: DEFAULT_OFF_SHIFT_RULES,
};

/** Somebody who does one thing after the other, in whole seconds. */
class Person {
  since: number | undefined;
  pause: number | undefined;

  /** What a command at a time is refused for. */
  refusal(command: ClockCommand, time: number): ClockRefusal | undefined {
    if (this.since !== undefined && time - this.since > MAX_LENGTH_MS) {
      this.since = undefined;
      this.pause = undefined;
    }
    if (command === 'CLOCK_IN') return this.since === undefined ? undefined : 'ALREADY_CLOCKED_IN';
    if (this.since === undefined) return 'NOT_CLOCKED_IN';
    if (command === 'CLOCK_OUT') return undefined;
    if (command === 'START_BREAK') return this.pause === undefined ? undefined : 'ALREADY_ON_BREAK';
    return this.pause === undefined ? 'NOT_ON_BREAK' : undefined;
  }

  do(command: ClockCommand, time: number): void {
    if (command === 'CLOCK_IN') this.since = time;
    if (command === 'CLOCK_OUT') this.since = undefined;
    this.pause = command === 'START_BREAK' ? time : undefined;
  }
}

const anyCommands = fc.array(
  fc.record({
    command: fc.constantFrom(...CLOCK_COMMANDS),
    afterSecond: fc.oneof(
      fc.integer({ min: 1, max: 3 * HOUR }),
      fc.integer({ min: 1, max: 20 * HOUR }),
      fc.constantFrom(1, 16 * HOUR, 16 * HOUR + 1, 4 * HOUR),
    ),
    ms: fc.constantFrom(0, 0, 1, 999),
  }),
  { maxLength: 30 },
);

/** Every session stored, by beginning: of two dates, the later one's may have begun earlier. */
function sessionsIn(store: ModelStore): readonly Session[] {
  const beginningOf = ({ in: start, out }: Session) => start ?? out ?? 0;
  return [...store.storedDates(MIA)]
    .flatMap((day) => standingSessions(store.day(MIA, fromEpochDay(day))))
    .sort((a, b) => beginningOf(a) - beginningOf(b));
}

/** Whether all of a time is within sessions that touch each other. */
function isCovered(sessions: readonly Session[], from: number, to: number): boolean {
  let reached = from;
  for (const { in: start, out } of sessions) {
    if (start === undefined || out === undefined) continue;
    if (start <= reached && out > reached) reached = out;
  }
  return reached >= to;
}

/** Whether the last arrival was off shift, without a departure, and not too long ago. */
function wasCut(sessions: readonly Session[], time: number): boolean {
  const last = sessions.filter(({ in: start, out }) => (start ?? out ?? time) < time).at(-1);
  return last?.out === undefined && last?.shiftId === undefined && last?.in !== undefined;
}

/** Says a command; nothing may become of one that is refused, and of others only what they say. */
function expectDoneOrRefused(store: ModelStore, command: ClockCommand, time: Instant): void {
  const before = sessionsIn(store);
  const [outcome] = store.write([commandFact(command, time)], TOLD_AT).outcomes;
  const after = sessionsIn(store);
  if (outcome?.kind === 'FAILED') {
    expect(after).to.deep.equal(before);
    return;
  }
  const second = wholeSecond(time);
  const did = after.some(({ in: start, out, breaks }) => {
    if (command === 'CLOCK_IN') return start === second;
    if (command === 'CLOCK_OUT') {
      return out === second && (start !== undefined || wasCut(before, second));
    }
    if (out !== undefined) return false;
    const last = breaks.at(-1);
    const isOn = last !== undefined && last.end === undefined;
    return command === 'START_BREAK' ? isOn && last.start === second : !isOn;
  });
  expect(did, `${command} did nothing`).to.equal(true);
  for (const { in: start, out } of before) {
    if (start === undefined || out === undefined) continue;
    expect(isCovered(after, start, out), `${start} to ${out} is gone`).to.equal(true);
  }
}

describe('commands', () => {
  it('one after the other are refused as a person with three states would be', () => {
    fc.assert(
      fc.property(anyCommands, (commands) => {
        const store = new ModelStore(ROSTER);
        store.addEmployee(MIA, UNROSTERED);
        const person = new Person();
        let time = START;
        for (const { command, afterSecond, ms } of commands) {
          time += afterSecond * 1000;
          const expected = person.refusal(command, time);
          const fact = commandFact(command, (time + ms) as Instant);
          const [outcome] = store.write([fact], TOLD_AT).outcomes;
          const failure = outcome?.kind === 'FAILED' ? outcome.failure : undefined;
          const refusal = failure?.kind === 'CLOCK_REFUSED' ? failure.refusal : undefined;
          expect(refusal).to.equal(expected);
          if (expected === undefined) person.do(command, time);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('do what they say, and leave all that was worked as it was', () => {
    const work = closingWorkRules.map((rules) => ({ ...rules, hours: PLAIN_WORK_RULES.hours }));
    const anyTry = fc.record({
      command: fc.constantFrom(...CLOCK_COMMANDS),
      pick: fc.nat({ max: 9_999 }),
      offSecond: fc.oneof(
        fc.constantFrom(0, 1, -1, 60),
        fc.integer({ min: -9 * HOUR, max: 9 * HOUR }),
      ),
    });
    fc.assert(
      fc.property(scenarios({ work }), fc.array(anyTry, { maxLength: 12 }), (scenario, tries) => {
        const store = new ModelStore(scenario.roster);
        store.addEmployee(MIA, scenario.employee);
        const facts = scenario.punches.map((punch) => punchFact(punch));
        if (facts.length > 0) store.write(facts, TOLD_AT);
        for (const { command, pick, offSecond } of tries) {
          const near = scenario.punches[pick % Math.max(scenario.punches.length, 1)]?.time;
          const origin = near ?? scenario.firstDay * 86_400_000;
          const time = (origin + offSecond * 1000) as Instant;
          expectDoneOrRefused(store, command, time);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('take a departure at a window’s beginning, whatever dates the sessions before it have', () => {
    // The shift's date is a day ahead of the employee's: its session of the 9th began before the
    // last arrival off shift, which is of the 8th.
    const work: WorkRules = { ...PLAIN_WORK_RULES, repeatSeconds: 0 };
    const midnight: Shift = {
      shiftId: 'midnight',
      zone: zoneNamed('UTC'),
      startSecond: 0,
      endSecond: 3 * HOUR,
      beforeSeconds: 0,
      afterSeconds: 0,
      maxSessionSeconds: 0,
      lateGraceSeconds: 0,
      earlyGraceSeconds: 0,
      absentBelowSeconds: 0,
      halfDayBelowSeconds: 0,
      work,
      halvesMeetSecond: undefined,
      flexible: undefined,
      counting: PLAIN_COUNTING,
      worksOnHolidays: false,
      calendarId: undefined,
      geofence: undefined,
    };
    const store = new ModelStore({
      ...ROSTER,
      shifts: new Map([['midnight', [{ fromDay: Number.NEGATIVE_INFINITY, shift: midnight }]]]),
    });
    store.addEmployee(MIA, {
      ...UNROSTERED,
      zones: [{ fromDay: Number.NEGATIVE_INFINITY, zone: zoneNamed('Etc/GMT+12') }],
      defaultShiftId: 'midnight',
    });
    const arrivals = ['2024-03-09T00:00:00Z', '2024-03-09T11:59:59Z'].map((time) => {
      const plain = { deviceId: '', eventId: '', position: undefined, flags: [] };
      return punchFact({ ...plain, kind: 'IN', time: Date.parse(time) as Instant });
    });
    store.write(arrivals, TOLD_AT);
    expectDoneOrRefused(store, 'CLOCK_OUT', Date.parse('2024-03-10T00:00:00Z') as Instant);
    const last = sessionsIn(store).at(-1);
    const [start, out] = ['2024-03-09T11:59:59Z', '2024-03-10T00:00:00Z'].map(Date.parse);
    expect(last).to.include({ in: start, out });
  });

  it('corrections never shorten the sessions of other punches whose keys say what they are', () => {
    const work = closingWorkRules.map((rules) => ({ ...rules, hours: PLAIN_WORK_RULES.hours }));
    fc.assert(
      fc.property(
        scenarios({ work }),
        fc.nat({ max: 9_999 }),
        fc.integer({ min: -12 * HOUR, max: 12 * HOUR }),
        (scenario, pick, offSecond) => {
          const store = new ModelStore(scenario.roster);
          store.addEmployee(MIA, scenario.employee);
          if (scenario.punches.length === 0) return;
          store.write(
            scenario.punches.map((punch) => punchFact(punch)),
            TOLD_AT,
          );
          const all = store.punches(MIA);
          const old = all[pick % all.length];
          if (old === undefined) return;
          const before = sessionsIn(store);
          const moved = (old.time + offSecond * 1000) as Instant;
          const fact = replaceFact(old.punchId, moved, undefined);
          const [outcome] = store.write([fact], TOLD_AT).outcomes;
          const after = sessionsIn(store);
          if (outcome?.kind === 'FAILED') {
            expect(after).to.deep.equal(before);
            return;
          }
          const second = wholeSecond(old.time);
          for (const { in: start, out } of before) {
            if (start === undefined || out === undefined) continue;
            // Its own session, or what a midnight or the next shift made of it.
            const isOwn = start <= second && second <= out;
            const isNext = before.some((other) => other.out === start || other.in === out);
            // Where arrivals and departures alternate, all of them may take other turns.
            const isSaid = all.every(
              ({ time, kind }) =>
                kind !== 'UNSPECIFIED' || ![start, out].includes(wholeSecond(time)),
            );
            if (isOwn || isNext || !isSaid || hasUnheeded(scenario)) continue;
            expect(isCovered(after, start, out), `${start} to ${out} is gone`).to.equal(true);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});
