// Every rpc with every kind of caller, over the wire: who may call it, and about whom. The table
// below is the promise, in other words than the service's own; the compiler asks for a row of each
// new rpc. The check comes before validation, so an empty request tells who gets past it.

import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { TimesheetService } from '../../gen/attendance/v1/timesheet_service_pb.js';
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { KeysFile } from '../support/keys-file.js';
import { startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

/** Who may: the wide scopes, then S for self, C for self at the clock, M for manage. */
type Who = `${string}|${'' | 'S' | 'C'}${'' | 'M'}`;
/** Where a request says whom it is about. */
type Where = 'ID' | 'IDS' | 'REQUESTS' | 'DAYS' | 'PUNCHES' | 'FILTER' | 'GROUP' | 'NOBODY';
type Row = readonly [who: Who, where?: Where];
type Table<S extends DescService> = { readonly [K in keyof S['method']]: Row };

const DAYS: Table<typeof AttendanceService> = {
  markAttendance: ['write|M', 'ID'],
  batchMarkAttendance: ['write|M', 'REQUESTS'],
  clearAttendance: ['write|M', 'ID'],
  bulkMarkAttendance: ['write|M', 'IDS'],
  bulkClearAttendance: ['write|M', 'IDS'],
  listMarkImports: ['read|'],
  voidMarkImport: ['write|'],
  getAttendance: ['read|SM', 'ID'],
  listAttendance: ['read|SM', 'FILTER'],
  streamAttendance: ['read|SM', 'FILTER'],
  batchGetAttendance: ['read|SM', 'DAYS'],
  listAttendanceRevisions: ['read|M', 'ID'],
  watchAttendance: ['read|M', 'IDS'],
  setLeaveType: ['admin|'],
  listLeaveTypes: ['read admin|M', 'NOBODY'],
  simulateAttendance: ['read|'],
  compareAttendance: ['read|'],
};
const CLOCK: Table<typeof ClockService> = {
  clockIn: ['write|CM', 'ID'],
  clockOut: ['write|CM', 'ID'],
  startBreak: ['write|CM', 'ID'],
  endBreak: ['write|CM', 'ID'],
  recordPunches: ['write punch|M', 'PUNCHES'],
  importPunches: ['write punch|M', 'PUNCHES'],
  listPunches: ['read|M', 'ID'],
  voidPunch: ['write|M', 'ID'],
  replacePunch: ['write|M', 'ID'],
  correctPunches: ['write|M', 'ID'],
  listImports: ['read|'],
  voidImport: ['write|'],
  assignBadge: ['admin|'],
  endBadge: ['admin|'],
  retractBadge: ['admin|'],
  listBadges: ['read admin|'],
  listQuarantinedPunches: ['read admin|'],
  discardQuarantinedPunches: ['admin|'],
  getClockState: ['read|SM', 'ID'],
  listClockedIn: ['read|M', 'GROUP'],
};
const ROSTER: Table<typeof RosterService> = {
  createEmployee: ['admin|'],
  getEmployee: ['read admin|M', 'ID'],
  listEmployees: ['read admin|M', 'GROUP'],
  updateEmployee: ['admin|'],
  archiveEmployee: ['admin|'],
  createShift: ['admin|'],
  getShift: ['read admin|M', 'NOBODY'],
  listShifts: ['read admin|M', 'NOBODY'],
  updateShift: ['admin|'],
  archiveShift: ['admin|'],
  createShiftAssignment: ['admin|'],
  getShiftAssignment: ['read admin|M', 'ID'],
  listShiftAssignments: ['read admin|M', 'ID'],
  updateShiftAssignment: ['admin|'],
  deleteShiftAssignment: ['admin|'],
  setDateOverride: ['admin|'],
  deleteDateOverride: ['admin|'],
  listDateOverrides: ['read admin|M', 'ID'],
  createHoliday: ['admin|'],
  getHoliday: ['read admin|M', 'NOBODY'],
  listHolidays: ['read admin|M', 'NOBODY'],
  updateHoliday: ['admin|'],
  deleteHoliday: ['admin|'],
  setPolicy: ['admin|'],
  getPolicy: ['read admin|'],
  listPolicies: ['read admin|'],
  deletePolicy: ['admin|'],
  getRosterChange: ['read admin|'],
  listRosterChanges: ['read admin|'],
};

const TIMESHEETS: Table<typeof TimesheetService> = {
  getTimesheet: ['read|SM', 'ID'],
  listTimesheets: ['read|SM', 'IDS'],
};

const ROWS: readonly (readonly [DescMethod, Row])[] = [
  ...rowsOf(AttendanceService, DAYS),
  ...rowsOf(ClockService, CLOCK),
  ...rowsOf(RosterService, ROSTER),
  ...rowsOf(TimesheetService, TIMESHEETS),
];

function rowsOf<S extends DescService>(service: S, table: Table<S>): [DescMethod, Row][] {
  return service.methods.map((method) => [method, table[method.localName as keyof S['method']]]);
}

const WIDE = ['read', 'write', 'admin', 'punch'];
/** Ann, Cat and Eve are in the kitchen, Bob in the bakery, Dan in no group, and nobody is Zoe. */
const ALL = [
  ...WIDE.map((name) => ({ caller: name, scopes: [`attendance.${name}`] })),
  { caller: 'act', scopes: ['attendance.act'] },
  { caller: 'self', scopes: ['attendance.self'], employee: 'ann' },
  {
    caller: 'own',
    scopes: ['attendance.self', 'attendance.manage'],
    employee: 'ann',
    groups: ['kitchen'],
  },
  { caller: 'near', scopes: ['attendance.self'], employee: 'anm' },
  { caller: 'manage', scopes: ['attendance.manage'], groups: ['kitchen'] },
  {
    caller: 'both',
    scopes: ['attendance.self', 'attendance.manage'],
    employee: 'bob',
    groups: ['kitchen'],
  },
];

/** Requests about some employees, or about a group. */
function requestAbout(where: Where, ids: readonly string[], groupId = ''): object {
  const each = ids.map((employeeId) => ({ employeeId }));
  switch (where) {
    case 'ID':
      return { employeeId: ids[0] ?? '' };
    case 'IDS':
      return { employeeIds: ids, groupId };
    case 'REQUESTS':
      return { requests: each };
    case 'DAYS':
      return { days: each };
    case 'PUNCHES':
      return { punches: each };
    case 'FILTER':
      return { employeeId: ids[0] ?? '', groupId };
    case 'GROUP':
      return { groupId };
    case 'NOBODY':
      return {};
  }
}

describe('the table of access', () => {
  let database: TestDatabase;
  let keys: KeysFile;
  let running: TestService;
  let transport: Transport;

  before(async () => {
    database = await createTestDatabase();
    keys = new KeysFile(...ALL);
    running = await startTestService({
      databaseUrl: database.url,
      env: { AUTH: 'keys', AUTH_KEYS_FILE: keys.path },
    });
    transport = createGrpcTransport({ baseUrl: running.baseUrl });
    const roster = createClient(RosterService, transport);
    for (const [employeeId, groupId] of [
      ['ann', 'kitchen'],
      ['bob', 'bakery'],
      ['cat', 'kitchen'],
      ['dan', ''],
      ['eve', 'kitchen'],
    ] as const) {
      const options = { headers: { authorization: 'Bearer admin-key' } };
      await roster.createEmployee({ employee: { employeeId, groupId } }, options);
    }
  });

  after(async () => {
    await running?.stop();
    keys?.remove();
    await database?.drop();
  });

  /** How a call ends: PASSED for whatever is not about who calls. */
  async function call(method: DescMethod, caller: string, request: object = {}): Promise<string> {
    try {
      await callRaw(method, caller, request);
      return 'PASSED';
    } catch (error) {
      const failure = ConnectError.from(error);
      const isAbout = [Code.Unauthenticated, Code.PermissionDenied].includes(failure.code);
      return isAbout ? (failure.findDetails(ErrorInfoSchema)[0]?.reason ?? 'NONE') : 'PASSED';
    }
  }

  async function callRaw(method: DescMethod, caller: string, request: object): Promise<void> {
    const client = createClient(method.parent, transport) as Record<string, unknown>;
    const run = client[method.localName] as (input: unknown, options: object) => unknown;
    const options = {
      headers: caller === '' ? {} : { authorization: `Bearer ${caller}-key` },
      timeoutMs: 10_000,
    };
    async function* one() {
      yield request;
    }
    const isStream = method.methodKind === 'client_streaming';
    const answer = run(isStream ? one() : request, options);
    if (method.methodKind !== 'server_streaming') await answer;
    else for await (const _ of answer as AsyncIterable<unknown>) break;
  }

  for (const [method, [who, where]] of ROWS) {
    const [wide = '', narrow = ''] = who.split('|');

    it(`${method.name}: ${wide} and nobody else, whomever it is about`, async () => {
      expect(await call(method, ''), 'without a token').to.equal('TOKEN_MISSING');
      expect(await call(method, 'unknown'), 'with a made-up one').to.equal('TOKEN_INVALID');
      expect(await call(method, 'act'), 'act').to.equal('SCOPE_REQUIRED');
      for (const scope of WIDE) {
        const expected = wide.split(' ').includes(scope) ? 'PASSED' : 'SCOPE_REQUIRED';
        expect(await call(method, scope), scope).to.equal(expected);
      }
      if (!/[SC]/.test(narrow)) expect(await call(method, 'self')).to.equal('SCOPE_REQUIRED');
      if (!narrow.includes('M')) expect(await call(method, 'manage')).to.equal('SCOPE_REQUIRED');
    });

    if (where === undefined || where === 'NOBODY' || where === 'GROUP') continue;
    const about = (...ids: readonly string[]) => requestAbout(where, ids);
    const isOfMany = !['ID', 'FILTER'].includes(where);

    if (/[SC]/.test(narrow)) {
      it(`${method.name}: self for its own employee alone`, async () => {
        expect(await call(method, 'self', about('ann'))).to.equal('PASSED');
        for (const other of ['bob', 'cat', 'zoe', 'ANN', 'a b', '']) {
          expect(await call(method, 'self', about(other)), other).to.equal('OUT_OF_SCOPE');
        }
        if (isOfMany) {
          expect(await call(method, 'self', about('ann', 'bob'))).to.equal('OUT_OF_SCOPE');
        }
        if (where !== 'FILTER') return;
        for (const request of [
          {},
          { groupId: 'kitchen' },
          { employeeId: 'ann', groupId: 'kitchen' },
        ]) {
          expect(await call(method, 'self', request)).to.equal('OUT_OF_SCOPE');
        }
      });
    }

    if (narrow.includes('M')) {
      it(`${method.name}: manage for employees of its groups alone`, async () => {
        expect(await call(method, 'manage', about('cat'))).to.equal('PASSED');
        for (const other of ['bob', 'dan', 'zoe', 'CAT', 'a b', '']) {
          expect(await call(method, 'manage', about(other)), other).to.equal('OUT_OF_SCOPE');
        }
        if (!isOfMany) return;
        expect(await call(method, 'manage', about('cat', 'ann', 'cat'))).to.equal('PASSED');
        expect(await call(method, 'manage', about('cat', 'bob'))).to.equal('OUT_OF_SCOPE');
        const many = Array.from({ length: 1001 }, (_, index) => `e-${index}`);
        expect(await call(method, 'manage', about(...many))).to.equal('OUT_OF_SCOPE');
      });
    }
  }

  for (const [method, [, where]] of ROWS) {
    if (where !== 'GROUP' && where !== 'FILTER' && where !== 'IDS') continue;
    it(`${method.name}: manage for whole groups of its own`, async () => {
      expect(await call(method, 'manage', requestAbout(where, [], 'kitchen'))).to.equal('PASSED');
      for (const other of ['bakery', 'KITCHEN', 'nowhere', ...(where === 'IDS' ? [] : [''])]) {
        const request = requestAbout(where, [], other);
        expect(await call(method, 'manage', request), other).to.equal('OUT_OF_SCOPE');
      }
      const mixed = requestAbout(where, ['bob'], 'kitchen');
      if (where !== 'GROUP') expect(await call(method, 'manage', mixed)).to.equal('OUT_OF_SCOPE');
    });
  }

  const { clockIn, recordPunches, importPunches } = ClockService.method;
  const NOW = { seconds: BigInt(Math.floor(Date.now() / 1000)) };

  it('lets self clock with the time of the service alone', async () => {
    const told = { employeeId: 'ann', time: NOW };
    expect(await call(clockIn, 'self', told)).to.equal('OUT_OF_SCOPE');
    expect(await call(clockIn, 'manage', told)).to.equal('PASSED');
  });

  it('tells self nothing of other employees, whose ids may be near', async () => {
    const messageTo = (caller: string) =>
      callRaw(clockIn, caller, { employeeId: 'anm' }).then(
        () => expect.fail('it was taken'),
        (error: unknown) => ConnectError.from(error).message,
      );
    expect(await messageTo('write')).to.include('did you mean');
    expect(await messageTo('near'))
      .to.include('there is no employee anm')
      .and.not.include('mean');
  });

  it('adds up what self and manage allow', async () => {
    const { batchGetAttendance } = AttendanceService.method;
    const both = { days: [{ employeeId: 'bob' }, { employeeId: 'cat' }] };
    expect(await call(batchGetAttendance, 'both', both)).to.equal('PASSED');
    expect(await call(clockIn, 'both', { employeeId: 'bob' })).to.equal('PASSED');
    expect(await call(clockIn, 'both', { employeeId: 'bob', time: NOW })).to.equal('OUT_OF_SCOPE');
    expect(await call(clockIn, 'own', { employeeId: 'ann', time: NOW })).to.equal('PASSED');
    expect(await call(recordPunches, 'both', { punches: [{ employeeId: 'bob' }] })).to.equal(
      'OUT_OF_SCOPE',
    );
  });

  it('takes timesheets of nobody in particular for everybody’s', async () => {
    const { listTimesheets } = TimesheetService.method;
    for (const caller of ['self', 'manage', 'own']) {
      expect(await call(listTimesheets, caller), caller).to.equal('OUT_OF_SCOPE');
    }
    expect(await call(listTimesheets, 'own', { employeeIds: ['ann', 'cat'] })).to.equal('PASSED');
    expect(await call(listTimesheets, 'self', { groupId: 'kitchen' })).to.equal('OUT_OF_SCOPE');
  });

  it('takes no punch of a badge from manage: it may be anybody’s', async () => {
    const punches = [{ employeeId: 'cat' }, { badgeId: 'b-1' }];
    for (const method of [recordPunches, importPunches]) {
      expect(await call(method, 'manage', { punches })).to.equal('OUT_OF_SCOPE');
      expect(await call(method, 'punch', { punches })).to.equal('PASSED');
    }
  });

  it('checks every message of a stream, and keeps what came before', async () => {
    const clock = createClient(ClockService, transport);
    const punch = { time: { seconds: 1_772_409_600n } };
    async function* log() {
      yield { punches: [{ ...punch, employeeId: 'eve' }] };
      yield { punches: [{ ...punch, employeeId: 'bob' }] };
    }
    const options = { headers: { authorization: 'Bearer manage-key' } };
    const failure = await clock.importPunches(log(), options).then(
      () => expect.fail('it was taken'),
      (error: unknown) => ConnectError.from(error),
    );
    expect(failure.code).to.equal(Code.PermissionDenied);
    const asReader = { headers: { authorization: 'Bearer read-key' } };
    const { punches } = await clock.listPunches({ employeeId: 'eve' }, asReader);
    expect(punches.map(({ actor }) => actor)).to.deep.equal(['manage']);
    const { punches: ofBob } = await clock.listPunches({ employeeId: 'bob' }, asReader);
    expect(ofBob.map(({ actor }) => actor)).to.not.include('manage');
  });

  it('lets manage watch nobody without naming whom', async () => {
    const { watchAttendance } = AttendanceService.method;
    expect(await call(watchAttendance, 'manage', {})).to.equal('OUT_OF_SCOPE');
    expect(await call(watchAttendance, 'read', {})).to.equal('PASSED');
  });

  it('refuses an employee of others and one whom nobody knows in the same words', async () => {
    const refusal = async (caller: string, employeeId: string) => {
      try {
        await callRaw(AttendanceService.method.getAttendance, caller, { employeeId });
        return expect.fail('it was answered');
      } catch (error) {
        const { code, message, details } = ConnectError.from(error);
        return { code, message, details };
      }
    };
    for (const caller of ['self', 'manage']) {
      expect(await refusal(caller, 'bob')).to.deep.equal(await refusal(caller, 'zoe'));
    }
  });

  it('follows an employee who changes groups', async () => {
    const { getAttendance } = AttendanceService.method;
    const request = { employeeId: 'dan', date: '2026-03-02' };
    const roster = createClient(RosterService, transport);
    const options = { headers: { authorization: 'Bearer admin-key' } };
    for (const [groupId, expected] of [
      ['kitchen', 'PASSED'],
      ['bakery', 'OUT_OF_SCOPE'],
    ] as const) {
      const employee = { employeeId: 'dan', groupId };
      await roster.updateEmployee({ employee, updateMask: { paths: ['group_id'] } }, options);
      expect(await call(getAttendance, 'manage', request), groupId).to.equal(expected);
    }
  });

  it('follows an employee who changes groups in the middle of an import', async () => {
    const roster = createClient(RosterService, transport);
    const admin = { headers: { authorization: 'Bearer admin-key' } };
    const moveTo = (groupId: string) =>
      roster.updateEmployee(
        { employee: { employeeId: 'dan', groupId }, updateMask: { paths: ['group_id'] } },
        admin,
      );
    await moveTo('kitchen');
    const clock = createClient(ClockService, transport);
    const punch = (seconds: bigint) => ({ punches: [{ employeeId: 'dan', time: { seconds } }] });
    async function* chunks() {
      yield punch(1_772_409_600n);
      await waitUntil('the first chunk is recorded', async () => {
        const { punches } = await clock.listPunches({ employeeId: 'dan' }, reader);
        return punches.length === 1;
      });
      await moveTo('bakery');
      yield punch(1_772_413_200n);
    }
    const reader = { headers: { authorization: 'Bearer read-key' } };
    const options = { headers: { authorization: 'Bearer manage-key' } };
    const error = await clock.importPunches(chunks(), options).then(
      () => expect.fail('the second chunk was not refused'),
      (reason: unknown) => ConnectError.from(reason),
    );
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('OUT_OF_SCOPE');
    const { punches } = await clock.listPunches({ employeeId: 'dan' }, reader);
    expect(punches).to.have.length(1);
  });

  it('needs no token for health, reflection and metrics', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect((await fetch(`${running.baseUrl}${path}`)).status, path).to.equal(200);
    }
    const metrics = await (await fetch(`${running.baseUrl}/metrics`)).text();
    expect(metrics).to.match(/attendance_rpc_denied_total\{reason="SCOPE_REQUIRED"\} \d+/);
  });
});
