// Lives that an employee may have had: facts, corrections, marks and changes of the roster in any
// order and any batches; and how they are lived on the running service. Everything random comes
// from fast-check. Of what a life did, only what is kept is remembered: by the service itself.

import { randomUUID } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import fc from 'fast-check';
import { AttendanceStatus, DayPortion } from '../../../gen/attendance/v1/attendance_pb.js';
import { PunchOutcome } from '../../../gen/attendance/v1/clock_service_pb.js';
import { type Punch, PunchKind, PunchSource } from '../../../gen/attendance/v1/punch_pb.js';
import type { Asking } from '../../contract/asking.js';
import { COMMANDS, type Command } from './command-names.js';

const DAY_MS = 86_400_000;
/** A Friday before clocks change in Berlin. */
export const FIRST_MS = Date.parse('2026-03-27T00:00:00Z');
export const DAYS = 5;
/** Dates that are compared, before and after those that are punched on. */
export const MARGIN_DAYS = 4;

const ZONES = ['', 'Europe/Berlin', 'America/Vancouver'] as const;
/** What the shift `day` may be; never beginning before a night ends. */
const HOURS = [
  ['08:00', '16:00'],
  ['06:00', '14:00'],
  ['09:00', '12:00'],
] as const;

export interface TellPunch {
  readonly time: number;
  readonly kind: PunchKind;
  readonly device: string;
  readonly event: number;
}

interface Hours {
  readonly startTimeOfDay: string;
  readonly endTimeOfDay: string;
}

export type Deed =
  | { readonly does: 'record'; readonly punches: readonly TellPunch[] }
  | { readonly does: 'command'; readonly command: Command; readonly time: number }
  /** `which` counts around the punches there are, taken back or not. */
  | { readonly does: 'void'; readonly which: number }
  | { readonly does: 'replace'; readonly which: number; readonly time: number }
  | { readonly does: 'sendAgain'; readonly which: number; readonly restore: boolean }
  | {
      readonly does: 'mark';
      readonly day: number;
      readonly status: AttendanceStatus;
      readonly portion: DayPortion;
      /** Hours of leave instead of all that; undefined: none. */
      readonly hours: Hours | undefined;
    }
  | { readonly does: 'clear'; readonly day: number }
  | {
      readonly does: 'employee';
      readonly zone: string;
      readonly shift: string;
      readonly joins: number;
    }
  | { readonly does: 'override'; readonly day: number; readonly shifts: readonly string[] }
  | { readonly does: 'clearOverride'; readonly day: number }
  | { readonly does: 'shift'; readonly hours: number; readonly fromDay: number }
  | { readonly does: 'holiday'; readonly day: number };

const someDay = fc.integer({ min: 0, max: DAYS - 1 });
/** Often on a quarter, so that punches meet each other and the limits of shifts. */
const someTime = fc
  .tuple(
    fc.integer({ min: 0, max: DAYS * 96 - 1 }),
    fc.constantFrom(0, 0, 0, 1000, 59_000, 400, 421_000),
  )
  .map(([quarter, more]) => FIRST_MS + quarter * 900_000 + more);
const someKind = fc.constantFrom(
  PunchKind.IN,
  PunchKind.IN,
  PunchKind.OUT,
  PunchKind.OUT,
  PunchKind.BREAK_START,
  PunchKind.BREAK_END,
  PunchKind.UNSPECIFIED,
);
const somePunch: fc.Arbitrary<TellPunch> = fc.record({
  time: someTime,
  kind: someKind,
  device: fc.constantFrom('gate', 'door'),
  // Few numbers: devices whose counters began anew.
  event: fc.integer({ min: 1, max: 12 }),
});
const someWhich = fc.nat({ max: 30 });
const someShifts = fc.constantFrom(['day'], ['night'], ['day', 'night'], []);

const someDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('record' as const),
      punches: fc.array(somePunch, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('command' as const),
      command: fc.constantFrom(...COMMANDS),
      time: someTime,
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('void' as const), which: someWhich }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('replace' as const),
      which: someWhich,
      time: someTime,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('sendAgain' as const),
      which: someWhich,
      restore: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('mark' as const),
      day: someDay,
      status: fc.integer({ min: 1, max: 7 }),
      portion: fc.constantFrom(DayPortion.WHOLE_DAY, DayPortion.FIRST_HALF, DayPortion.SECOND_HALF),
      hours: fc.option(
        fc.constantFrom(
          ...[
            ['08:00', '10:00'],
            ['09:00', '13:00'],
            ['12:00', '18:00'],
            ['22:00', '03:00'],
            ['01:00', '02:30'],
          ].map(([startTimeOfDay = '', endTimeOfDay = '']) => ({ startTimeOfDay, endTimeOfDay })),
        ),
        { nil: undefined },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('clear' as const), day: someDay }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('employee' as const),
      zone: fc.constantFrom(...ZONES),
      shift: fc.constantFrom('', 'day', 'night'),
      joins: fc.integer({ min: -1, max: DAYS - 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('override' as const),
      day: someDay,
      shifts: someShifts,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('clearOverride' as const), day: someDay }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('shift' as const),
      hours: fc.nat({ max: HOURS.length - 1 }),
      fromDay: fc.integer({ min: -1, max: DAYS - 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('holiday' as const), day: someDay }) },
);

export const someLife = fc.array(someDeed, { minLength: 3, maxLength: 25 });

export function dateOf(day: number): string {
  return new Date(FIRST_MS + day * DAY_MS).toISOString().slice(0, 10);
}

/** One employee with shifts and a calendar of their own, and a second one to repeat the life. */
export class Living {
  readonly employeeId: string;
  readonly cleanId: string;
  readonly #asking: Asking;
  readonly #name: string;
  readonly #marks: Extract<Deed, { does: 'mark' | 'clear' }>[] = [];
  readonly #holidays = new Set<string>();

  constructor(asking: Asking, name: string) {
    this.#asking = asking;
    this.#name = name;
    this.employeeId = `${name}.lived`;
    this.cleanId = `${name}.clean`;
  }

  async begin(): Promise<void> {
    const { roster } = this.#asking.service;
    const day = { shiftId: this.#shiftId('day'), startTimeOfDay: '08:00', endTimeOfDay: '16:00' };
    const night = {
      shiftId: this.#shiftId('night'),
      startTimeOfDay: '22:00',
      endTimeOfDay: '06:00',
    };
    await roster.createShift({ shift: day });
    await roster.createShift({ shift: night });
    await roster.createEmployee({
      employee: { employeeId: this.employeeId, calendarId: this.#name },
    });
  }

  async do(deed: Deed): Promise<void> {
    switch (deed.does) {
      case 'record':
        return await this.#record(deed.punches.map((punch) => this.#punch(punch)));
      case 'command':
        return await orRefused(
          this.#asking.service.clock[deed.command]({
            employeeId: this.employeeId,
            time: timestampFromMs(deed.time),
            requestId: randomUUID(),
          }),
        );
      case 'void':
      case 'replace':
      case 'sendAgain':
        return await this.#correct(deed);
      case 'mark':
      case 'clear':
        this.#marks.push(deed);
        return await this.#declare(this.employeeId, deed);
      default:
        return await this.#change(deed);
    }
  }

  /** The same, once and in order, for somebody else: the roster first, then what was recorded. */
  async repeatCleanly(): Promise<void> {
    const { roster, clock } = this.#asking.service;
    const { employeeId, cleanId } = this;
    const { employee } = await roster.getEmployee({ employeeId });
    if (employee === undefined) expect.fail('no employee in the answer');
    await roster.createEmployee({ employee: { ...employee, employeeId: cleanId } });
    const { overrides } = await roster.listDateOverrides({ employeeId, pageSize: 1000 });
    for (const override of overrides) {
      await roster.setDateOverride({ employeeId: cleanId, override });
    }
    const all = await this.#asking.punches(employeeId);
    // What was taken back leaves nothing behind, not even in what event ids say.
    const kept = all.filter((each) => each.voided === undefined);
    const punches = kept.map((each) => ({
      employeeId: cleanId,
      time: each.time ?? expect.fail('a punch without a time'),
      kind: each.kind,
      deviceId: each.deviceId,
      eventId: each.eventId,
    }));
    const { results } = await clock.recordPunches({ punches });
    expect(results.map(({ outcome }) => outcome)).to.not.include(PunchOutcome.REJECTED);
    for (const deed of this.#marks) await this.#declare(cleanId, deed);
  }

  #punch({ time, kind, device, event }: TellPunch) {
    const { employeeId } = this;
    return {
      employeeId,
      time: timestampFromMs(time),
      kind,
      deviceId: device,
      eventId: String(event),
    };
  }

  async #record(
    punches: NonNullable<Parameters<Asking['service']['clock']['recordPunches']>[0]['punches']>,
    restore = false,
  ) {
    const { results } = await this.#asking.service.clock.recordPunches({ punches, restore });
    expect(results.map(({ outcome }) => outcome)).to.not.include(PunchOutcome.REJECTED);
  }

  async #correct(deed: Extract<Deed, { does: 'void' | 'replace' | 'sendAgain' }>): Promise<void> {
    const { employeeId } = this;
    const { clock } = this.#asking.service;
    const all = await this.#asking.punches(employeeId);
    const punch = all[deed.which % Math.max(all.length, 1)];
    if (punch === undefined) return;
    const { punchId } = punch;
    if (deed.does === 'void') {
      const request = { employeeId, punchIds: [punchId], reason: 'not theirs' };
      return await orRefused(clock.voidPunch(request));
    }
    if (deed.does === 'replace') {
      const time = timestampFromMs(deed.time);
      return await orRefused(clock.replacePunch({ employeeId, punchId, time, reason: 'queue' }));
    }
    if (punch.source === PunchSource.DEVICE) {
      await this.#record([asSent(punch)], deed.restore);
    }
  }

  async #declare(employeeId: string, deed: Extract<Deed, { does: 'mark' | 'clear' }>) {
    const { client } = this.#asking.service;
    const date = dateOf(deed.day);
    if (deed.does === 'clear') {
      await client.clearAttendance({ employeeId, date, reason: 'mistaken' });
    } else {
      const { status, portion, hours } = deed;
      await client.markAttendance({
        employeeId,
        date,
        ...(hours === undefined
          ? { status, portion }
          : { status: AttendanceStatus.ON_LEAVE, leaveTime: hours }),
      });
    }
  }

  async #change(
    deed: Extract<Deed, { does: 'employee' | 'override' | 'clearOverride' | 'shift' | 'holiday' }>,
  ): Promise<void> {
    const { roster } = this.#asking.service;
    const { employeeId } = this;
    switch (deed.does) {
      case 'employee': {
        const employee = {
          employeeId,
          calendarId: this.#name,
          timeZone: deed.zone,
          defaultShiftId: deed.shift === '' ? '' : this.#shiftId(deed.shift),
          joinDate: deed.joins < 0 ? '' : dateOf(deed.joins),
        };
        return await orRefused(roster.updateEmployee({ employee, updateMask: { paths: ['*'] } }));
      }
      case 'override': {
        const shiftIds = deed.shifts.map((shift) => this.#shiftId(shift));
        const override = { date: dateOf(deed.day), shiftIds };
        return await orRefused(roster.setDateOverride({ employeeId, override }));
      }
      case 'clearOverride':
        return await orRefused(roster.deleteDateOverride({ employeeId, date: dateOf(deed.day) }));
      case 'shift': {
        const [startTime, endTime] = HOURS[deed.hours] ?? HOURS[0];
        const effectiveDate = deed.fromDay < 0 ? '' : dateOf(deed.fromDay);
        const times = { startTimeOfDay: startTime, endTimeOfDay: endTime };
        const shift = { shiftId: this.#shiftId('day'), ...times, effectiveDate };
        return await orRefused(roster.updateShift({ shift }));
      }
      case 'holiday': {
        const holiday = { calendarId: this.#name, date: dateOf(deed.day) };
        if (this.#holidays.delete(holiday.date)) {
          await roster.deleteHoliday(holiday);
        } else {
          this.#holidays.add(holiday.date);
          await roster.createHoliday({ holiday: { ...holiday, name: 'x' } });
        }
      }
    }
  }

  #shiftId(shift: string): string {
    return `${this.#name}.${shift}`;
  }
}

function asSent({ employeeId, time, kind, deviceId, eventId }: Punch) {
  return { employeeId, kind, deviceId, eventId, ...(time === undefined ? {} : { time }) };
}

/** A refusal is an answer: nothing has happened. Anything else is none. */
async function orRefused(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    // A command can be out of the employment that the roster happens to say.
    const isOutOfBounds = code === Code.InvalidArgument && rawMessage.startsWith('time: ');
    if (code !== Code.FailedPrecondition && !isOutOfBounds) throw error;
  }
}
