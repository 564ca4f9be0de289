// Makes the version of a shift or a policy that a roster file asks for, and compares it with the
// service's. Pure.

import { clone, create, equals } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import type {
  Policy,
  PolicyHistory,
  Rounding,
  Shift,
  ShiftHistory,
  WorkRules,
} from '../../client/index.js';
import {
  DateAttribution,
  HoursCounted,
  OffShiftRulesSchema,
  PolicySchema,
  PunchPairing,
  ShiftSchema,
  WorkRulesSchema,
} from '../../client/index.js';
import type { RosterEntry } from './roster-row.js';

type ShiftEntry = Extract<RosterEntry, { type: 'shift' }>;
type PolicyEntry = Extract<RosterEntry, { type: 'policy' }>;

/** The version that a row asks for. Columns that the file lacks are as in the service. */
export function versionAsked(entry: ShiftEntry, history: ShiftHistory | undefined): Shift {
  const { shiftId, effectiveDate, startTimeOfDay, endTimeOfDay } = entry;
  const base = versionOn(history?.versions, effectiveDate);
  const shift = base === undefined ? create(ShiftSchema) : clone(ShiftSchema, base);
  Object.assign(shift, { shiftId, effectiveDate, startTimeOfDay, endTimeOfDay });
  for (const set of entry.rules) set(shift);
  return shift;
}

/** The same for a policy. */
export function policyAsked(entry: PolicyEntry, history: PolicyHistory | undefined): Policy {
  const { policyId, effectiveDate } = entry;
  const base = versionOn(history?.versions, effectiveDate);
  const policy = base === undefined ? create(PolicySchema) : clone(PolicySchema, base);
  Object.assign(policy, { policyId, effectiveDate });
  for (const set of entry.rules) set(policy);
  return policy;
}

/**
 * The version in force at a date, perhaps of that same date. A new version begins as a copy of it.
 */
export function versionOn<V extends { readonly effectiveDate: string }>(
  versions: readonly V[] | undefined,
  date: string,
): V | undefined {
  return versions?.findLast(({ effectiveDate }) => effectiveDate <= date);
}

/** Whether the service has exactly this version. */
export function isSameVersion(shift: Shift, history: ShiftHistory | undefined): boolean {
  const { effectiveDate } = shift;
  const version = history?.versions.find((each) => each.effectiveDate === effectiveDate);
  return version !== undefined && equals(ShiftSchema, spelledOut(version), spelledOut(shift));
}

/** The same for a policy. */
export function isSamePolicy(policy: Policy, history: PolicyHistory | undefined): boolean {
  const { effectiveDate } = policy;
  const version = history?.versions.find((each) => each.effectiveDate === effectiveDate);
  return (
    version !== undefined && equals(PolicySchema, spelledPolicy(version), spelledPolicy(policy))
  );
}

/** Defaults of the contract. The service always spells them out. */
const DEFAULT_ACCEPT_BEFORE_SECONDS = 7_200n;
const DEFAULT_ACCEPT_AFTER_SECONDS = 14_400n;
const DEFAULT_NEW_STRETCH_GAP_SECONDS = 14_400n;
const DEFAULT_MAX_LENGTH_SECONDS = 57_600n;

/**
 * The shift in the service's spelling: with defaults spelled out, and without lengths of no effect.
 */
function spelledOut(shift: Shift): Shift {
  const spelled = clone(ShiftSchema, shift);
  spelled.acceptBefore ??= create(DurationSchema, { seconds: DEFAULT_ACCEPT_BEFORE_SECONDS });
  spelled.acceptAfter ??= create(DurationSchema, { seconds: DEFAULT_ACCEPT_AFTER_SECONDS });
  if (isZero(spelled.lateGrace)) delete spelled.lateGrace;
  if (isZero(spelled.earlyGrace)) delete spelled.earlyGrace;
  if (isZero(spelled.halfDayThreshold)) delete spelled.halfDayThreshold;
  if (isZero(spelled.absentThreshold)) delete spelled.absentThreshold;
  if (isZero(spelled.minOvertime)) delete spelled.minOvertime;
  if (spelled.workRules !== undefined) spelled.workRules = spelledRules(spelled.workRules);
  return spelled;
}

/** The policy in the service's spelling: off-shift rules are always spelled out. */
function spelledPolicy(policy: Policy): Policy {
  const spelled = clone(PolicySchema, policy);
  if (spelled.workRules !== undefined) spelled.workRules = spelledRules(spelled.workRules);
  const offShift = spelled.offShiftRules ?? create(OffShiftRulesSchema);
  offShift.workRules = spelledRules(offShift.workRules ?? create(WorkRulesSchema));
  offShift.newStretchGap ??= create(DurationSchema, { seconds: DEFAULT_NEW_STRETCH_GAP_SECONDS });
  offShift.maxLength ??= create(DurationSchema, { seconds: DEFAULT_MAX_LENGTH_SECONDS });
  if (offShift.attribution === DateAttribution.UNSPECIFIED) {
    offShift.attribution = DateAttribution.START_DATE;
  }
  if (offShift.dayStart === '00:00') offShift.dayStart = '';
  spelled.offShiftRules = offShift;
  return spelled;
}

/** Changes the given rules. Rules without another setting still say how punches are read. */
function spelledRules(rules: WorkRules): WorkRules {
  if (rules.pairing === PunchPairing.TYPED) rules.pairing = PunchPairing.UNSPECIFIED;
  if (rules.hoursCounted === HoursCounted.EVERY_PAIR) rules.hoursCounted = HoursCounted.UNSPECIFIED;
  if (isZero(rules.repeatWindow)) delete rules.repeatWindow;
  if (isZero(rules.minBreakLength)) delete rules.minBreakLength;
  if (isZero(rules.paidBreakLimit)) delete rules.paidBreakLimit;
  for (const type of rules.breakTypes) if (isZero(type.length)) delete type.length;
  const { roundIn, roundOut, roundBreaks, roundWorked } = rules;
  for (const rounding of [roundIn, roundOut, roundBreaks, roundWorked]) spellRounding(rounding);
  if (equals(WorkRulesSchema, rules, create(WorkRulesSchema))) rules.pairing = PunchPairing.TYPED;
  return rules;
}

function spellRounding(rounding: Rounding | undefined): void {
  if (isZero(rounding?.grace)) delete rounding?.grace;
}

function isZero(length: Duration | undefined): boolean {
  return length?.seconds === 0n && length.nanos === 0;
}
