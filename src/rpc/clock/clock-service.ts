// The handlers of ClockService: they pass requests to use cases, and turn results into answers.
// record-punches.ts handles logs of punches.

import { create } from '@bufbuild/protobuf';
import {
  ClockInResponseSchema,
  ClockOutResponseSchema,
  type ClockService,
  type CorrectPunchesResponse,
  CorrectPunchesResponseSchema,
  EndBreakResponseSchema,
  GetClockStateResponseSchema,
  ImportPunchesResponseSchema,
  type ListClockedInRequest,
  type ListClockedInResponse,
  ListClockedInResponseSchema,
  type ListPunchesRequest,
  type ListPunchesResponse,
  ListPunchesResponseSchema,
  RecordPunchesResponseSchema,
  ReplacePunchResponseSchema,
  StartBreakResponseSchema,
  VoidPunchResponseSchema,
} from '../../../gen/attendance/v1/clock_service_pb.js';
import type { AttendanceStore } from '../../app/ports/attendance-store.js';
import type {
  ClockCommand,
  ClockLimits,
  CommandFact,
  Fact,
  ReplaceFact,
} from '../../app/ports/facts.js';
import { TURNS } from '../../app/ports/turns.js';
import { clockState, listClockedIn } from '../../app/read/clock-state.js';
import { listPunches } from '../../app/read/read-history.js';
import { recordCommand } from '../../app/write/record-command.js';
import { type FactRecorder, type Recorded, recordFact } from '../../app/write/record-facts.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Instant } from '../../domain/time/time.js';
import type { Call, ServiceHandlers } from '../edge/pipeline.js';
import { Problems } from '../edge/problems.js';
import { countOfPage, countThatFits, dayBytes, MAX_ANSWER_BYTES } from '../shared/answer-size.js';
import { limitOf, placeOf, tokenOf } from '../shared/pages.js';
import { parseId } from '../shared/parse.js';
import { toAttendance } from '../shared/to-proto.js';
import { type BadgePorts, badgeHandlers } from './badges.js';
import { clockStateSize, toClockState } from './clock-state-to-proto.js';
import {
  type CommandRequest,
  commandFact,
  correctFact,
  replaceFact,
  voidFact,
} from './parse-clock.js';
import { listPunchImports, voidPunchImport } from './punch-imports.js';
import { parseLimit } from './punch-times.js';
import { fitPunches, punchesBytes, punchSize, toPunch } from './punch-to-proto.js';
import { importPunches, recordPunches } from './record-punches.js';

export function clockHandlers(
  store: AttendanceStore,
  writes: FactRecorder,
  limits: ClockLimits,
  badges: BadgePorts,
): ServiceHandlers<typeof ClockService> {
  const record = async (fact: CommandFact | ReplaceFact, call: Call) =>
    punchAndDay(fact, await recordCommand(store, writes, fact, call.signal));
  const command = (name: ClockCommand, message: CommandRequest, call: Call) =>
    record(commandFact(name, message, limits, call), call);
  return {
    clockIn: async (message, call) =>
      create(ClockInResponseSchema, await command('CLOCK_IN', message, call)),
    clockOut: async (message, call) =>
      create(ClockOutResponseSchema, await command('CLOCK_OUT', message, call)),
    startBreak: async (message, call) =>
      create(StartBreakResponseSchema, await command('START_BREAK', message, call)),
    endBreak: async (message, call) =>
      create(EndBreakResponseSchema, await command('END_BREAK', message, call)),
    recordPunches: async (message, call) => {
      const results = await recordPunches(badges.store, writes, message, limits, call);
      return create(RecordPunchesResponseSchema, { results });
    },
    importPunches: async (messages, call) =>
      create(
        ImportPunchesResponseSchema,
        await importPunches(badges.store, writes, messages, limits, call),
      ),
    listPunches: (message, call) => list(store, message, call),
    voidPunch: async (message, call) => {
      const fact = voidFact(message, call);
      const { punches } = await recordFact(writes, fact, call.signal);
      const byId = new Map(fitPunches(punches).map((punch) => [punch.punchId, punch]));
      const inOrder = fact.punchIds.flatMap((punchId) => byId.get(punchId) ?? []);
      return create(VoidPunchResponseSchema, { punches: inOrder.map(toPunch) });
    },
    replacePunch: async (message, call) =>
      create(ReplacePunchResponseSchema, await record(replaceFact(message, call), call)),
    correctPunches: async (message, call) => {
      const fact = correctFact(message, call);
      return corrected(await recordFact(writes, fact, call.signal));
    },
    listImports: (message, call) => listPunchImports(store, message, call),
    voidImport: (message, call) => voidPunchImport(store, badges.store, writes, message, call),
    getClockState: async (message, call) => {
      const state = await clockState(store, parseId(message.employeeId), call.now, call.signal);
      return create(GetClockStateResponseSchema, { clockState: toClockState(state) });
    },
    listClockedIn: (message, call) => listIn(store, message, call),
    ...badgeHandlers(store, badges, writes),
  };
}

/** For a fact that makes one punch: that punch, and its day. */
function punchAndDay(fact: Fact, { attendances: [attendance], punches }: Recorded) {
  const [punch] = punches;
  if (punch === undefined || attendance === undefined) {
    throw new Error(`a ${fact.kind} was answered without its punch or its day`);
  }
  return { punch: toPunch(punch), attendance: toAttendance(attendance) };
}

/** Leaves out the days that do not fit into the answer, the last ones first. */
function corrected(recorded: Recorded): CorrectPunchesResponse {
  const punches = fitPunches(recorded.punches);
  const room = MAX_ANSWER_BYTES - punchesBytes(punches);
  const days = recorded.attendances.slice(0, countThatFits(recorded.attendances, dayBytes, room));
  return create(CorrectPunchesResponseSchema, {
    punches: punches.map(toPunch),
    attendances: days.map((day) => toAttendance(day)),
  });
}

async function list(
  store: AttendanceStore,
  message: ListPunchesRequest,
  call: Call,
): Promise<ListPunchesResponse> {
  const employeeId = parseId(message.employeeId);
  const problems = new Problems();
  const startTime = parseLimit(message.startTime, 'start_time', problems);
  const endTime = parseLimit(message.endTime, 'end_time', problems);
  if (startTime !== undefined && endTime !== undefined && endTime < startTime) {
    const description = 'must not be before start_time; punches at end_time are not listed';
    problems.add('end_time', 'END_TIME_BEFORE_START_TIME', description);
  }
  problems.throwIfAny();
  const { includeVoided } = message;
  const bound = ['ListPunches', employeeId, startTime ?? null, endTime ?? null, includeVoided];
  const place = await placeOf(store, bound, message.pageToken);
  const after = place && { time: Number(place[0]) as Instant, punchId: Number(place[1]) };
  const limit = limitOf(message);
  const query = { employeeId, startTime, endTime, includeVoided, after, limit };
  const page = await listPunches(store, query, call.signal);
  const punches = page.punches.slice(0, await countOfPage(page.punches, punchSize));
  const next = punches.length < page.punches.length ? punches.at(-1) : page.next;
  return create(ListPunchesResponseSchema, {
    punches: await TURNS.map(punches, toPunch, call.signal),
    nextPageToken: await tokenOf(store, bound, next && [next.time, next.punchId]),
  });
}

async function listIn(
  store: AttendanceStore,
  message: ListClockedInRequest,
  call: Call,
): Promise<ListClockedInResponse> {
  const groupId = message.groupId === '' ? undefined : message.groupId;
  const bound = ['ListClockedIn', groupId ?? null];
  const place = await placeOf(store, bound, message.pageToken);
  const after = place && (String(place[0]) as EmployeeId);
  const query = { groupId, after, limit: limitOf(message) };
  const page = await listClockedIn(store, query, call.now, call.signal);
  const states = page.states.slice(0, await countOfPage(page.states, clockStateSize));
  const next = states.length < page.states.length ? states.at(-1)?.employeeId : page.next;
  return create(ListClockedInResponseSchema, {
    clockStates: await TURNS.map(states, toClockState, call.signal),
    nextPageToken: await tokenOf(store, bound, next === undefined ? undefined : [next]),
  });
}
