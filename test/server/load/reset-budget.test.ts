// Which ends of streams count as resets.

import { EventEmitter } from 'node:events';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { expect } from 'chai';
import { createReadLag, createResetBudget } from '../../../src/server/load/reset-budget.js';

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;

describe('the budget of resets', () => {
  const cases = [
    { id: 'RB-1', ends: 'answered, without a deadline', code: NGHTTP2_NO_ERROR, says: '' },
    {
      id: 'RB-2',
      ends: 'answered, a deadline of 15 ms',
      code: NGHTTP2_NO_ERROR,
      timeoutMs: 15,
      says: '',
    },
    { id: 'RB-3', ends: 'answered, a minute', code: NGHTTP2_NO_ERROR, timeoutMs: 60_000, says: '' },
    {
      id: 'RB-4',
      ends: 'past the deadline',
      code: NGHTTP2_NO_ERROR,
      timeoutMs: 0,
      says: 'goodbye',
    },
    {
      id: 'RB-7',
      ends: 'answered, a deadline of 50 ms that passed before it was read',
      code: NGHTTP2_NO_ERROR,
      timeoutMs: 50,
      lagMs: 60,
      says: 'goodbye',
    },
    {
      id: 'RB-8',
      ends: 'answered, a deadline of a second, read late',
      code: NGHTTP2_NO_ERROR,
      timeoutMs: 1_000,
      lagMs: 60,
      says: '',
    },
    { id: 'RB-5', ends: 'reset', code: NGHTTP2_CANCEL, says: 'goodbye' },
    {
      id: 'RB-6',
      ends: 'reset, and more than that',
      code: NGHTTP2_CANCEL,
      count: 1_000,
      says: 'cut',
    },
  ];
  for (const { id, ends, code, timeoutMs, lagMs = 0, count = 700, says } of cases) {
    it(`${id}: ${count} streams, ${ends}: ${says || 'nothing happens'}`, () => {
      let said = '';
      const session = {
        close: () => {
          said = 'goodbye';
        },
        destroy: () => {
          said = 'cut';
        },
      };
      const watch = createResetBudget(session, () => lagMs);
      for (let index = 0; index < count; index += 1) {
        const stream = Object.assign(new EventEmitter(), { rstCode: code });
        watch(stream as EventEmitter as ServerHttp2Stream, timeoutMs);
        stream.emit('close');
      }
      expect(said).to.equal(says);
    });
  }
});

describe('the lag of what is read', () => {
  it('is how long the process has been busy since it read before', async () => {
    const lagMs = createReadLag();
    lagMs();
    await new Promise((resolve) => setImmediate(resolve));
    const busyUntilMs = performance.now() + 20;
    while (performance.now() < busyUntilMs);
    expect(lagMs()).to.be.at.least(19);
  });

  it('does not count the time in which nothing came', async () => {
    const lagMs = createReadLag();
    lagMs();
    const { active } = performance.eventLoopUtilization();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const busyMs = performance.eventLoopUtilization().active - active;
    expect(lagMs()).to.be.below(busyMs + 5);
  });
});
