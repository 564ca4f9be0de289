// Who waits for a connection of a pool: in which order they are served, who is refused when they
// come, and who is gone by the time.

import { expect } from 'chai';
import { AttendanceError } from '../../../src/domain/facts/errors.js';
import { ConnectionQueue, MAX_WAITING } from '../../../src/store/postgres/connection-queue.js';

/** Resolves to what was thrown. */
async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => expect.fail('there was a connection'),
    (error: unknown) => error,
  );
}

async function expectOverloaded(promise: Promise<unknown>): Promise<void> {
  const error = await thrownBy(promise);
  if (!(error instanceof AttendanceError)) throw error;
  expect(error.failure).to.include({ kind: 'OVERLOADED', queue: 'database connections' });
}

describe('the queue for connections', () => {
  it('serves who came first, as connections come back', async () => {
    const queue = new ConnectionQueue(2);
    const [first, second] = await Promise.all([queue.take(undefined), queue.take(undefined)]);
    const served: number[] = [];
    const waiting = [0, 1, 2].map((index) =>
      queue.take(undefined).then((giveBack) => {
        served.push(index);
        return giveBack;
      }),
    );
    expect(queue.waiting).to.equal(3);
    second();
    (await waiting[0])?.();
    await waiting[1];
    expect([served, queue.waiting]).to.deep.equal([[0, 1], 1]);
    first();
    await waiting[2];
    expect([served, queue.waiting]).to.deep.equal([[0, 1, 2], 0]);
  });

  it('who has left is out of it at once, and the connection goes to the next', async () => {
    const queue = new ConnectionQueue(1);
    const giveBack = await queue.take(undefined);
    const gone = new AbortController();
    const left = thrownBy(queue.take(gone.signal));
    const next = queue.take(undefined);
    const reason = new Error('left');
    gone.abort(reason);
    expect(await left).to.equal(reason);
    expect(queue.waiting).to.equal(1);
    giveBack();
    (await next)();
    expect(await thrownBy(queue.take(gone.signal))).to.equal(reason);
    (await queue.take(undefined))();
  });

  it('refuses those beyond its bound at once', async () => {
    const queue = new ConnectionQueue(1);
    const giveBack = await queue.take(undefined);
    const waiting = Array.from({ length: MAX_WAITING }, () => queue.take(undefined));
    await expectOverloaded(queue.take(undefined));
    giveBack();
    for (const one of waiting) (await one)();
    expect(queue.waiting).to.equal(0);
  });

  it('refuses who would wait too long, by how long connections were held', async () => {
    let now = 0;
    const queue = new ConnectionQueue(1, () => now);
    const hold = async (ms: number) => {
      const giveBack = await queue.take(undefined);
      now += ms;
      giveBack();
    };
    for (let index = 0; index < 100; index += 1) await hold(200);
    const giveBack = await queue.take(undefined);
    const waiting = Array.from({ length: 10 }, () => queue.take(undefined));
    await expectOverloaded(queue.take(undefined));
    giveBack();
    for (const one of waiting) (await one)();
  });

  it('one standstill says nothing about those who come after it', async () => {
    let now = 0;
    const queue = new ConnectionQueue(1, () => now);
    const stuck = await queue.take(undefined);
    now += 20_000;
    stuck();
    const giveBack = await queue.take(undefined);
    const waiting = Array.from({ length: 70 }, () => queue.take(undefined));
    giveBack();
    for (const one of waiting) (await one)();
  });
});
