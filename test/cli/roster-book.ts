// A roster in memory behind the stand-in server, for tests of `roster import`: it keeps what it is
// told as the contract says, and a change that changes nothing has no RosterChange.

import type { Message } from '@bufbuild/protobuf';
import { clone, create, equals } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type {
  DateOverride,
  Employee,
  EmployeeAssignment,
  Holiday,
  PolicyHistory,
  ShiftHistory,
} from '../../src/client/index.js';
import {
  DateOverrideSchema,
  EmployeeAssignmentSchema,
  EmployeeSchema,
  HolidaySchema,
  PolicyHistorySchema,
  ShiftHistorySchema,
} from '../../src/client/index.js';
import { refuse } from '../client/grpc-server.js';
import type { Answers } from './stand-in.js';

const MAPS = ['shifts', 'holidays', 'policies', 'employees', 'assignments', 'overrides'] as const;

export class RosterBook {
  readonly shifts = new Map<string, ShiftHistory>();
  readonly holidays = new Map<string, Holiday>();
  readonly policies = new Map<string, PolicyHistory>();
  readonly employees = new Map<string, Employee>();
  readonly assignments = new Map<string, EmployeeAssignment>();
  readonly overrides = new Map<string, DateOverride>();
  #changeId = 0;

  /** Looks at each write; may throw `refuse(...)`. */
  onWrite: (method: string, what: Message) => void = () => undefined;

  answers(): Answers {
    const writes = { ...this.#sharedWrites(), ...this.#employeeWrites() };
    const tried = Object.entries(writes).map(([method, write]) => [
      method,
      this.#unlessTried(write),
    ]);
    return { ...this.#reads(), ...Object.fromEntries(tried) };
  }

  /** What is only validated is answered as ever, and then as if it had never been. */
  #unlessTried(write: unknown) {
    return (request: { readonly validateOnly: boolean }) => {
      const kept = MAPS.map((name) => [...this[name]] as [string, never][]);
      const answer = (write as (request: unknown) => object)(request);
      if (!request.validateOnly) return answer;
      for (const [index, name] of MAPS.entries()) {
        this[name].clear();
        for (const [key, value] of kept[index] ?? []) this[name].set(key, value);
      }
      return { ...answer, rosterChange: undefined };
    };
  }

  #reads(): Answers {
    return {
      listShifts: () => ({ shifts: [...this.shifts.values()] }),
      listHolidays: ({ calendarId }) => ({
        holidays: [...this.holidays.values()].filter((each) => each.calendarId === calendarId),
      }),
      listPolicies: () => ({ policies: [...this.policies.values()] }),
      getEmployee: ({ employeeId }) => ({ employee: this.#employee(employeeId) }),
      listShiftAssignments: ({ employeeId }) => ({
        assignments: [...this.assignments.values()].filter((one) => one.employeeId === employeeId),
      }),
      listDateOverrides: ({ employeeId, startDate, endDate }) => ({
        overrides: [...this.overrides]
          .filter(([key]) => key.startsWith(`${employeeId} `))
          .map(([, override]) => override)
          .filter(({ date }) => date >= startDate && date <= endDate),
      }),
    };
  }

  #sharedWrites(): Answers {
    const putShift = (method: string, shift: ShiftHistory['versions'][number] | undefined) => {
      if (shift === undefined) throw new Error('no shift');
      const { shiftId } = shift;
      const before = this.shifts.get(shiftId);
      if ((before === undefined) !== (method === 'createShift'))
        throw new Error(`${method} ${shiftId}`);
      const others = (before?.versions ?? []).filter(
        (v) => v.effectiveDate !== shift.effectiveDate,
      );
      const versions = [...others, shift].sort((a, b) =>
        a.effectiveDate < b.effectiveDate ? -1 : 1,
      );
      return this.#put(
        method,
        ShiftHistorySchema,
        this.shifts,
        shiftId,
        { shiftId, versions },
        'shift',
      );
    };
    const putHoliday = (method: string, holiday: Holiday | undefined) =>
      this.#put(
        method,
        HolidaySchema,
        this.holidays,
        `${holiday?.calendarId} ${holiday?.date}`,
        holiday ?? {},
        'holiday',
      );
    return {
      createShift: ({ shift }) => putShift('createShift', shift),
      updateShift: ({ shift, etag }) => {
        this.#checkEtag(this.shifts.get(shift?.shiftId ?? ''), etag);
        return putShift('updateShift', shift);
      },
      setPolicy: ({ policy, etag }) => {
        const { policyId = '', effectiveDate = '' } = policy ?? {};
        const before = this.policies.get(policyId);
        if (etag !== '') this.#checkEtag(before, etag);
        const others = (before?.versions ?? []).filter((v) => v.effectiveDate !== effectiveDate);
        const versions = [...others, ...(policy === undefined ? [] : [policy])].sort((a, b) =>
          a.effectiveDate < b.effectiveDate ? -1 : 1,
        );
        const history = { policyId, versions };
        return this.#put(
          'setPolicy',
          PolicyHistorySchema,
          this.policies,
          policyId,
          history,
          'policy',
        );
      },
      createHoliday: ({ holiday }) => putHoliday('createHoliday', holiday),
      updateHoliday: ({ holiday }) => putHoliday('updateHoliday', holiday),
    };
  }

  #employeeWrites(): Answers {
    const put = (method: string, employee: Employee | undefined) =>
      this.#put(
        method,
        EmployeeSchema,
        this.employees,
        employee?.employeeId ?? '',
        // Whoever is created or updated is on the lists again.
        { ...employee, archived: false },
        'employee',
      );
    return {
      createEmployee: ({ employee }) => put('createEmployee', employee),
      updateEmployee: ({ employee, etag }) => {
        this.#checkEtag(this.#employee(employee?.employeeId ?? ''), etag);
        if (employee?.archived) throw new Error('an update never archives');
        return put('updateEmployee', employee);
      },
      createShiftAssignment: ({ assignment }) => {
        const assignmentId = String(this.assignments.size + 1);
        const whole = { ...create(EmployeeAssignmentSchema, assignment), assignmentId };
        this.#employee(whole.employeeId);
        return this.#put(
          'createShiftAssignment',
          EmployeeAssignmentSchema,
          this.assignments,
          assignmentId,
          whole,
          'assignment',
        );
      },
      updateShiftAssignment: ({ assignment, etag }) => {
        const id = assignment?.assignmentId ?? '';
        this.#checkEtag(this.assignments.get(id), etag);
        return this.#put(
          'updateShiftAssignment',
          EmployeeAssignmentSchema,
          this.assignments,
          id,
          assignment ?? {},
          'assignment',
        );
      },
      setDateOverride: ({ employeeId, override }) => {
        this.#employee(employeeId);
        const key = `${employeeId} ${override?.date}`;
        return this.#put(
          'setDateOverride',
          DateOverrideSchema,
          this.overrides,
          key,
          override ?? {},
          'override',
        );
      },
    };
  }

  #employee(employeeId: string): Employee {
    const employee = this.employees.get(employeeId);
    if (employee !== undefined) return employee;
    throw refuse({ code: status.NOT_FOUND, message: 'nobody', reason: 'EMPLOYEE_NOT_FOUND' });
  }

  #checkEtag(before: { readonly etag: string } | undefined, etag: string): void {
    if (etag === before?.etag) return;
    throw refuse({ code: status.ABORTED, message: `is ${before?.etag}`, reason: 'ETAG_MISMATCH' });
  }

  /** The answer of a write: the resource under its field, and the change if there was one. */
  #put<M extends Message, F extends string>(
    method: string,
    schema: GenMessage<M>,
    into: Map<string, M>,
    key: string,
    value: object,
    field: F,
  ) {
    const message = create(schema, value as never) as M & { etag?: string; updateTime?: unknown };
    this.onWrite(method, message);
    const before = into.get(key) as typeof message | undefined;
    if ('etag' in message) message.etag = before?.etag ?? '';
    if (before !== undefined && 'updateTime' in before) message.updateTime = before.updateTime;
    if (before !== undefined && equals(schema, before, message)) {
      return { [field]: before } as Record<F, M>;
    }
    this.#changeId += 1;
    const changed = clone(schema, message) as typeof message;
    const updateTime = timestampFromDate(new Date(Date.UTC(2026, 0, 1, 0, 0, this.#changeId)));
    if ('etag' in changed) Object.assign(changed, { etag: `"${this.#changeId}"`, updateTime });
    into.set(key, changed);
    const rosterChange = { changeId: String(this.#changeId) };
    return { [field]: changed, rosterChange } as Record<F, M> & { rosterChange: object };
  }
}
