// Connect's GET with queries that people write by hand: what is wrong is said, never a 500.

import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';

describe('Connect over GET', () => {
  let database: TestDatabase;
  let running: TestService;

  before(async () => {
    database = await createTestDatabase();
    running = await startTestService({ databaseUrl: database.url });
  });

  after(async () => {
    await running?.stop();
    await database?.drop();
  });

  const bad: readonly [what: string, query: Record<string, string>][] = [
    ['base64 that is none', { encoding: 'json', base64: '1', message: '!!!notbase64' }],
    ['base64 of something else', { encoding: 'json', base64: '1', message: 'AAAA' }],
    ['JSON that is none', { encoding: 'json', message: '{"employee_id"' }],
    ['a field that is not there', { encoding: 'json', message: '{"employee": "007"}' }],
    ['no message', { encoding: 'json' }],
    ['protobuf that is none', { encoding: 'proto', base64: '1', message: '_____w' }],
  ];
  for (const [what, query] of bad) {
    it(`${what} is INVALID_ARGUMENT`, async () => {
      const url = new URL('/attendance.v1.AttendanceService/GetAttendance', running.baseUrl);
      url.search = new URLSearchParams({ connect: 'v1', ...query }).toString();
      const response = await fetch(url);
      const { code, details } = (await response.json()) as { code: string; details: unknown[] };
      expect([response.status, code]).to.deep.equal([400, 'invalid_argument']);
      expect(details.length).to.be.above(0);
    });
  }
});
