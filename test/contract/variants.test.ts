// The contract, once for each thing that can stand behind it.

import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { startTestService, type TestService } from '../support/service.js';
import { describeBadges } from './badges.js';
import { describeCommands } from './commands.js';
import { describeContract } from './contract.js';
import { describeLeaveTimes } from './leave-times.js';
import { describeMarks } from './marks.js';
import { describeOvertime } from './overtime.js';
import { describePolicies } from './policies.js';
import { describePunchImports } from './punch-imports.js';
import { describePunches } from './punches.js';
import { describeRosterDays } from './roster-days.js';
import { describeTimesheets } from './timesheets.js';
import { describeWatch } from './watch.js';

interface Variant {
  readonly name: string;
  readonly redis: 'none' | 'up' | 'stopped' | 'hanging';
  readonly onlyWriter?: boolean;
  /** Reads that pass the cache by are those of PostgreSQL alone, and so are the bounds of writing. */
  readonly isBrief?: boolean;
}

const VARIANTS: readonly Variant[] = [
  { name: 'PostgreSQL alone', redis: 'none' },
  { name: 'PostgreSQL with the cache in memory', redis: 'none', onlyWriter: true, isBrief: true },
  { name: 'PostgreSQL with Redis', redis: 'up' },
  { name: 'PostgreSQL with Redis stopped', redis: 'stopped', isBrief: true },
  { name: 'PostgreSQL with Redis hanging', redis: 'hanging', isBrief: true },
];

for (const { name, redis: state, onlyWriter = false, isBrief = false } of VARIANTS) {
  describe(`the contract over ${name}`, () => {
    let database: TestDatabase;
    let redis: TestRedis | undefined;
    let running: TestService;

    before(async function () {
      this.timeout(300_000);
      database = await createTestDatabase();
      if (state !== 'none') redis = await startRedis();
      if (state === 'stopped') await redis?.stop();
      running = await startTestService({
        databaseUrl: database.url,
        onlyWriter,
        ...(redis === undefined ? {} : { env: { REDIS_URL: redis.url } }),
      });
      if (state === 'hanging') redis?.pause();
    });

    after(async () => {
      redis?.resume();
      await running?.stop();
      await redis?.stop();
      await database?.drop();
    });

    describeContract(() => running, { isBrief });
    describeCommands(() => running);
    describeMarks(() => running);
    describeLeaveTimes(() => running);
    describePunches(() => running, { isBrief });
    describePunchImports(() => running);
    describeBadges(() => running);
    describeRosterDays(() => running, { isBrief });
    describePolicies(() => running, { isBrief });
    describeTimesheets(() => running, { isBrief });
    describeOvertime(() => running);
    if (!isBrief) describeWatch(() => running);
  });
}
