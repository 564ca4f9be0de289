// Changes of the roster that wait for their turn in a running service: one whose caller has given up
// meanwhile is not made.

import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { holdUp } from '../support/hold-up.js';
import { startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';
import { metricsOf, seriesOf } from './support/metrics.js';

describe('a change of the roster that waits for its turn', () => {
  let test: TestDatabase;
  let service: TestService;

  before(async () => {
    test = await createTestDatabase();
    // With a cache, which stands between the service and its store.
    service = await startTestService({ databaseUrl: test.url, onlyWriter: true });
  });

  after(async () => {
    await service.stop();
    await test.drop();
  });

  const hire = (employeeId: string, signal?: AbortSignal) =>
    service.roster.createEmployee(
      { employee: { employeeId } },
      signal === undefined ? {} : { signal },
    );

  it('is not made when its caller has left, and those behind it are', async () => {
    await hire('ann');
    const held = await holdUp(test.url, 'ann');
    const first = hire('ann').catch((error: unknown) => ConnectError.from(error).code);
    await held.waiting(1);
    const leaving = new AbortController();
    const left = hire('bob', leaving.signal).catch(
      (error: unknown) => ConnectError.from(error).code,
    );
    const behind = hire('carl');
    const inFlight = async () =>
      seriesOf(await metricsOf(service.baseUrl)).get('attendance_rpc_in_flight');
    await waitUntil('all three have arrived', async () => (await inFlight()) === 3);
    leaving.abort();
    await waitUntil('one has left', async () => (await inFlight()) === 2);
    await held.release();
    expect(await Promise.all([first, left])).to.deep.equal([Code.AlreadyExists, Code.Canceled]);
    expect((await behind).employee?.employeeId).to.equal('carl');
    const bob = await service.roster
      .getEmployee({ employeeId: 'bob' })
      .catch((error: unknown) => ConnectError.from(error).code);
    expect(bob).to.equal(Code.NotFound);
  });
});
