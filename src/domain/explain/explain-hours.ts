// Sentences about how time was counted.

import type { HoursCounted } from '../roster/shift.js';
import { lengthText } from '../time/duration-text.js';
import { dateText, type TimeTeller } from '../time/local-text.js';
import { forShift, midnightOr } from './explain-words.js';
import type { HoursFinding } from './finding.js';

export function explainHours(finding: HoursFinding, tell: TimeTeller): string {
  switch (finding.rule) {
    case 'HOURS_COUNTED': {
      const { shiftId, hours, workedSeconds, breakSeconds } = finding;
      const breaks =
        breakSeconds === 0 ? '' : `, not counting ${lengthText(breakSeconds)} of breaks`;
      const worked = `${lengthText(workedSeconds)}${breaks}`;
      return `${HOURS[hours]}${forShift(shiftId)} comes to ${worked}.`;
    }
    case 'BEFORE_START_NOT_COUNTED': {
      const { shiftId, startTime, beforeSeconds } = finding;
      const work = `Work of ${lengthText(beforeSeconds)} before ${tell(startTime)}`;
      return `${work}, the start of shift '${shiftId}', does not count.`;
    }
    case 'AFTER_END_NOT_COUNTED': {
      const { shiftId, endTime, afterSeconds, minOvertimeSeconds: least } = finding;
      const work = `Work of ${lengthText(afterSeconds)} after ${tell(endTime)}`;
      const why = least === 0 ? '' : `: only more than ${lengthText(least)} does`;
      return `${work}, the end of shift '${shiftId}', does not count${why}.`;
    }
    case 'ARRIVAL_ROUNDED':
      return `The arrival ${rounded(finding, tell)}`;
    case 'DEPARTURE_ROUNDED':
      return `The departure ${rounded(finding, tell)}`;
    case 'BREAKS_ROUNDED': {
      const { shiftId, takenSeconds, countedSeconds } = finding;
      const [taken, counted] = [lengthText(takenSeconds), lengthText(countedSeconds)];
      const breaks = `The break time taken${forShift(shiftId)}, ${taken}`;
      return `${breaks}, is rounded: it counts as ${counted}.`;
    }
    case 'BREAKS_TOO_SHORT':
      return breaksTooShort(finding);
    case 'BREAK_OF_TYPE': {
      const { shiftId, breakTypeId, startTime, endTime } = finding;
      const times = `from ${tell(startTime)} to ${tell(endTime)}${forShift(shiftId)}`;
      return `The break ${times} is of type '${breakTypeId}'.`;
    }
    case 'BREAK_TOO_LONG': {
      const { shiftId, breakTypeId, takenSeconds, lengthSeconds } = finding;
      const [taken, length] = [lengthText(takenSeconds), lengthText(lengthSeconds)];
      const breaks = `Breaks of type '${breakTypeId}'${forShift(shiftId)} took ${taken}`;
      return `${breaks}, longer than the ${length} expected.`;
    }
    case 'BREAK_BY_CLOCK': {
      const { shiftId, breakTypeId, lengthSeconds, takenSeconds, deductedSeconds } = finding;
      const taken = takenSeconds === 0 ? 'none' : lengthText(takenSeconds);
      const length = `The clock takes ${lengthText(lengthSeconds)} of '${breakTypeId}'`;
      const deducted = `${lengthText(deductedSeconds)} worked in its time is deducted`;
      return `${length}${forShift(shiftId)}; ${taken} was taken, so ${deducted}.`;
    }
    case 'BREAK_TYPE_PAID': {
      const { shiftId, breakTypeId, takenSeconds, paidSeconds } = finding;
      const [taken, paid] = [lengthText(takenSeconds), lengthText(paidSeconds)];
      const breaks = `Breaks of type '${breakTypeId}'${forShift(shiftId)} took ${taken}`;
      return `${breaks}; ${paid} of that is paid and counts as worked.`;
    }
    case 'BREAK_DEDUCTED':
      return breakDeducted(finding);
    case 'BREAK_PAID': {
      const { shiftId, takenSeconds, paidSeconds } = finding;
      const [taken, paid] = [lengthText(takenSeconds), lengthText(paidSeconds)];
      const breaks = `Breaks${forShift(shiftId)} took ${taken}`;
      return `${breaks}; ${paid} of that is paid and counts as worked.`;
    }
    case 'WORKED_ROUNDED': {
      const { shiftId, exactSeconds, countedSeconds, countedOutTime } = finding;
      const [exact, counted] = [lengthText(exactSeconds), lengthText(countedSeconds)];
      const left =
        countedOutTime === undefined
          ? ''
          : `, as if the departure had been at ${tell(countedOutTime)}`;
      const worked = `The worked time${forShift(shiftId)}, ${exact}`;
      return `${worked}, is rounded: it counts as ${counted}${left}.`;
    }
    case 'SPLIT_AT_MIDNIGHT': {
      const { date, dayStart, workedSeconds, stretchSeconds } = finding;
      const [worked, stretch] = [lengthText(workedSeconds), lengthText(stretchSeconds)];
      return `Of ${stretch} worked through ${midnightOr(dayStart)}, ${worked} count for ${dateText(date)}.`;
    }
  }
}

const HOURS: Readonly<Record<HoursCounted, string>> = {
  EVERY_PAIR: 'All time between arrivals and departures',
  FIRST_IN_TO_LAST_OUT: 'The time from the first arrival to the last departure',
};

type TimeRounded = HoursFinding & { readonly rule: 'ARRIVAL_ROUNDED' | 'DEPARTURE_ROUNDED' };

function rounded({ shiftId, punchedTime, countedTime }: TimeRounded, tell: TimeTeller): string {
  const counted = tell(countedTime);
  const punched = `at ${tell(punchedTime)}${forShift(shiftId)}`;
  return `${punched} is rounded: it counts as ${counted}.`;
}

function breakDeducted(finding: HoursFinding & { readonly rule: 'BREAK_DEDUCTED' }): string {
  const { shiftId, afterSeconds, requiredSeconds, takenSeconds, deductedSeconds } = finding;
  const taken = takenSeconds === 0 ? 'none' : lengthText(takenSeconds);
  const isLess = finding.isExcessOnly ? ': no more, as working longer never pays less' : '';
  return (
    `More than ${lengthText(afterSeconds)} of work${forShift(shiftId)} requires a break of ` +
    `${lengthText(requiredSeconds)}; ${taken} was taken, ` +
    `so ${deductedSeconds === 0 ? 'nothing' : lengthText(deductedSeconds)} is deducted${isLess}.`
  );
}

function breaksTooShort(finding: HoursFinding & { readonly rule: 'BREAKS_TOO_SHORT' }): string {
  const { shiftId, breakCount, shortSeconds, minBreakSeconds } = finding;
  const [total, least] = [lengthText(shortSeconds), lengthText(minBreakSeconds)];
  const ones = breakCount === 1 ? 'a shorter one' : `${breakCount} shorter ones`;
  return (
    `Only a break of ${least} or more${forShift(shiftId)} counts as the break required: ` +
    `${total} in ${ones} do not.`
  );
}
