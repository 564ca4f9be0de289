// One service of several processes has one set of figures.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const MAIN = fileURLToPath(new URL('../server/support/cluster-main.js', import.meta.url));
const CALLS =
  'attendance_rpc_duration_seconds_count{service="grpc.health.v1.Health",method="Check",code="OK"}';

describe('metrics of several workers', () => {
  it('are their sum, whichever is asked, and outlive a worker', async () => {
    const child = fork(MAIN);
    try {
      const [{ port }] = await once(child, 'message');
      const scrape = async () => {
        // A connection each: the primary deals them to the workers in turn.
        const headers = { connection: 'close' };
        const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
        expect(answer.status).to.equal(200);
        return await answer.text();
      };
      for (const text of [...(await Promise.all([scrape(), scrape()])), await scrape()]) {
        expect(text).to.include(`${CALLS} 2\n`);
        expect(text).to.include('attendance_dependency_up{dependency="postgresql"} 0\n');
      }
      child.send('stop the second');
      const [{ exited }] = await once(child, 'message');
      expect(exited).to.equal(true);
      const text = await scrape();
      expect(text).to.include(`${CALLS} 2\n`);
      expect(text).to.include('attendance_dependency_up{dependency="postgresql"} 1\n');
    } finally {
      child.disconnect();
      await once(child, 'exit');
    }
  });
});
