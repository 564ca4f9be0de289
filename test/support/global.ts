// Root hooks of the test run: servers that tests share end with it, whatever happened.

import { stopTestCluster } from './database.js';

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopTestCluster();
  },
};
