// The sentences that people see at a clock. Pure.

import { create } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import type { Attendance, Break, ClockState, Punch } from '../../client/index.js';
import { ClockStatus, PunchKind } from '../../client/index.js';
import { shownText } from '../terminal/console.js';
import { localMomentText } from '../time/local-time.js';
import { isSameSecond } from '../time/punch-date.js';
import { clockText, timeOfDay } from './day-text.js';
import { kindWord } from './punch-kind.js';

/** The result of a command about now: `007 Mia O'Brien is in since 08:58, on shift early.` */
export function commandSentence(punch: Punch, day: Attendance, zone: string): string {
  const { begins, ends } = deedOf(punch, day, zone);
  return sentence(day, `${begins} since ${timeOfDay(punch.time, zone, day.date)}${ends}.`);
}

/** The result of a command about an earlier moment. It says nothing about now. */
export function recordedSentence(punch: Punch, day: Attendance, zone: string): string {
  const { ends } = deedOf(punch, day, zone);
  return sentence(day, `recorded: ${punchText(punch, zone)}${ends}.`, ', ');
}

/** `in at 09:00 on Fri 20 Nov`. */
export function punchText({ kind, time }: Pick<Punch, 'kind' | 'time'>, zone: string): string {
  return `${kindWord(kind)} at ${momentText(time, zone)}`;
}

/**
 * The state: `007 Mia O'Brien is on break since 12:00.` `day` is the day of the state. `hasLeft` is
 * false for an employee who is out but has no recorded departure.
 */
export function stateSentence(
  state: ClockState,
  day: Attendance,
  zone: string,
  hasLeft: boolean,
): string {
  const { status, sinceTime, session, closeTime } = state;
  if (status === ClockStatus.OUT && !hasLeft) {
    const over =
      sinceTime === undefined ? '' : `; the session was over at ${momentText(sinceTime, zone)}`;
    return sentence(day, `is out (no departure recorded${over}).`);
  }
  const since = sinceTime === undefined ? '' : ` since ${timeOfDay(sinceTime, zone, day.date)}`;
  const until =
    closeTime === undefined
      ? ''
      : ` Not ended, it is over at ${timeOfDay(closeTime, zone, day.date)}.`;
  switch (status) {
    case ClockStatus.IN:
      return sentence(day, `is in${since}${shiftOf(session?.shiftId)}.${until}`);
    case ClockStatus.ON_BREAK:
      return sentence(day, `is on break${since}${shiftOf(session?.shiftId)}.${until}`);
    default:
      return sentence(day, `is out${since}.`);
  }
}

/** The words before and after the time of a punch. */
function deedOf(punch: Punch, day: Attendance, zone: string): { begins: string; ends: string } {
  const { sessions } = day;
  switch (punch.kind) {
    case PunchKind.IN: {
      const session = sessions.find(({ inTime }) => isSameSecond(inTime, punch.time));
      return { begins: 'is in', ends: shiftOf(session?.shiftId) };
    }
    case PunchKind.OUT: {
      const session = sessions.find(({ outTime }) => isSameSecond(outTime, punch.time));
      if (session === undefined) return { begins: 'is out', ends: '' };
      const from = timeOfDay(session.inTime, zone, day.date);
      const worked = `${clockText(session.workedDuration)} not counting breaks`;
      return { begins: 'is out', ends: `: in from ${from}, ${worked}` };
    }
    case PunchKind.BREAK_START:
      return { begins: 'is on break', ends: '' };
    case PunchKind.BREAK_END: {
      const breaks = sessions.flatMap((session) => session.breaks);
      const ended = breaks.find(({ endTime }) => isSameSecond(endTime, punch.time));
      const length = ended === undefined ? '' : `, after a break of ${lengthText(ended)}`;
      return { begins: 'is back', ends: length };
    }
    default:
      return { begins: 'has been recorded', ends: '' };
  }
}

function momentText(time: Timestamp | undefined, zone: string): string {
  return time === undefined ? '-' : localMomentText(Number(time.seconds) * 1000, zone);
}

function sentence({ employeeId, employeeName }: Attendance, says: string, separator = ' '): string {
  const who = employeeName === '' ? employeeId : `${employeeId} ${employeeName}`;
  return shownText(`${who}${separator}${says}`);
}

function shiftOf(shiftId: string | undefined): string {
  if (shiftId === undefined) return '';
  return shiftId === '' ? ', off shift' : `, on shift ${shiftId}`;
}

function lengthText({ startTime, endTime }: Break): string {
  const seconds = (endTime?.seconds ?? 0n) - (startTime?.seconds ?? 0n);
  return clockText(create(DurationSchema, { seconds }));
}
