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

export const BREAK_RULE_CASES: readonly Case[] = [...NEVER_BELOW];
