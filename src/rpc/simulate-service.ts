// SimulateAttendance: a scenario worked out for the one who sent it. Has no store to look into.

import { create } from '@bufbuild/protobuf';
import {
  type SimulateAttendanceRequest,
  type SimulateAttendanceResponse,
  SimulateAttendanceResponseSchema,
  type SimulatedDay,
  SimulatedDaySchema,
} from '../../gen/attendance/v1/simulation_pb.js';
import { simulate } from '../app/simulate.js';
import { invalidField } from '../domain/errors.js';
import { countThatFits, dayBytes, textBytes } from './answer-size.js';
import { explanationBytes, toExplanation } from './explanation-to-proto.js';
import { parseScenario } from './parse-scenario.js';
import type { Call } from './pipeline.js';
import { toAttendance } from './to-proto.js';

/** Works the scenario out; throws INVALID_FIELDS, also when the answer would be too large. */
export async function simulateAttendance(
  message: SimulateAttendanceRequest,
  call: Call,
): Promise<SimulateAttendanceResponse> {
  const simulated = simulate(parseScenario(message, call.now));
  const days: SimulatedDay[] = [];
  const sizes: number[] = [];
  for (const { attendance, findings, zone } of simulated) {
    const explanations = findings.map((finding) => toExplanation(finding, zone, attendance.date));
    const explanationsBytes = explanations.reduce((sum, each) => sum + explanationBytes(each), 0);
    const day = { attendance: toAttendance(attendance), explanations, timeZone: zone.name };
    days.push(create(SimulatedDaySchema, day));
    sizes.push(dayBytes(attendance) + explanationsBytes + textBytes(zone.name));
  }
  const fit = countThatFits(sizes, (bytes) => bytes);
  if (fit < days.length) throw tooLarge(fit);
  return create(SimulateAttendanceResponseSchema, { days });
}

function tooLarge(fit: number) {
  const description =
    'must be set earlier: an answer may have at most 4 MiB, and these days with their ' +
    `explanations have more; ask for at most ${fit} days at a time`;
  return invalidField('end_date', 'ANSWER_TOO_LARGE', description);
}
