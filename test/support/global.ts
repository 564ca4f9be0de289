// Hooks of the test run: servers that tests share end with it, whatever happened. Mocha runs the
// root hooks once for each file, and the teardown once, in its first process: where the files run
// in processes of their own, the shared cluster ends with its process instead (database.ts).

import fc from 'fast-check';
import { disposePrivateClusters, stopTestCluster } from './database.js';
import { seed } from './runs.js';

// A failed property says what went wrong in its message: what an error was caused by does not come
// from the processes that run the files to the one that reports.
fc.configureGlobal({ includeErrorInReport: true, seed: seed() });

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await disposePrivateClusters();
  },
};

export async function mochaGlobalTeardown(): Promise<void> {
  await stopTestCluster();
}
