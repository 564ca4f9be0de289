// Messages that are small on the wire or in memory, and cost much to take apart.

import type { Actor, Bout } from '../bout.js';
import { endOf, openCall, openSession, plainRequest } from '../http-calls.js';
import {
  BATCH_MARK,
  bombOf,
  CONTENTS,
  framed,
  IMPORT,
  JSON_CONTENTS,
  RECORD_PUNCHES,
} from '../payloads.js';

const PATHS = [BATCH_MARK, RECORD_PUNCHES, IMPORT];
/** Calls at a time. */
const LANES = 2;
/** Between an answer and the next call: one after the other keeps any server busy. */
const PACE_MS = 100;

/** Over one HTTP/2 connection, as long as it lasts. */
async function grpcCalls(bout: Bout, body: () => Buffer, isCompressed: boolean): Promise<void> {
  const lane = async (): Promise<void> => {
    while (!bout.isOver) {
      const session = openSession(bout);
      for (;;) {
        const path = bout.random.shuffled(PATHS)[0] ?? BATCH_MARK;
        const encoding: Record<string, string> = isCompressed ? { 'grpc-encoding': 'gzip' } : {};
        const stream = openCall(bout, session, path, encoding);
        if (stream === undefined) break;
        stream.end(body());
        await Promise.race([endOf(bout, stream), bout.over]);
        await bout.pause(PACE_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function jsonCalls(bout: Bout, body: () => Buffer, encoding?: string): Promise<void> {
  const lane = async (): Promise<void> => {
    while (!bout.isOver) {
      await plainRequest(bout, {
        method: 'POST',
        path: BATCH_MARK,
        headers: {
          'content-type': 'application/json',
          ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        },
        body: body(),
      });
      await bout.pause(PACE_MS);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function oneOf<T>(bout: Bout, all: Readonly<Record<string, () => T>>): T {
  const [make] = bout.random.shuffled(Object.values(all));
  if (make === undefined) throw new Error('there is nothing to send');
  return make();
}

export const denseMessages: readonly Actor[] = [
  {
    name: 'gzip bombs',
    does: 'gRPC: 4 kB that become 4 MB of empty items, unknown fields, or more than allowed',
    attack: (bout) => grpcCalls(bout, () => framed(bombOf(oneOf(bout, CONTENTS)).gzip, true), true),
  },
  {
    name: 'JSON bombs',
    does: 'JSON by gzip and br: empty objects, deep arrays, deep objects',
    async attack(bout) {
      await Promise.all([
        jsonCalls(bout, () => bombOf(oneOf(bout, JSON_CONTENTS)).gzip, 'gzip'),
        jsonCalls(bout, () => bombOf(oneOf(bout, JSON_CONTENTS)).br, 'br'),
      ]);
    },
  },
  {
    name: 'two million items',
    does: 'gRPC, plain: 4 MB of empty items or of unknown fields',
    attack: (bout) =>
      grpcCalls(
        bout,
        () =>
          framed(
            (bout.random.chance(0.5) ? CONTENTS['empty items'] : CONTENTS['unknown fields'])?.() ??
              Buffer.alloc(0),
          ),
        false,
      ),
  },
  {
    name: 'a million objects',
    does: 'JSON, plain: 1.4 million empty objects, arrays and objects two million deep',
    attack: (bout) => jsonCalls(bout, () => oneOf(bout, JSON_CONTENTS)),
  },
];
