// What people, devices and administrators do one after another in a case over the wire, and what
// each is answered. A step that is refused must have changed nothing, and one that is answered
// with a day must have been told what a read tells.

import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import type { Attendance } from '../../../gen/attendance/v1/attendance_pb.js';
import { PunchOutcome } from '../../../gen/attendance/v1/clock_service_pb.js';
import { type Punch, PunchKind, PunchSource } from '../../../gen/attendance/v1/punch_pb.js';
import { ErrorInfoSchema } from '../../../gen/google/rpc/error_details_pb.js';
import type { DayExpectation, RosterSetup, ShiftSetup } from '../../domain/support/scenario.js';
import type { Command } from './command-names.js';
import type { Stage } from './stage.js';

/** Why a step is refused, and the session that the error names: `D 10:00 to ?`. */
export interface Refused {
  readonly reason: string;
  readonly session?: string;
}

export type Step =
  | { readonly does: Command; readonly at: string; readonly refused: Refused | undefined }
  /** Facts in one call; each is RECORDED unless an outcome is given for all. */
  | { readonly does: 'record'; readonly punches: readonly string[]; readonly outcome: string }
  | {
      readonly does: 'replace';
      readonly punch: string;
      /** Without it the moment stays. */
      readonly at: string | undefined;
      /** Without it the kind stays. */
      readonly kind: 'IN' | 'OUT' | undefined;
      readonly refused: Refused | undefined;
    }
  | { readonly does: 'void'; readonly punches: readonly string[] }
  | {
      readonly does: 'mark';
      readonly mark: string;
      readonly etag: string;
      readonly refused: Refused | undefined;
    }
  | { readonly does: 'updateShift'; readonly shift: ShiftSetup }
  | { readonly does: 'updateZone'; readonly zone: string }
  | { readonly does: 'see'; readonly days: Readonly<Record<string, DayExpectation>> };

/** A case of two or more calls. */
export interface StepCase {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly day?: string;
  readonly roster: RosterSetup;
  readonly steps: readonly Step[];
  /** The punches that count in the end, by time: `D 08:00 IN`. */
  readonly punches: readonly string[];
  /** The days in the end. No other date from D-2 to D+6 may have time worked or sessions. */
  readonly days: Readonly<Record<string, DayExpectation>>;
}

const DAYS_BEFORE = 2;
const DAYS_AFTER = 6;

const CODES: Readonly<Record<string, Code>> = { ETAG_MISMATCH: Code.Aborted };
const COMMAND_KINDS: Readonly<Record<Command, PunchKind>> = {
  clockIn: PunchKind.IN,
  clockOut: PunchKind.OUT,
  startBreak: PunchKind.BREAK_START,
  endBreak: PunchKind.BREAK_END,
};

function refusal(reason: string | undefined, session: string | undefined): Refused | undefined {
  if (reason === undefined) return undefined;
  return { reason, ...(session === undefined ? {} : { session }) };
}

export function command(does: Command, at: string, reason?: string, session?: string): Step {
  return { does, at, refused: refusal(reason, session) };
}

export function record(...punches: readonly string[]): Step {
  return { does: 'record', punches, outcome: 'RECORDED' };
}

export function recordAgain(...punches: readonly string[]): Step {
  return { does: 'record', punches, outcome: 'DUPLICATE' };
}

export function move(punch: string, at: string, reason?: string, session?: string): Step {
  return { does: 'replace', punch, at, kind: undefined, refused: refusal(reason, session) };
}

export function takeBack(...punches: readonly string[]): Step {
  return { does: 'void', punches };
}

export function mark(text: string, etag = '', reason?: string): Step {
  return { does: 'mark', mark: text, etag, refused: refusal(reason, undefined) };
}

export function see(days: Readonly<Record<string, DayExpectation>>): Step {
  return { does: 'see', days };
}

/** Lives through a case from its roster to its last day. */
export async function liveThrough(stage: Stage, row: StepCase): Promise<void> {
  await stage.createShared();
  await stage.createEmployee();
  for (const step of row.steps) await take(stage, step);
  expect(await stage.standing(), 'the punches that count').to.deep.equal(row.punches);
  await expectAround(stage, row.days);
}

async function take(stage: Stage, step: Step): Promise<void> {
  switch (step.does) {
    case 'record': {
      const results = await stage.record(step.punches);
      const outcomes = results.map(({ outcome }) => PunchOutcome[outcome]);
      return void expect(outcomes).to.deep.equal(step.punches.map(() => step.outcome));
    }
    case 'replace':
      return await takeReplace(stage, step);
    case 'void':
      return await takeVoid(stage, step.punches);
    case 'mark':
      if (step.refused === undefined) return void (await stage.mark(step.mark, step.etag));
      return await expectRefused(stage, step.refused, () => stage.mark(step.mark, step.etag));
    case 'updateShift':
      return await stage.updateShift(step.shift);
    case 'updateZone':
      return await stage.updateZone(step.zone);
    case 'see':
      return await expectAround(stage, step.days);
    default:
      return await takeCommand(stage, step);
  }
}

async function takeCommand(
  stage: Stage,
  { does, at, refused }: Extract<Step, { does: Command }>,
): Promise<void> {
  const { employeeId } = stage;
  const call = () => stage.service.clock[does]({ employeeId, time: stage.moment(at) });
  if (refused !== undefined) return await expectRefused(stage, refused, call);
  const { punch, attendance } = await call();
  expect([punch?.kind, punch?.source]).to.deep.equal([COMMAND_KINDS[does], PunchSource.COMMAND]);
  await expectTold(stage, punch, attendance);
}

async function takeReplace(
  stage: Stage,
  { punch: text, at, kind, refused }: Extract<Step, { does: 'replace' }>,
): Promise<void> {
  const old = await stage.find(text);
  const call = () =>
    stage.service.clock.replacePunch({
      employeeId: stage.employeeId,
      punchId: old.punchId,
      kind: kind === undefined ? PunchKind.UNSPECIFIED : PunchKind[kind],
      reason: 'mistaken',
      ...(at === undefined ? {} : { time: stage.moment(at) }),
    });
  if (refused !== undefined) return await expectRefused(stage, refused, call);
  const { punch, attendance } = await call();
  expect([punch?.source, punch?.replacesPunchId]).to.deep.equal([
    PunchSource.CORRECTION,
    old.punchId,
  ]);
  await expectTold(stage, punch, attendance);
  const { voided } = await punchOf(stage, old.punchId);
  expect([voided?.reason, voided?.replacedByPunchId]).to.deep.equal(['mistaken', punch?.punchId]);
}

async function takeVoid(stage: Stage, texts: readonly string[]): Promise<void> {
  const { employeeId } = stage;
  const punchIds: string[] = [];
  for (const text of texts) punchIds.push((await stage.find(text)).punchId);
  const request = { employeeId, punchIds, reason: 'not theirs' };
  const { punches } = await stage.service.clock.voidPunch(request);
  expect(punches.map(({ punchId }) => punchId)).to.deep.equal(punchIds);
  for (const punch of punches) {
    expect([punch.voided?.reason, punch.voided?.actor]).to.deep.equal(['not theirs', 'anonymous']);
    expect(await punchOf(stage, punch.punchId)).to.deep.equal(punch);
  }
}

/** What was answered is what is read from then on. */
async function expectTold(
  stage: Stage,
  punch: Punch | undefined,
  attendance: Attendance | undefined,
): Promise<void> {
  expect(await punchOf(stage, punch?.punchId ?? '')).to.deep.equal(punch);
  expect(await stage.get(attendance?.date ?? '')).to.deep.equal(attendance);
}

async function punchOf(stage: Stage, punchId: string): Promise<Punch> {
  const found = (await stage.allPunches()).find((each) => each.punchId === punchId);
  return found ?? expect.fail(`no punch ${punchId}`);
}

/** Refused for that reason, naming that session, and nothing is other than it was. */
export async function expectRefused(
  stage: Stage,
  { reason, session }: Refused,
  call: () => Promise<unknown>,
): Promise<void> {
  const before = await everything(stage);
  const failure = await call().then(
    () => expect.fail(`${reason} was expected, and nothing was refused`),
    (error: unknown) => ConnectError.from(error),
  );
  const [info] = failure.findDetails(ErrorInfoSchema);
  expect([info?.reason, failure.code]).to.deep.equal([
    reason,
    CODES[reason] ?? Code.FailedPrecondition,
  ]);
  if (session !== undefined) {
    expect(sayConcerned(stage, info?.metadata ?? {})).to.equal(session);
  }
  expect(await everything(stage), 'nothing is other than before').to.deep.equal(before);
}

/** The session of an error: `D 10:00 to ?`. */
function sayConcerned(stage: Stage, metadata: Readonly<Record<string, string>>): string {
  const say = (text: string | undefined) =>
    text === undefined ? '?' : stage.notation.say(Date.parse(text));
  return `${say(metadata.session_in_time)} to ${say(metadata.session_out_time)}`;
}

async function everything(stage: Stage): Promise<unknown> {
  const { attendances } = await stage.service.client.listAttendance({
    employeeId: stage.employeeId,
    pageSize: 1000,
  });
  return [await stage.allPunches(), attendances];
}

async function expectAround(
  stage: Stage,
  days: Readonly<Record<string, DayExpectation>>,
): Promise<void> {
  const day = stage.notation.epochDay('D');
  await stage.expectDays(days, day - DAYS_BEFORE, day + DAYS_AFTER);
}
