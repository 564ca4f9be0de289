// Sentences about how punches were read.

import type { Attribution } from '../roster/shift.js';
import { lengthText } from '../time/duration-text.js';
import { dateText, type TimeTeller } from '../time/local-text.js';
import type { AutoClosedFinding } from './auto-closed-finding.js';
import { forShift, midnightOr, PUNCH_WORDS } from './explain-words.js';
import type { PunchFinding } from './finding.js';

export function explainPunch(finding: PunchFinding, tell: TimeTeller): string {
  switch (finding.rule) {
    case 'SESSION':
      return session(finding, tell);
    case 'NO_DEPARTURE': {
      const { shiftId, inTime, untilTime, isLeftOver } = finding;
      const [at, until] = [tell(inTime), tell(untilTime)];
      return isLeftOver
        ? `The last punch, at ${at}${forShift(shiftId)}, is left over: ` +
            'it is an arrival without a departure, or one before it is missing.'
        : `No departure was punched after the arrival at ${at}${forShift(shiftId)}: ` +
            `from ${until} on it is missing.`;
    }
    case 'AUTO_CLOSED':
    case 'AUTO_CLOSES':
      return autoClosed(finding, tell);
    case 'NO_ARRIVAL': {
      const { shiftId, kind, punchTime } = finding;
      const punch = `The ${PUNCH_WORDS[kind]} at ${tell(punchTime)}${forShift(shiftId)}`;
      return `${punch} has no arrival of its own: it is not known when the work began.`;
    }
    case 'SET_ASIDE': {
      const { shiftId, kind, punchTime, reason } = finding;
      const punch = `The ${PUNCH_WORDS[kind]} at ${tell(punchTime)}${forShift(shiftId)}`;
      return `${punch} is ignored: ${SET_ASIDE[reason]}.`;
    }
    case 'BREAK_WITHOUT_START': {
      const punch = `The end of a break at ${tell(finding.punchTime)}`;
      return `${punch}${forShift(finding.shiftId)} has no start before it: it counts as no break.`;
    }
    case 'BREAK_WITHOUT_END': {
      const punch = `The start of a break at ${tell(finding.punchTime)}`;
      return `${punch}${forShift(finding.shiftId)} has no end: it counts until the departure.`;
    }
    case 'WORKED_THROUGH': {
      const { shiftId, nextShiftId, throughTime } = finding;
      return (
        `Went on from shift '${shiftId}' to '${nextShiftId}' at ${tell(throughTime)} ` +
        'without touching the clock.'
      );
    }
    case 'ARRIVED_BEFORE_WINDOW': {
      const { shiftId, punchTime, windowTime } = finding;
      return (
        `Arrived at ${tell(punchTime)}, before punches for shift '${shiftId}' are expected ` +
        `(from ${tell(windowTime)}): the whole session counts for it.`
      );
    }
    case 'LEFT_AFTER_WINDOW': {
      const { shiftId, punchTime, windowTime } = finding;
      return (
        `Left at ${tell(punchTime)}, after punches for shift '${shiftId}' are expected ` +
        `(until ${tell(windowTime)}): the whole session counts for it.`
      );
    }
    case 'WINDOWS_DIVIDED': {
      const { shiftId, nextShiftId, dividedTime, by } = finding;
      const time = tell(dividedTime);
      const words: Readonly<Record<typeof by, string>> = {
        ARRIVAL: `the arrival at ${time} begins '${nextShiftId}'`,
        DEPARTURE: `the departure at ${time} still ends '${shiftId}'`,
        NEARER: `the border is ${time}, in the middle between them`,
      };
      return `Shifts '${shiftId}' and '${nextShiftId}' both take punches here: ${words[by]}.`;
    }
    case 'OFF_SHIFT_STRETCH':
      return stretch(finding, tell);
    case 'OUTSIDE_GEOFENCE':
      return outsideGeofence(finding, tell);
    case 'CLOCK_SKEW': {
      const punch = `The punch at ${tell(finding.punchTime)}${forShift(finding.shiftId)}`;
      return `${punch} may have a wrong time: its device's clock was off when it was sent.`;
    }
    case 'EVENT_ID_CONFLICT': {
      const punch = `The punch at ${tell(finding.punchTime)}${forShift(finding.shiftId)}`;
      return `${punch} has a number that its device gave before: was the device reset?`;
    }
  }
}

type SetAside = (PunchFinding & { readonly rule: 'SET_ASIDE' })['reason'];

const SET_ASIDE: Readonly<Record<SetAside, string>> = {
  REPEATED: 'it repeats the previous punch',
  SAME_SECOND: 'it is in the same second as the arrival',
  ALREADY_IN: 'the employee was already in',
  ALREADY_ON_BREAK: 'the employee was already on a break',
  TOO_MANY: 'there are more punches than a shift or a day can have',
};

const ATTRIBUTED: Readonly<Record<Attribution, string>> = {
  START_DATE: 'the date it began on',
  END_DATE: 'the date it ended on',
  MOST_WORKED_DATE: 'the date with most of the work',
  SPLIT_AT_MIDNIGHT: 'the date it began on: no session spans midnight',
};

function stretch(
  finding: PunchFinding & { readonly rule: 'OFF_SHIFT_STRETCH' },
  tell: TimeTeller,
): string {
  const { startTime, endTime, attribution, date, dayStart, isSplit, workedSeconds } = finding;
  const from = tell(startTime);
  const to = tell(endTime);
  const when = startTime === endTime ? `at ${from}` : `from ${from} to ${to}`;
  const work = `Work outside every shift ${when}`;
  if (isSplit) return `${work} is split at ${midnightOr(dayStart)}.`;
  const begin = dayStart === '00:00' ? '' : ` (dates begin at ${dayStart})`;
  const why = `${ATTRIBUTED[attribution]}${begin}`;
  return `${work} counts for ${dateText(date)}, ${why}: ${lengthText(workedSeconds)}.`;
}

function autoClosed(finding: AutoClosedFinding, tell: TimeTeller): string {
  const { rule, shiftId, inTime, closeTime, isCut } = finding;
  const [at, close, words] = [tell(inTime), tell(closeTime), ruleWords(finding, tell)];
  const why = isCut
    ? `${close}, before what the rule '${words}' says, because it could last no longer`
    : `${close} by the rule '${words}'`;
  return rule === 'AUTO_CLOSED'
    ? `No departure was punched after the arrival at ${at} for shift '${shiftId}': ` +
        `the session closed at ${why}. A departure that is reported later counts instead.`
    : `Arrived at ${at} for shift '${shiftId}' and may still be there: ` +
        `without a departure, the session closes at ${why}.`;
}

function ruleWords(finding: AutoClosedFinding, tell: TimeTeller): string {
  const { by, plannedEndTime, plannedSeconds, afterSeconds } = finding;
  const after = afterSeconds === 0 ? '' : `${lengthText(afterSeconds)} after `;
  switch (by) {
    case 'PLANNED_END':
      return `${after}the planned end at ${tell(plannedEndTime ?? finding.closeTime)}`;
    case 'PLANNED_WORK': {
      const more = afterSeconds === 0 ? '' : ` and ${lengthText(afterSeconds)} more`;
      return `after the planned ${lengthText(plannedSeconds ?? 0)} of work${more}`;
    }
    case 'LENGTH':
      return `${lengthText(afterSeconds)} after the arrival`;
  }
}

function session(finding: PunchFinding & { readonly rule: 'SESSION' }, tell: TimeTeller): string {
  const { shiftId, inTime, outTime, breakSeconds, workedSeconds } = finding;
  const breaks = breakSeconds === 0 ? '' : `, not counting ${lengthText(breakSeconds)} of breaks`;
  const [from, to] = [tell(inTime), tell(outTime)];
  const worked = `${lengthText(workedSeconds)}${breaks}`;
  return `Present from ${from} to ${to}${forShift(shiftId)}: ${worked}.`;
}

/** In whole metres. Rounding must not make a refused distance look allowed. */
function outsideGeofence(
  {
    shiftId,
    punchTime,
    distanceMeters,
    accuracyMeters,
    radiusMeters,
  }: PunchFinding & {
    readonly rule: 'OUTSIDE_GEOFENCE';
  },
  tell: TimeTeller,
): string {
  const meters = Math.round(distanceMeters);
  const away = meters > radiusMeters ? `${meters} m` : `just over ${radiusMeters} m`;
  const about = accuracyMeters === 0 ? '' : `, give or take ${Math.round(accuracyMeters)} m,`;
  return (
    `The punch at ${tell(punchTime)} was made ${away}${about} from where shift '${shiftId}' ` +
    `is worked: farther than the ${radiusMeters} m allowed.`
  );
}
