// What people are told at a clock, in a sentence. Pure.

import { create } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import type { Attendance, Break, ClockState, Punch } from '../client/index.js';
import { ClockStatus, PunchKind } from '../client/index.js';
import { shownText } from './console.js';
import { clockText, timeOfDay } from './day-text.js';

/** What a command came to: `007 Mia O'Brien is in since 08:58, on shift early.` */
export function commandSentence(punch: Punch, day: Attendance, zone: string): string {
  const at = timeOfDay(punch.time, zone, day.date);
  return sentence(day, `${deedOf(punch, day, zone, at)}.`);
}

/** The state: `007 Mia O'Brien is on break since 12:00.` `day` is the one it belongs to. */
export function stateSentence(state: ClockState, day: Attendance, zone: string): string {
  const { status, sinceTime, session, closesTime } = state;
  const since = sinceTime === undefined ? '' : ` since ${timeOfDay(sinceTime, zone, day.date)}`;
  const until =
    closesTime === undefined
      ? ''
      : ` Not ended, it is over at ${timeOfDay(closesTime, zone, day.date)}.`;
  switch (status) {
    case ClockStatus.IN:
      return sentence(day, `is in${since}${shiftOf(session?.shiftId)}.${until}`);
    case ClockStatus.ON_BREAK:
      return sentence(day, `is on break${since}${shiftOf(session?.shiftId)}.${until}`);
    default:
      return sentence(day, `is out${since}.`);
  }
}

function deedOf(punch: Punch, day: Attendance, zone: string, at: string): string {
  const { sessions } = day;
  switch (punch.kind) {
    case PunchKind.IN: {
      const session = sessions.find(({ inTime }) => isSame(inTime, punch.time));
      return `is in since ${at}${shiftOf(session?.shiftId)}`;
    }
    case PunchKind.OUT: {
      const session = sessions.find(({ outTime }) => isSame(outTime, punch.time));
      if (session === undefined) return `is out since ${at}`;
      const from = timeOfDay(session.inTime, zone, day.date);
      return `is out since ${at}: in from ${from}, ${clockText(session.worked)} without breaks`;
    }
    case PunchKind.BREAK_START:
      return `is on break since ${at}`;
    case PunchKind.BREAK_END: {
      const breaks = sessions.flatMap((session) => session.breaks);
      const ended = breaks.find(({ endTime }) => isSame(endTime, punch.time));
      const length = ended === undefined ? '' : `, after a break of ${lengthText(ended)}`;
      return `is back since ${at}${length}`;
    }
    default:
      return `was recorded at ${at}`;
  }
}

function sentence({ employeeId, employeeName }: Attendance, says: string): string {
  const who = employeeName === '' ? employeeId : `${employeeId} ${employeeName}`;
  return shownText(`${who} ${says}`);
}

function shiftOf(shiftId: string | undefined): string {
  if (shiftId === undefined) return '';
  return shiftId === '' ? ', off shift' : `, on shift ${shiftId}`;
}

function lengthText({ startTime, endTime }: Break): string {
  const seconds = (endTime?.seconds ?? 0n) - (startTime?.seconds ?? 0n);
  return clockText(create(DurationSchema, { seconds }));
}

/** Sessions count in whole seconds. */
function isSame(one: Timestamp | undefined, other: Timestamp | undefined): boolean {
  return one !== undefined && one.seconds === other?.seconds;
}
