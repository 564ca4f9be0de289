// Sentences about what the roster says of a date.

import type { Portion } from '../facts/day.js';
import type { PolicySource } from '../roster/policy.js';
import type { PlanSource } from '../roster/roster.js';
import { lengthText } from '../time/duration-text.js';
import type { TimeTeller } from '../time/local-text.js';
import { noteText } from './explain-words.js';
import type { PlanFinding } from './finding.js';

export function explainPlan(finding: PlanFinding, tell: TimeTeller): string {
  switch (finding.rule) {
    case 'SHIFT_PLANNED':
      return shiftPlanned(finding, tell);
    case 'CLOCKS_CHANGE':
      return clocksChange(finding);
    case 'TIME_SKIPPED': {
      const { shiftId, zone, skipped, movedTime } = finding;
      const moved = `for shift '${shiftId}' it is ${tell(movedTime)}`;
      return `The clocks skip ${skipped} (${zone}): ${moved}, right after the gap.`;
    }
    case 'SHIFT_SKIPPED':
      return `The clocks skip all of shift '${finding.shiftId}': it does not take place.`;
    case 'SHIFTS_OVERLAP': {
      const { shiftId, otherShiftId } = finding;
      return `The hours of shift '${shiftId}' overlap with those of shift '${otherShiftId}'.`;
    }
    case 'POLICY_FOLLOWED': {
      const { policyId, name, source } = finding;
      const policy = `Policy '${policyId}'${name === '' ? '' : ` (${noteText(name)})`}`;
      return `${policy} applies: it is ${FOLLOWED[source]}.`;
    }
    case 'PLANNED_OFF':
      return PLANNED_OFF[finding.source];
    case 'NOT_ROSTERED':
      return 'Nothing is planned: no assignment covers the date, and there is no default shift.';
    case 'NOT_EMPLOYED':
      return 'The employee is not employed on this date.';
    case 'FLEXIBLE_HOURS': {
      const { shiftId, targetSeconds, coreStartTime, coreEndTime } = finding;
      const core =
        coreStartTime === undefined || coreEndTime === undefined
          ? ''
          : `, and everybody is there from ${tell(coreStartTime)} to ${tell(coreEndTime)}`;
      return `The hours of shift '${shiftId}' are flexible: ${lengthText(targetSeconds)} are to be worked in them${core}.`;
    }
    case 'HOLIDAY': {
      const { name, shiftId, portion } = finding;
      const whose = shiftId === undefined ? '' : ` for shift '${shiftId}'`;
      return `${DATE_WORDS[portion]} is a holiday${whose}${holidayName(name)}.`;
    }
    case 'WORKS_ON_HOLIDAYS': {
      const { name, shiftId } = finding;
      const date = `The date is a holiday${holidayName(name)}`;
      return `${date}, but for shift '${shiftId}' it is a day like any other.`;
    }
  }
}

const FOLLOWED: Readonly<Record<PolicySource, string>> = {
  EMPLOYEE: "the employee's own",
  GROUP: "that of the employee's group",
  DEFAULT: 'the default',
};

function holidayName(name: string): string {
  return name === '' ? '' : ` (${noteText(name)})`;
}

const PLANNED_OFF: Readonly<Record<PlanSource, string>> = {
  OVERRIDE: 'No shift is planned: this date was set to be off.',
  ASSIGNMENT: 'No shift is planned: the assignment has a day off here.',
  DEFAULT_SHIFT: 'No shift is planned: the default shift is not in effect yet.',
};

function shiftPlanned(
  finding: PlanFinding & { readonly rule: 'SHIFT_PLANNED' },
  tell: TimeTeller,
): string {
  const { shiftId, source, startTime, endTime, windowStartTime, windowEndTime } = finding;
  const which: Readonly<Record<PlanSource, string>> = {
    OVERRIDE: `Shift '${shiftId}', set for this date alone,`,
    ASSIGNMENT: `Shift '${shiftId}'`,
    DEFAULT_SHIFT: `Shift '${shiftId}', the default,`,
  };
  return (
    `${which[source]} is planned from ${tell(startTime)} to ${tell(endTime)}; ` +
    `punches from ${tell(windowStartTime)} to ${tell(windowEndTime)} count for it.`
  );
}

function clocksChange(finding: PlanFinding & { readonly rule: 'CLOCKS_CHANGE' }): string {
  const { shiftId, zone, clockSeconds, lengthSeconds } = finding;
  const how = lengthSeconds < clockSeconds ? 'go forward' : 'go back';
  return (
    `The clocks ${how} during shift '${shiftId}' (${zone}): ` +
    `it lasts ${lengthText(lengthSeconds)} although the clock times are ` +
    `${lengthText(clockSeconds)} apart.`
  );
}

const DATE_WORDS: Readonly<Record<Portion, string>> = {
  WHOLE_DAY: 'The date',
  FIRST_HALF: 'The first half of the date',
  SECOND_HALF: 'The second half of the date',
};
