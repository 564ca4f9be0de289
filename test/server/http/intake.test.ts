// In which order requests begin, and what is kept of those that have.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { Connection } from '../../../src/server/exchange/connections.js';
import type { Exchange } from '../../../src/server/exchange/exchange.js';
import { createIntake } from '../../../src/server/http/intake.js';
import type { Logger } from '../../../src/server/support/log.js';

interface Request extends Exchange {
  readonly name: string;
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Requests named by their connection's letter and a number. */
function begin() {
  const connections = new Map<string, Connection>();
  const begun: string[] = [];
  const errors: object[] = [];
  const log = { error: (fields: object) => errors.push(fields) } as unknown as Logger;
  const intake = createIntake((exchange) => {
    const { name } = exchange as Request;
    if (name.endsWith('!')) throw new Error('it cannot be begun');
    begun.push(name);
  }, log);
  const connectionOf = (letter: string): Connection => {
    const known = connections.get(letter) ?? ({} as Connection);
    connections.set(letter, known);
    return known;
  };
  const come = (name: string, isOver = false): void => {
    const connection = connectionOf(name.charAt(0));
    intake.begin({
      name,
      connection,
      isOver,
      cut: () => begun.push(`${name} cut`),
    } as object as Request);
  };
  const ahead = (letter: string) => intake.ahead(connectionOf(letter));
  return { begun, errors, come, ahead };
}

describe('the intake', () => {
  it('begins requests in a later turn, connection by connection', async () => {
    const { begun, come } = begin();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) come(name);
    expect(begun).to.deep.equal([]);
    await nextTurn();
    expect(begun).to.deep.equal(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  it('begins so many in a turn; a flood on one connection delays nobody else', async () => {
    const { begun, come, ahead } = begin();
    for (let n = 0; n < 1000; n += 1) come(`a${n}`);
    come('b1');
    expect([ahead('a'), ahead('b'), ahead('c')]).to.deep.equal([1001, 4, 2]);
    await nextTurn();
    expect(begun).to.have.lengthOf(32).and.include('b1');
    for (let turn = 0; turn < 40; turn += 1) await nextTurn();
    expect(begun).to.have.lengthOf(1001);
    expect(ahead('a')).to.equal(0);
  });

  it('passes by what is over, and cuts what cannot be begun', async () => {
    const { begun, errors, come } = begin();
    come('a1', true);
    come('a2!');
    come('a3');
    await nextTurn();
    expect(begun).to.deep.equal(['a2! cut', 'a3']);
    expect(errors).to.have.lengthOf(1);
  });

  it('keeps little of what is begun, though its line is never empty', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const connection = {} as Connection;
    const intake = createIntake(() => {}, { error: () => {} } as unknown as Logger);
    const come: WeakRef<object>[] = [];
    const comeSome = (count: number): void => {
      for (let n = 0; n < count; n += 1) {
        const exchange = { connection, isOver: false } as Exchange;
        come.push(new WeakRef(exchange));
        intake.begin(exchange);
      }
    };
    comeSome(100);
    for (let turn = 0; turn < 50; turn += 1) {
      await nextTurn();
      comeSome(32);
    }
    expect(intake.ahead(connection)).to.be.above(0);
    gc();
    const kept = come.filter((each) => each.deref() !== undefined);
    expect(come).to.have.lengthOf(1700);
    expect(kept).to.have.lengthOf.below(400);
  });
});
