// The running service with Redis and without, for tables of cases that must hold on both.

import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { startRedis, type TestRedis } from '../../support/redis.js';
import { startTestService, type TestService } from '../../support/service.js';

const START_TIMEOUT_MS = 300_000;

/** Runs the suite twice, each time on a service and a database of its own. */
export function describeVariants(
  title: string,
  suite: (serviceOf: () => TestService, databaseOf: () => string, hasRedis: boolean) => void,
): void {
  for (const hasRedis of [false, true]) {
    describe(`${title}, ${hasRedis ? 'with' : 'without'} Redis`, () => {
      let database: TestDatabase;
      let redis: TestRedis | undefined;
      let running: TestService;

      before(async function () {
        this.timeout(START_TIMEOUT_MS);
        database = await createTestDatabase();
        redis = hasRedis ? await startRedis() : undefined;
        const env = redis === undefined ? {} : { REDIS_URL: redis.url };
        running = await startTestService({ databaseUrl: database.url, env });
      });

      after(async () => {
        await running?.stop();
        await redis?.stop();
        await database?.drop();
      });

      suite(
        () => running,
        () => database.url,
        hasRedis,
      );
    });
  }
}
