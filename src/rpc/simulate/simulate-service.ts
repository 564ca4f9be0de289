// SimulateAttendance: derives the days of a scenario for its caller. It uses no store, only the
// time of this process, so it works in turns.

import { create } from '@bufbuild/protobuf';
import {
  type Explanation,
  type SimulateAttendanceRequest,
  type SimulateAttendanceResponse,
  SimulateAttendanceResponseSchema,
  SimulatedDaySchema,
  type SimulatedDay as WireDay,
} from '../../../gen/attendance/v1/simulation_pb.js';
import { TURNS, type Turns } from '../../app/ports/turns.js';
import { type SimulatedDay, simulate } from '../../app/read/simulate.js';
import { invalidField } from '../../domain/facts/errors.js';
import type { Call } from '../edge/pipeline.js';
import { dayBytes, MAX_ANSWER_BYTES, textBytes } from '../shared/answer-size.js';
import { toAttendance } from '../shared/to-proto.js';
import { explanationBytes, toExplanation } from './explanation-to-proto.js';
import { parseScenario } from './parse-scenario.js';

/**
 * Derives the days of the scenario. Throws INVALID_FIELDS, also if the answer would be too large,
 * and the reason of the call's signal if that aborts.
 */
export async function simulateAttendance(
  message: SimulateAttendanceRequest,
  call: Call,
  turns = TURNS,
): Promise<SimulateAttendanceResponse> {
  await turns.next(call.signal);
  const scenario = parseScenario(message, call.now);
  if (turns.isOver) await turns.next(call.signal);
  const answer = new Answer(turns, call.signal);
  for (const days of simulate(scenario)) {
    for (const day of days) await answer.add(day);
    if (turns.isOver) await turns.next(call.signal);
  }
  return create(SimulateAttendanceResponseSchema, { days: answer.days });
}

class Answer {
  readonly days: WireDay[] = [];
  readonly #turns: Turns;
  readonly #signal: AbortSignal;
  #bytes = 0;

  constructor(turns: Turns, signal: AbortSignal) {
    this.#turns = turns;
    this.#signal = signal;
  }

  /** Throws as soon as the answer is known to be too large. */
  async add({ attendance, findings, zone }: SimulatedDay): Promise<void> {
    const explanations: Explanation[] = [];
    this.#take(dayBytes(attendance) + textBytes(zone.name));
    for (const finding of findings) {
      const explanation = toExplanation(finding, zone, attendance.date);
      this.#take(explanationBytes(explanation));
      explanations.push(explanation);
      if (this.#turns.isOver) await this.#turns.next(this.#signal);
    }
    const day = { attendance: toAttendance(attendance), explanations };
    this.days.push(create(SimulatedDaySchema, day));
  }

  #take(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_ANSWER_BYTES && this.days.length > 0) throw tooLarge(this.days.length);
  }
}

function tooLarge(fit: number) {
  const description =
    'must be earlier: these days with their explanations exceed the 4 MiB of an answer; ' +
    `ask for at most ${fit} days at a time`;
  return invalidField('end_date', 'ANSWER_TOO_LARGE', description);
}
