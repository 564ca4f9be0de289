// Until when a session can be ended by a punch that does not say what it is, or whose key nobody
// heeds: what is told of a session without an end, and whether one more punch then ends it.

import { expect } from 'chai';
import { derive } from '../../src/domain/engine/derive.js';
import type { Session } from '../../src/domain/facts/day.js';
import { type Punch, timelineOf } from '../../src/domain/facts/punch.js';
import { planDays } from '../../src/domain/roster/plan.js';
import type { Instant } from '../../src/domain/time/time.js';
import { Notation } from './support/notation.js';
import type { Case, RosterSetup } from './support/scenario.js';
import { valuesOf } from './support/scenario-values.js';

interface Row {
  readonly title: string;
  readonly roster: RosterSetup;
  readonly punches: readonly string[];
  /** Of the last session. */
  readonly closesAt: string;
  /** Whether a punch that says nothing ends it in that very second; a second later none does. */
  readonly isTaken: boolean;
  /** Where it can be ended for longer: the last second of that. */
  readonly goesOnUntil?: string;
}

const UNHEEDED = { pairing: 'ALTERNATING' } as const;
const MARGINS = { before: '1:00', after: '2:00' } as const;
const EARLY = { id: 'early', hours: '06:00-14:00', ...MARGINS, rules: UNHEEDED };
const LATE = { id: 'late', hours: '15:00-22:00', ...MARGINS, rules: UNHEEDED };

const ROWS: readonly Row[] = [
  {
    title: 'keys that are heeded take a departure for 16 hours; what says nothing comes too late',
    roster: {},
    punches: ['D 08:00 P'],
    closesAt: 'D+1 00:00',
    isTaken: false,
  },
  {
    title: 'keys that nobody heeds, for 13 hours',
    roster: { offShift: { rules: UNHEEDED } },
    punches: ['D 08:00 P'],
    closesAt: 'D 21:00',
    isTaken: true,
  },
  {
    title: 'also of an arrival that says it is one',
    roster: { offShift: { rules: UNHEEDED } },
    punches: ['D 08:00 IN'],
    closesAt: 'D 21:00',
    isTaken: true,
  },
  {
    title: 'and of a departure that turns out to be an arrival',
    roster: { offShift: { rules: UNHEEDED } },
    punches: ['D 08:00 OUT'],
    closesAt: 'D 21:00',
    isTaken: true,
  },
  {
    title: 'never longer than sessions may be',
    roster: { offShift: { maxLength: '12:00', rules: UNHEEDED } },
    punches: ['D 08:00 P'],
    closesAt: 'D 20:00',
    isTaken: true,
  },
  {
    title: 'though they may be longer',
    roster: { offShift: { maxLength: '36:00', rules: UNHEEDED } },
    punches: ['D 08:00 P'],
    closesAt: 'D 21:00',
    isTaken: true,
  },
  {
    title: 'counted from the session, not from the stretch',
    roster: { offShift: { rules: UNHEEDED } },
    punches: ['D 08:00 P', 'D 12:00 P', 'D 13:00 P'],
    closesAt: 'D+1 02:00',
    isTaken: true,
  },
  {
    title: 'a repetition changes nothing',
    roster: { offShift: { rules: { ...UNHEEDED, repeat: '0:01' } } },
    punches: ['D 08:00 P', 'D 08:00:40 P'],
    closesAt: 'D 21:00',
    isTaken: true,
  },
  {
    title: "over when a shift's window opens: what is in that second is the shift's",
    roster: {
      shifts: [LATE],
      assigned: [{ shifts: ['late'], from: 'D' }],
      offShift: { rules: UNHEEDED },
    },
    punches: ['D 08:00 P'],
    closesAt: 'D 14:00',
    isTaken: false,
  },
  {
    title: 'within a shift, until its window is over; and it can be ended for 13 hours',
    roster: { shifts: [EARLY], assigned: [{ shifts: ['early'], from: 'D' }] },
    punches: ['D 06:00 P'],
    closesAt: 'D 16:00',
    isTaken: true,
    goesOnUntil: 'D 19:00',
  },
  {
    title: "and where the next shift's window meets it, until the next shift begins",
    roster: { shifts: [EARLY, LATE], assigned: [{ shifts: ['early', 'late'], from: 'D' }] },
    punches: ['D 06:00 P'],
    closesAt: 'D 15:00',
    isTaken: false,
  },
];

function lastSession(row: Row, more: readonly Punch[]): Session | undefined {
  const values = valuesOf(caseOf(row));
  const timeline = timelineOf([...values.punches, ...more]);
  const day = new Notation(caseOf(row)).epochDay('D');
  return planDays(values.roster, values.employee, day - 1, day + 1)
    .flatMap((plan) => derive({ declaration: undefined, punches: timeline }, plan).work.sessions)
    .find(({ in: start }) => start === openedAt(values.punches));
}

/** The last of an odd number of punches is the arrival; of a repetition, the first. */
function openedAt(punches: readonly Punch[]): number | undefined {
  return punches[punches.length % 2 === 1 ? punches.length - 1 : 0]?.time;
}

function caseOf({ roster, punches, title }: Row): Case {
  return { id: title, title, source: '', roster, punches, days: {} };
}

describe('until when a session without an end is open', () => {
  for (const row of ROWS) {
    it(row.title, () => {
      const notation = new Notation(caseOf(row));
      const open = lastSession(row, []);
      expect(open?.out).to.equal(undefined);
      expect(notation.say(open?.closesAt ?? 0)).to.equal(row.closesAt);
      const at = (time: number): Punch => ({
        time: time as Instant,
        kind: 'UNSPECIFIED',
        deviceId: 'gate',
        eventId: '',
        position: undefined,
        flags: [],
      });
      const closesAt = open?.closesAt ?? 0;
      const outAt = (time: number) => lastSession(row, [at(time)])?.out;
      expect(outAt(closesAt)).to.equal(row.isTaken ? closesAt : undefined);
      const until = row.goesOnUntil === undefined ? closesAt : notation.moment(row.goesOnUntil);
      if (row.isTaken) expect(outAt(until)).to.equal(until);
      expect(outAt(until + 1000)).to.equal(undefined);
    });
  }
});
