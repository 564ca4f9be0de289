// Messages kept for another attempt: each is read from the source once and given to every attempt
// in order, and no more is kept than the bound.

import { expect } from 'chai';
import { MAX_KEPT_BYTES, Replayable } from '../../src/client/replayable.js';

/** Messages of a size, each of which knows its number by its first byte. */
function source(count: number, bytes: number) {
  let taken = 0;
  const take = async () => {
    if (taken === count) return undefined;
    const message = new Uint8Array(bytes);
    message[0] = taken;
    taken += 1;
    return message;
  };
  return { take, taken: () => taken };
}

async function readAll(read: () => Promise<Uint8Array | undefined>): Promise<number[]> {
  const numbers: number[] = [];
  for (let next = await read(); next !== undefined; next = await read()) {
    numbers.push(next[0] ?? -1);
  }
  return numbers;
}

describe('messages kept for another attempt', () => {
  it('are given to every reader, and taken once', async () => {
    const { take, taken } = source(4, 10);
    const messages = new Replayable(take);
    const first = messages.reader();
    expect([(await first())?.[0], (await first())?.[0]]).to.deep.equal([0, 1]);
    expect(messages.isWhole).to.equal(true);
    expect(await readAll(messages.reader())).to.deep.equal([0, 1, 2, 3]);
    expect(await readAll(messages.reader())).to.deep.equal([0, 1, 2, 3]);
    expect(taken()).to.equal(4);
  });

  it('are let go when they are too much, and the reader goes on', async () => {
    const { take } = source(10, MAX_KEPT_BYTES / 3);
    const messages = new Replayable(take);
    expect(await readAll(messages.reader())).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(messages.isWhole).to.equal(false);
  });

  it('what an attempt that failed was waiting for is the next one’s, also beyond the bound', async () => {
    let give: (message: Uint8Array) => void = () => {};
    let taken = 0;
    const messages = new Replayable(() => {
      taken += 1;
      if (taken === 1) return Promise.resolve(Uint8Array.of(0));
      if (taken === 3) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        give = resolve;
      });
    });
    const failed = messages.reader();
    await failed();
    const waiting = failed();
    const next = messages.reader();
    const large = new Uint8Array(MAX_KEPT_BYTES + 1);
    large[0] = 1;
    give(large);
    await waiting;
    expect(await readAll(next)).to.deep.equal([0, 1]);
    expect(taken).to.equal(3);
  });

  it('a source that throws, throws to the reader', async () => {
    const broken = new Error('no such file');
    const messages = new Replayable(() => Promise.reject(broken));
    const error = await messages
      .reader()()
      .catch((reason: unknown) => reason);
    expect(error).to.equal(broken);
  });
});
