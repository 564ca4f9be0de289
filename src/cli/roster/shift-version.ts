// A version of a shift as a roster file asks for it, beside the one that the service has. Pure.

import { clone, create, equals } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import type { Rounding, Shift, ShiftHistory, WorkRules } from '../../client/index.js';
import { HoursCounted, PunchPairing, ShiftSchema, WorkRulesSchema } from '../../client/index.js';
import type { RosterEntry } from './roster-row.js';

type ShiftEntry = Extract<RosterEntry, { type: 'shift' }>;

/** The version that a row asks for: where the file has no column, as the service has it. */
export function versionAsked(entry: ShiftEntry, history: ShiftHistory | undefined): Shift {
  const { shiftId, effectiveDate, startTimeOfDay, endTimeOfDay } = entry;
  const base = versionOn(history, effectiveDate);
  const shift = base === undefined ? create(ShiftSchema) : clone(ShiftSchema, base);
  Object.assign(shift, { shiftId, effectiveDate, startTimeOfDay, endTimeOfDay });
  for (const set of entry.rules) set(shift);
  return shift;
}

/** What a new version begins as: the one in force at its date, which may be the one of that date. */
function versionOn(history: ShiftHistory | undefined, date: string): Shift | undefined {
  return history?.versions.findLast(({ effectiveDate }) => effectiveDate <= date);
}

/** Whether the service has this very version. */
export function isSameVersion(shift: Shift, history: ShiftHistory | undefined): boolean {
  const { effectiveDate } = shift;
  const version = history?.versions.find((each) => each.effectiveDate === effectiveDate);
  return version !== undefined && equals(ShiftSchema, spelledOut(version), spelledOut(shift));
}

/** Lengths that the contract gives when none is said; the service always says them. */
const DEFAULT_ACCEPT_BEFORE_SECONDS = 7_200n;
const DEFAULT_ACCEPT_AFTER_SECONDS = 14_400n;

/** The same shift in the service's spelling: defaults said, lengths that do nothing left out. */
function spelledOut(shift: Shift): Shift {
  const spelled = clone(ShiftSchema, shift);
  spelled.acceptBefore ??= create(DurationSchema, { seconds: DEFAULT_ACCEPT_BEFORE_SECONDS });
  spelled.acceptAfter ??= create(DurationSchema, { seconds: DEFAULT_ACCEPT_AFTER_SECONDS });
  if (isZero(spelled.lateGrace)) delete spelled.lateGrace;
  if (isZero(spelled.earlyGrace)) delete spelled.earlyGrace;
  if (isZero(spelled.halfDayThreshold)) delete spelled.halfDayThreshold;
  if (isZero(spelled.absentThreshold)) delete spelled.absentThreshold;
  if (isZero(spelled.minOvertime)) delete spelled.minOvertime;
  // Rules that say nothing and no rules are the same.
  spelled.workRules = spelledRules(spelled.workRules ?? create(WorkRulesSchema));
  return spelled;
}

/** Changes the rules that it is given. */
function spelledRules(rules: WorkRules): WorkRules {
  if (rules.pairing === PunchPairing.TYPED) rules.pairing = PunchPairing.UNSPECIFIED;
  if (rules.hoursCounted === HoursCounted.EVERY_PAIR) rules.hoursCounted = HoursCounted.UNSPECIFIED;
  if (isZero(rules.repeatWindow)) delete rules.repeatWindow;
  if (isZero(rules.minBreakLength)) delete rules.minBreakLength;
  if (isZero(rules.paidBreakLimit)) delete rules.paidBreakLimit;
  for (const type of rules.breakTypes) if (isZero(type.length)) delete type.length;
  const { roundIn, roundOut, roundBreaks, roundWorked } = rules;
  for (const rounding of [roundIn, roundOut, roundBreaks, roundWorked]) spellRounding(rounding);
  return rules;
}

function spellRounding(rounding: Rounding | undefined): void {
  if (isZero(rounding?.grace)) delete rounding?.grace;
}

function isZero(length: Duration | undefined): boolean {
  return length?.seconds === 0n && length.nanos === 0;
}
