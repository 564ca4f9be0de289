// SimulateAttendance: a scenario worked out for the one who sent it. Has no store to look into.

import { create } from '@bufbuild/protobuf';
import {
  type Explanation,
  type SimulateAttendanceRequest,
  type SimulateAttendanceResponse,
  SimulateAttendanceResponseSchema,
  type SimulatedDay,
  SimulatedDaySchema,
} from '../../gen/attendance/v1/simulation_pb.js';
import { simulate } from '../app/simulate.js';
import { invalidField } from '../domain/errors.js';
import { countThatFits, dayBytes, textBytes } from './answer-size.js';
import { toExplanation } from './explanation-to-proto.js';
import { parseScenario } from './parse-scenario.js';
import type { Call } from './pipeline.js';
import { toAttendance } from './to-proto.js';

/** The names and the braces of an explanation in JSON; and of one input with an instant. */
const EXPLANATION_BYTES = 80;
const INPUT_BYTES = 80;

/** Works the scenario out; throws INVALID_FIELDS, also when the answer would be too large. */
export async function simulateAttendance(
  message: SimulateAttendanceRequest,
  call: Call,
): Promise<SimulateAttendanceResponse> {
  const simulated = simulate(parseScenario(message, call.now));
  const days: SimulatedDay[] = [];
  const sizes: number[] = [];
  for (const { attendance, findings, zone } of simulated) {
    const explanations = findings.map((finding) => toExplanation(finding, zone));
    days.push(create(SimulatedDaySchema, { attendance: toAttendance(attendance), explanations }));
    sizes.push(dayBytes(attendance) + sum(explanations.map(explanationBytes)));
  }
  const fit = countThatFits(sizes, (bytes) => bytes);
  if (fit < days.length) throw tooLarge(fit);
  return create(SimulateAttendanceResponseSchema, { days });
}

function tooLarge(fit: number) {
  const description =
    'must be earlier: the answer may have at most 4 MiB, and the days with their explanations ' +
    `have more; ask for at most ${fit} at a time`;
  return invalidField('end_date', 'ANSWER_TOO_LARGE', description);
}

function explanationBytes({ rule, text, inputs }: Explanation): number {
  const inputBytes = inputs.map(
    ({ name, value }) =>
      INPUT_BYTES + name.length + (value.case === 'text' ? textBytes(value.value) : 0),
  );
  return EXPLANATION_BYTES + rule.length + textBytes(text) + sum(inputBytes);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
