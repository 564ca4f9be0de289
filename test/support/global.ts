// Hooks of the test run, so that shared servers always end with it. Mocha runs the root hooks once
// for each file, and the teardown once, in its first process. If the files run in other processes,
// the shared cluster ends with its process instead (database.ts).

import fc from 'fast-check';
import { disposePrivateClusters, stopTestCluster } from './database.js';
import { seed } from './runs.js';

// A failed property puts its cause into the message, because error causes do not get from the
// processes that run the files to the one that reports.
fc.configureGlobal({ includeErrorInReport: true, seed: seed() });

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await disposePrivateClusters();
  },
};

export async function mochaGlobalTeardown(): Promise<void> {
  await stopTestCluster();
}
