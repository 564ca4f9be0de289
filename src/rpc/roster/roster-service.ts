// The handlers of RosterService: they pass requests to the roster's commands and reads, and turn
// results into answers.

import { create } from '@bufbuild/protobuf';
import * as wire from '../../../gen/attendance/v1/roster_service_pb.js';
import type { Moments, PageTokens } from '../../app/ports/attendance-store.js';
import type { RosterAnswer, RosterCommand, RosterStore } from '../../app/ports/roster-ports.js';
import type { Call, ServiceHandlers } from '../edge/pipeline.js';
import * as parse from './parse-roster-command.js';
import { rosterReads } from './roster-reads.js';
import {
  toDateOverride,
  toEmployee,
  toEmployeeAssignment,
  toHoliday,
  toPolicyHistory,
  toRosterChange,
  toShiftHistory,
} from './roster-to-proto.js';

type Handlers = ServiceHandlers<typeof wire.RosterService>;

type AnswerOf<K extends RosterAnswer['kind']> = Extract<RosterAnswer, { readonly kind: K }>;

/** `store` signs page tokens and knows which past moments are settled. */
export function rosterHandlers(store: Moments & PageTokens, roster: RosterStore): Handlers {
  return {
    ...rosterReads(store, roster),
    ...employeeWrites(roster),
    ...shiftWrites(roster),
    ...assignmentWrites(roster),
    ...overrideWrites(roster),
    ...holidayWrites(roster),
    ...policyWrites(roster),
  };
}

/**
 * Changes the roster. Returns the resource as it is now, and the roster change if it was stored.
 */
async function change<K extends RosterAnswer['kind']>(
  roster: RosterStore,
  kind: K,
  command: RosterCommand,
  { signal }: Call,
) {
  const outcome = await roster.changeRoster(command, signal);
  const { answer } = outcome;
  if (answer.kind !== kind) throw new Error(`a ${command.kind} was answered with ${answer.kind}`);
  const isStored = !command.validateOnly && outcome.change !== undefined;
  const changed = isStored && { rosterChange: toRosterChange(outcome.change) };
  return { answer: answer as AnswerOf<K>, changed: changed || {} };
}

function employeeWrites(roster: RosterStore) {
  const write = async (command: RosterCommand, call: Call) => {
    const { answer, changed } = await change(roster, 'EMPLOYEE', command, call);
    return { employee: toEmployee(answer.employee), ...changed };
  };
  return {
    createEmployee: async (message, call) =>
      create(
        wire.CreateEmployeeResponseSchema,
        await write(parse.createEmployee(message, call), call),
      ),
    updateEmployee: async (message, call) =>
      create(
        wire.UpdateEmployeeResponseSchema,
        await write(parse.updateEmployee(message, call), call),
      ),
    archiveEmployee: async (message, call) =>
      create(
        wire.ArchiveEmployeeResponseSchema,
        await write(parse.archiveEmployee(message, call), call),
      ),
  } satisfies Partial<Handlers>;
}

function shiftWrites(roster: RosterStore) {
  const write = async (command: RosterCommand, call: Call) => {
    const { answer, changed } = await change(roster, 'SHIFT', command, call);
    return { shift: toShiftHistory(answer.shift), ...changed };
  };
  return {
    createShift: async (message, call) =>
      create(wire.CreateShiftResponseSchema, await write(parse.createShift(message, call), call)),
    updateShift: async (message, call) =>
      create(wire.UpdateShiftResponseSchema, await write(parse.updateShift(message, call), call)),
    archiveShift: async (message, call) =>
      create(wire.ArchiveShiftResponseSchema, await write(parse.archiveShift(message, call), call)),
  } satisfies Partial<Handlers>;
}

function assignmentWrites(roster: RosterStore) {
  const write = async (command: RosterCommand, call: Call) => {
    const { answer, changed } = await change(roster, 'ASSIGNMENT', command, call);
    return { assignment: toEmployeeAssignment(answer.assignment), ...changed };
  };
  return {
    createShiftAssignment: async (message, call) =>
      create(
        wire.CreateShiftAssignmentResponseSchema,
        await write(parse.createAssignment(message, call), call),
      ),
    updateShiftAssignment: async (message, call) =>
      create(
        wire.UpdateShiftAssignmentResponseSchema,
        await write(parse.updateAssignment(message, call), call),
      ),
    deleteShiftAssignment: async (message, call) =>
      create(
        wire.DeleteShiftAssignmentResponseSchema,
        await write(parse.archiveAssignment(message, call), call),
      ),
  } satisfies Partial<Handlers>;
}

function overrideWrites(roster: RosterStore) {
  return {
    setDateOverride: async (message, call) => {
      const { answer, changed } = await change(
        roster,
        'OVERRIDE',
        parse.setOverride(message, call),
        call,
      );
      const override = answer.override && { override: toDateOverride(answer.override) };
      return create(wire.SetDateOverrideResponseSchema, { ...override, ...changed });
    },
    deleteDateOverride: async (message, call) => {
      const { changed } = await change(
        roster,
        'OVERRIDE',
        parse.clearOverride(message, call),
        call,
      );
      return create(wire.DeleteDateOverrideResponseSchema, changed);
    },
  } satisfies Partial<Handlers>;
}

function holidayWrites(roster: RosterStore) {
  const write = async (command: RosterCommand, call: Call) => {
    const { answer, changed } = await change(roster, 'HOLIDAY', command, call);
    return { holiday: toHoliday(answer.holiday), ...changed };
  };
  return {
    createHoliday: async (message, call) =>
      create(
        wire.CreateHolidayResponseSchema,
        await write(parse.createHoliday(message, call), call),
      ),
    updateHoliday: async (message, call) =>
      create(
        wire.UpdateHolidayResponseSchema,
        await write(parse.updateHoliday(message, call), call),
      ),
    deleteHoliday: async (message, call) =>
      create(
        wire.DeleteHolidayResponseSchema,
        await write(parse.deleteHoliday(message, call), call),
      ),
  } satisfies Partial<Handlers>;
}

function policyWrites(roster: RosterStore) {
  const write = async (command: RosterCommand, call: Call) => {
    const { answer, changed } = await change(roster, 'POLICY', command, call);
    return { policy: toPolicyHistory(answer.policy), ...changed };
  };
  return {
    setPolicy: async (message, call) =>
      create(wire.SetPolicyResponseSchema, await write(parse.setPolicy(message, call), call)),
    deletePolicy: async (message, call) =>
      create(wire.DeletePolicyResponseSchema, await write(parse.deletePolicy(message, call), call)),
  } satisfies Partial<Handlers>;
}
