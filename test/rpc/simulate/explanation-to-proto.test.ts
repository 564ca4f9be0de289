// Findings as explanations: which input each field becomes, and what of them an answer reckons with.

import { fromJson, type JsonObject, toJson, toJsonString } from '@bufbuild/protobuf';
import { expect } from 'chai';
import {
  type Explanation,
  ExplanationSchema,
  SimulateAttendanceRequestSchema,
} from '../../../gen/attendance/v1/simulation_pb.js';
import { simulate } from '../../../src/app/read/simulate.js';
import { explain } from '../../../src/domain/explain/explain.js';
import type { Finding } from '../../../src/domain/explain/finding.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { findZone } from '../../../src/domain/time/zone.js';
import { explanationBytes, toExplanation } from '../../../src/rpc/simulate/explanation-to-proto.js';
import { parseScenario } from '../../../src/rpc/simulate/parse-scenario.js';

const DATE = '2026-03-02' as LocalDate;
const UTC = findZone('UTC') ?? expect.fail('there is no UTC');
const EIGHT = Date.parse('2026-03-02T08:00:00Z') as Instant;

const CASES: readonly [what: string, finding: Finding, inputs: readonly object[]][] = [
  ['nothing', { rule: 'NOT_ROSTERED' }, []],
  [
    'instants, lengths, ids',
    {
      rule: 'LATE',
      shiftId: 'D',
      startTime: EIGHT,
      graceSeconds: 0,
      arrivalTime: (EIGHT + 90_000) as Instant,
      lateSeconds: 90,
    },
    [
      { name: 'shift_id', text: 'D' },
      { name: 'start_time', instant: '2026-03-02T08:00:00Z' },
      { name: 'grace', length: '0s' },
      { name: 'arrival_time', instant: '2026-03-02T08:01:30Z' },
      { name: 'late', length: '90s' },
    ],
  ],
  [
    'distances',
    {
      rule: 'OUTSIDE_GEOFENCE',
      shiftId: 'D',
      punchTime: EIGHT,
      distanceMeters: 1506.25,
      accuracyMeters: 20,
      radiusMeters: 500,
    },
    [
      { name: 'shift_id', text: 'D' },
      { name: 'punch_time', instant: '2026-03-02T08:00:00Z' },
      { name: 'distance_meters', number: 1506.25 },
      { name: 'accuracy_meters', number: 20 },
      { name: 'radius_meters', number: 500 },
    ],
  ],
  [
    'counts and words',
    { rule: 'SHIFTS_COMBINED', shiftCount: 2, status: 'HALF_DAY' },
    [
      { name: 'shift_count', number: 2 },
      { name: 'status', text: 'HALF_DAY' },
    ],
  ],
  [
    'yes and no',
    { rule: 'OTHER_HALF', status: 'ABSENT', isDeclared: false },
    [
      { name: 'status', text: 'ABSENT' },
      { name: 'is_declared', flag: false },
    ],
  ],
  [
    'what does not apply, by leaving it out',
    { rule: 'CLOCK_SKEW', shiftId: undefined, punchTime: EIGHT },
    [{ name: 'punch_time', instant: '2026-03-02T08:00:00Z' }],
  ],
];

/** A busy day: breaks, rounding, deductions, a geofence, a mark, punches off shift. */
const BUSY: JsonObject = {
  employee: { timeZone: 'Europe/Berlin', defaultShiftId: 'D' },
  shifts: [
    {
      shiftId: 'D',
      startTimeOfDay: '08:00',
      endTimeOfDay: '16:00',
      halfDayThreshold: '18000s',
      geofence: { latitude: 52.5, longitude: 13.4, radiusMeters: 500 },
      workRules: {
        breakDeductions: [{ after: '10800s', length: '1800s' }],
        roundIn: { direction: 'ROUNDING_DIRECTION_UP', step: '900s' },
        roundWorked: { direction: 'ROUNDING_DIRECTION_DOWN', step: '900s' },
        paidBreakLimit: '300s',
      },
    },
  ],
  holidays: [{ date: '2026-03-03', name: '"Day" of \\ Ünal 🙂' }],
  punches: [
    { time: '2026-03-02T01:00:00Z', kind: 'PUNCH_KIND_BREAK_END' },
    {
      time: '2026-03-02T07:05:00Z',
      kind: 'PUNCH_KIND_IN',
      location: { latitude: 1, longitude: 0 },
    },
    { time: '2026-03-02T07:05:01Z', kind: 'PUNCH_KIND_IN', deviceId: 'a', eventId: '1' },
    { time: '2026-03-02T09:00:00Z', kind: 'PUNCH_KIND_BREAK_START', deviceId: 'a', eventId: '1' },
    { time: '2026-03-02T09:10:00Z', kind: 'PUNCH_KIND_BREAK_END' },
    { time: '2026-03-02T11:33:00Z', kind: 'PUNCH_KIND_OUT' },
    { time: '2026-03-03T11:33:00Z' },
  ],
  marks: [
    { date: '2026-03-03', status: 'ATTENDANCE_STATUS_ON_LEAVE', note: '\t"'.repeat(100) },
    {
      date: '2026-03-02',
      status: 'ATTENDANCE_STATUS_ON_LEAVE',
      portion: 'DAY_PORTION_SECOND_HALF',
    },
  ],
};

function explanationsOf(json: JsonObject): Explanation[] {
  const request = fromJson(SimulateAttendanceRequestSchema, json);
  const days = [...simulate(parseScenario(request, EIGHT))].flat();
  return days.flatMap(({ attendance, findings, zone }) =>
    findings.map((each) => toExplanation(each, zone, attendance.date)),
  );
}

describe('an explanation', () => {
  for (const [what, finding, inputs] of CASES) {
    it(`has inputs for ${what}`, () => {
      const message = toExplanation(finding, UTC, DATE);
      expect(message.rule).to.equal(finding.rule);
      expect(message.text).to.equal(explain(finding, UTC, DATE));
      const json = toJson(ExplanationSchema, message) as { inputs?: object[] };
      expect(json.inputs ?? []).to.deep.equal(inputs);
    });
  }

  it('has a rule, words, and named inputs, whatever was found', () => {
    const explanations = explanationsOf(BUSY);
    expect(new Set(explanations.map(({ rule }) => rule)).size).to.be.at.least(12);
    for (const { rule, text, inputs } of explanations) {
      expect(rule).to.match(/^[A-Z][A-Z_]*$/);
      expect(text, rule).to.match(/^[A-Z].*[.?]$/s);
      for (const { name, value } of inputs) {
        expect(name).to.match(/^[a-z][a-z_]*$/);
        expect(name).not.to.match(/seconds$/);
        expect(value.case, `${rule}.${name}`).not.to.equal(undefined);
      }
      expect(new Set(inputs.map(({ name }) => name)).size).to.equal(inputs.length);
    }
  });

  it('takes at most what is reckoned', () => {
    for (const explanation of explanationsOf(BUSY)) {
      const json = Buffer.byteLength(toJsonString(ExplanationSchema, explanation));
      expect(json, explanation.rule).to.be.at.most(explanationBytes(explanation));
    }
  });
});
