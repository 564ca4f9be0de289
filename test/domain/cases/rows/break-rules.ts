// Section L: which breaks are deducted, and how much of them.

import type { Case, RosterSetup, RulesSetup } from '../../support/scenario.js';
import { onlyOnD } from './fixtures.js';

/** 30 minutes after 6 hours and 45 after 9, as German law has it. */
const DEDUCT = ['0:30 after 6:00', '0:45 after 9:00'];
const NEVER_LESS: RulesSetup = { deduct: DEDUCT, deductExcessOnly: true };

/** A shift of these hours on D, counted by these rules. */
function counted(hours: string, rules: RulesSetup): RosterSetup {
  return { shifts: [{ id: 'day', hours, after: '4:00', rules }], assigned: onlyOnD() };
}

function noBreak(
  out: string,
  worked: string,
  rules: RulesSetup,
): Pick<Case, 'roster' | 'punches' | 'days'> {
  return {
    roster: counted('08:00-14:00', rules),
    punches: ['D 08:00 IN', `D ${out} OUT`],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: `D ${out}`, worked } },
  };
}

const source = 'zeiterfassung#94, German working time law';

const NEVER_BELOW: readonly Case[] = [
  {
    id: 'L2',
    title: 'ten minutes above six hours are what the break takes',
    source,
    ...noBreak('14:10', '6:00', NEVER_LESS),
  },
  { id: 'L2', title: 'and thirty', source, ...noBreak('14:30', '6:00', NEVER_LESS) },
  {
    id: 'L2',
    title: 'of more than that, all but the break is paid',
    source,
    ...noBreak('14:45', '6:15', NEVER_LESS),
  },
  {
    id: 'L2',
    title: 'above nine hours, no less than nine hours come to',
    source,
    ...noBreak('17:10', '8:30', NEVER_LESS),
  },
  {
    id: 'L2',
    title: 'until the longer break is worked off',
    source,
    ...noBreak('17:20', '8:35', NEVER_LESS),
  },
  {
    id: 'L2',
    title: 'a break that was taken in part leaves less to take',
    source,
    roster: counted('08:00-14:00', NEVER_LESS),
    punches: ['D 08:00 IN', 'D 11:00 OUT', 'D 11:20 IN', 'D 14:25 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: 'D 14:25', worked: '6:00' } },
  },
  {
    id: 'L2',
    title: 'and one that was taken leaves nothing',
    source,
    roster: counted('08:00-14:00', NEVER_LESS),
    punches: ['D 08:00 IN', 'D 11:00 OUT', 'D 11:30 IN', 'D 14:40 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: 'D 14:40', worked: '6:10' } },
  },
  {
    id: 'L3',
    title: 'flat, the break is taken whole',
    source,
    ...noBreak('14:10', '5:40', { deduct: DEDUCT }),
  },
];

/** Pieces of 10 minutes, where a break is at least 15. */
const PIECES: RulesSetup = { deduct: ['0:30 after 6:00'], minBreak: '0:15' };
const THREE_SHORT = [
  ...['D 06:00 IN', 'D 08:00 OUT', 'D 08:10 IN', 'D 09:10 OUT'],
  ...['D 09:20 IN', 'D 10:20 OUT', 'D 10:30 IN', 'D 12:50 OUT'],
];
const UNTIL_12_50 = { status: 'PRESENT', in: 'D 06:00', out: 'D 12:50' } as const;

const SHORT_PIECES: readonly Case[] = [
  {
    id: 'L1',
    title: 'pieces of ten minutes are no break',
    source,
    roster: counted('06:00-12:50', PIECES),
    punches: THREE_SHORT,
    days: { D: { ...UNTIL_12_50, worked: '5:50' } },
  },
  {
    id: 'L1',
    title: 'without a least length they are',
    source,
    roster: counted('06:00-12:50', { deduct: ['0:30 after 6:00'] }),
    punches: THREE_SHORT,
    days: { D: { ...UNTIL_12_50, worked: '6:20' } },
  },
  {
    id: 'L1',
    title: 'punched as breaks, they are none likewise',
    source,
    roster: counted('06:00-12:50', PIECES),
    punches: [
      ...['D 06:00 IN', 'D 08:00 BREAK', 'D 08:10 BACK', 'D 09:10 BREAK', 'D 09:20 BACK'],
      ...['D 10:20 BREAK', 'D 10:30 BACK', 'D 12:50 OUT'],
    ],
    days: { D: { ...UNTIL_12_50, worked: '5:50' } },
  },
  {
    id: 'L1',
    title: 'a piece of exactly fifteen minutes counts, and the rest is deducted',
    source,
    roster: counted('06:00-12:50', PIECES),
    punches: [
      'D 06:00 IN',
      'D 08:00 OUT',
      'D 08:15 IN',
      'D 10:00 OUT',
      'D 10:10 IN',
      'D 12:50 OUT',
    ],
    days: { D: { ...UNTIL_12_50, worked: '6:10' } },
  },
];

export const BREAK_RULE_CASES: readonly Case[] = [...NEVER_BELOW, ...SHORT_PIECES];
