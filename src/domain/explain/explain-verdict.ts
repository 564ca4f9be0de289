// Sentences about the results of a shift and a day, and about what the clock still decides.

import type { Portion } from '../facts/day.js';
import { lengthText } from '../time/duration-text.js';
import type { TimeTeller } from '../time/local-text.js';
import { forShift, noteText, STATUS_WORDS } from './explain-words.js';
import type { ClockFinding, VerdictFinding } from './finding.js';

export function explainVerdict(finding: VerdictFinding, tell: TimeTeller): string {
  switch (finding.rule) {
    case 'LATE': {
      const { shiftId, startTime, isCore, arrivalTime, lateSeconds, graceSeconds } = finding;
      const start = `${isCore ? 'of the core time ' : ''}at ${tell(startTime)}`;
      return (
        `Arrived for shift '${shiftId}' at ${tell(arrivalTime)}: ` +
        `${lengthText(lateSeconds)} after the start ${start}${lessLeave(finding)}${beyond(graceSeconds)}.`
      );
    }
    case 'EARLY': {
      const { shiftId, endTime, isCore, departureTime, earlySeconds, graceSeconds } = finding;
      const end = `${isCore ? 'of the core time ' : ''}at ${tell(endTime)}`;
      return (
        `Left shift '${shiftId}' at ${tell(departureTime)}: ` +
        `${lengthText(earlySeconds)} before the end ${end}${lessLeave(finding)}${beyond(graceSeconds)}.`
      );
    }
    case 'NOBODY_CAME':
      return `No arrival or departure was punched for shift '${finding.shiftId}'.`;
    case 'THERE_FOR_OTHER_SHIFT': {
      const { shiftId, otherShiftId } = finding;
      return `Shift '${shiftId}' has no punch, but a session of '${otherShiftId}' goes on through it.`;
    }
    case 'BELOW_ABSENT':
      return `${below(finding)} that must be worked to count at all: absent.`;
    case 'BELOW_HALF_DAY':
      return `${below(finding)} needed for a full day: half a day.`;
    case 'HALF_TO_WORK': {
      const { shiftId, startTime, endTime, isCore, targetSeconds } = finding;
      const length = targetSeconds === undefined ? '' : `${lengthText(targetSeconds)} `;
      const when = `${isCore ? 'with the core time ' : ''}from ${tell(startTime)} to ${tell(endTime)}`;
      return `Half of shift '${shiftId}' is to be worked: ${length}${when}.`;
    }
    case 'BELOW_TARGET': {
      const { shiftId, workedSeconds, targetSeconds, graceSeconds } = finding;
      const [worked, target] = [lengthText(workedSeconds), lengthText(targetSeconds)];
      const short = `${lengthText(targetSeconds - workedSeconds)} less than the target of ${target}`;
      return `Worked ${worked} for shift '${shiftId}': ${short}${beyond(graceSeconds)}.`;
    }
    case 'SHIFT_STATUS':
      return shiftStatus(finding);
    case 'SHIFTS_COMBINED': {
      const { shiftCount, status } = finding;
      return `The ${shiftCount} shifts of the date together come to: ${STATUS_WORDS[status]}.`;
    }
    case 'DECLARED':
      return declared(finding);
    case 'OTHER_HALF': {
      const how = finding.isDeclared ? 'was declared too' : 'comes to';
      return `The other half of the day ${how}: ${STATUS_WORDS[finding.status]}${kindText(finding)}.`;
    }
    case 'LEAVE_TIME': {
      const { startTime, endTime, excusedSeconds } = finding;
      const excused = excusedSeconds === 0 ? 'none' : lengthText(excusedSeconds);
      const time = `from ${tell(startTime)} to ${tell(endTime)}`;
      return `Leave by the hour was declared ${time}${kindText(finding)}: ${excused} of the planned hours is excused.`;
    }
    case 'WORKED_IN_LEAVE_TIME': {
      const { shiftId, startTime, endTime, workedSeconds } = finding;
      const worked = `${lengthText(workedSeconds)} of work for shift '${shiftId}'`;
      return `There was ${worked} during the leave from ${tell(startTime)} to ${tell(endTime)}.`;
    }
    case 'LONGER_THAN_A_DAY':
      return `The work of the date comes to ${lengthText(finding.workedSeconds)}, more than 24 h.`;
    case 'OFF_SHIFT_PRESENT':
      return 'The employee worked on a date without a roster: present.';
    case 'WORKED_ON_HOLIDAY':
      return 'There was work on a holiday.';
    case 'WORKED_ON_LEAVE':
      return 'There was work on a day that was declared as leave.';
    case 'WORKED_ON_DAY_OFF':
      return 'There was work on a day off.';
  }
}

/** Strictly more: an employee who used the whole grace was on time. */
function beyond(graceSeconds: number): string {
  return graceSeconds === 0 ? '' : `, and more than the ${lengthText(graceSeconds)} allowed`;
}

function lessLeave({ excusedSeconds }: { readonly excusedSeconds?: number }): string {
  return excusedSeconds === undefined ? '' : `, without ${lengthText(excusedSeconds)} of leave`;
}

function shiftStatus(finding: VerdictFinding & { readonly rule: 'SHIFT_STATUS' }): string {
  const { shiftId, status, workedSeconds } = finding;
  const worked = workedSeconds > 0 ? `, ${lengthText(workedSeconds)} worked` : '';
  return `Shift '${shiftId}' comes to: ${STATUS_WORDS[status]}${worked}.`;
}

type Below = VerdictFinding & { readonly rule: 'BELOW_ABSENT' | 'BELOW_HALF_DAY' };

function below({ shiftId, workedSeconds, thresholdSeconds }: Below): string {
  const [worked, threshold] = [lengthText(workedSeconds), lengthText(thresholdSeconds)];
  return `Worked ${worked} for shift '${shiftId}', less than the ${threshold}`;
}

const PORTION_WORDS: Readonly<Record<Portion, string>> = {
  WHOLE_DAY: 'The day',
  FIRST_HALF: 'The first half of the day',
  SECOND_HALF: 'The second half of the day',
};

/** The leave type, if any. */
function kindText({ leaveTypeId }: { readonly leaveTypeId?: string }): string {
  return leaveTypeId === undefined ? '' : ` (${leaveTypeId})`;
}

function declared(finding: VerdictFinding & { readonly rule: 'DECLARED' }): string {
  const { status, portion, note, otherwise } = finding;
  const said = note.trim() === '' ? '' : ` (note: ${noteText(note)})`;
  return (
    `${PORTION_WORDS[portion]} was declared: ${STATUS_WORDS[status]}${kindText(finding)}${said}.` +
    (otherwise === undefined ? '' : ` Without that the day would be: ${STATUS_WORDS[otherwise]}.`)
  );
}

/** These name a moment to come without context, so always with its date. */
export function explainClock(finding: ClockFinding, tell: TimeTeller): string {
  switch (finding.rule) {
    case 'NOT_YET_IN': {
      const { shiftId, startTime, lateTime } = finding;
      const grace = lateTime === startTime ? '' : `, and is late since ${tell(lateTime)}`;
      return `The employee has not come for shift '${shiftId}', which began at ${tell(startTime)}${grace}.`;
    }
    case 'NOT_SEEN_YET':
      return (
        `Not settled: no punch for shift '${finding.shiftId}' yet. ` +
        `From ${tell(finding.untilTime)} on, the employee counts as absent.`
      );
    case 'STILL_THERE': {
      const { shiftId, inTime, untilTime } = finding;
      const arrived = `the employee arrived at ${tell(inTime)}${forShift(shiftId)}`;
      const last = tell(untilTime);
      return `Not settled: ${arrived} and is expected to punch out by ${last}; after that, the departure is missing.`;
    }
    case 'MAY_COME_BACK':
      return (
        `Not settled: the employee left shift '${finding.shiftId}' ` +
        `and may come back before ${tell(finding.untilTime)}.`
      );
  }
}
