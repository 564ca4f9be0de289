// Turns the state of a clock, as an employee sees it, into messages.

import { create } from '@bufbuild/protobuf';
import {
  ClockStateSchema,
  ClockStatus,
  type ClockState as WireState,
} from '../../../gen/attendance/v1/clock_service_pb.js';
import type { ClockState } from '../../app/read/clock-state.js';
import { timestampOfInstant } from '../edge/instants.js';
import { daySize, type Size, sessionBytes } from '../shared/answer-size.js';
import { toAttendance, toSession } from '../shared/to-proto.js';

const STATUSES: Readonly<Record<ClockState['status'], ClockStatus>> = {
  OUT: ClockStatus.OUT,
  IN: ClockStatus.IN,
  ON_BREAK: ClockStatus.ON_BREAK,
};

export function toClockState(state: ClockState): WireState {
  const message = create(ClockStateSchema, {
    employeeId: state.employeeId,
    employeeName: state.employeeName,
    status: STATUSES[state.status],
    attendance: toAttendance(state.attendance),
    timeZone: state.zone.name,
  });
  if (state.since !== undefined) message.sinceTime = timestampOfInstant(state.since);
  if (state.session !== undefined) message.session = toSession(state.session);
  if (state.closesAt !== undefined) message.closeTime = timestampOfInstant(state.closesAt);
  return message;
}

/** Bytes of a state in JSON without its day and session. It repeats the name in the day. */
const STATE_BYTES = 400;

/** The maximum size of a state in an answer, in bytes. */
export function clockStateSize({ attendance, session }: ClockState): Size {
  const { structure, texts } = daySize(attendance);
  const own = STATE_BYTES + (session === undefined ? 0 : sessionBytes(session));
  return { structure: structure + own, texts: 2 * texts };
}
