// Streams that the client sends, against a real gRPC server: one answer, no message sooner than
// there is room for it, and none read twice.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { ClientWritableStream, ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import { Client, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { AttendanceClient, ImportPunchesRequest } from '../../src/client/index.js';
import {
  type AttendanceClientError,
  ClockService,
  createAttendanceClient,
  ImportPunchesRequestSchema,
  ImportPunchesResponseSchema,
} from '../../src/client/index.js';
import { MAX_KEPT_BYTES } from '../../src/client/replayable.js';
import { SERVICES } from '../../src/rpc/routes.js';
import { waitUntil } from '../support/wait-until.js';
import { refuse } from './grpc-server.js';

type Call = ServerReadableStream<ImportPunchesRequest, Buffer>;
type Answer = (error: Error | null, recordedCount?: bigint) => void;

const FAST_RETRY = { initialBackoffMs: 5, maxBackoffMs: 20 };
const PUNCH = { employeeId: 'mia', time: { seconds: 1_772_409_600n } };
const UNAVAILABLE = refuse({ code: status.UNAVAILABLE, message: 'not now', reason: 'DRAINING' });

describe('a stream that the client sends', () => {
  const closers: (() => void)[] = [];

  async function connected(handle: (call: Call, answer: Answer) => void) {
    const server = new Server();
    const { importPunches } = ClockService.method;
    const definition = {
      path: `/${ClockService.typeName}/${importPunches.name}`,
      requestStream: true,
      responseStream: false,
      requestDeserialize: (bytes: Buffer) => fromBinary(ImportPunchesRequestSchema, bytes),
      requestSerialize: (message: ImportPunchesRequest) =>
        Buffer.from(toBinary(ImportPunchesRequestSchema, message)),
      responseDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Buffer) => bytes,
    };
    server.addService(
      { importPunches: definition },
      {
        importPunches: (call: Call, done: sendUnaryData<Buffer>) =>
          handle(call, (error, recordedCount = 0n) => {
            if (error !== null) return done(error);
            const message = create(ImportPunchesResponseSchema, { recordedCount });
            done(null, Buffer.from(toBinary(ImportPunchesResponseSchema, message)));
          }),
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, free) =>
        error === null ? resolve(free) : reject(error),
      );
    });
    const client = createAttendanceClient({ address: `127.0.0.1:${port}`, retry: FAST_RETRY });
    closers.push(client.close, () => server.forceShutdown());
    return client;
  }

  /** Counts the punches, and answers at the end. */
  function count(call: Call, answer: Answer): void {
    let punches = 0n;
    call.on('data', (chunk: ImportPunchesRequest) => {
      punches += BigInt(chunk.punches.length);
    });
    call.on('end', () => answer(null, punches));
    call.on('error', () => {});
  }

  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  async function failureOf(promise: Promise<unknown>): Promise<unknown> {
    return await promise.then(
      () => expect.fail('the call did not fail'),
      (error: unknown) => error,
    );
  }

  const sources: readonly (readonly [
    what: string,
    make: () => Parameters<AttendanceClient['importPunches']>[0],
  ])[] = [
    ['a list', () => [{ punches: [PUNCH, PUNCH] }, {}, { punches: [PUNCH] }]],
    [
      'a generator',
      async function* chunks() {
        yield { punches: [PUNCH, PUNCH, PUNCH] };
      },
    ],
    ['nothing', () => []],
  ];
  for (const [what, make] of sources) {
    it(`of ${what} is sent, and answered once`, async () => {
      const client = await connected(count);
      const { recordedCount } = await client.importPunches(make());
      expect(recordedCount).to.equal(what === 'nothing' ? 0n : 3n);
    });
  }

  it('is read no faster than the service takes it', async () => {
    let held: Call | undefined;
    let finish: () => void = () => {};
    const client = await connected((call, answer) => {
      held = call;
      finish = () => count(call, answer);
      call.on('error', () => {});
    });
    let asked = 0;
    const full = { punches: new Array(200).fill({ ...PUNCH, note: 'x'.repeat(1000) }) };
    async function* log() {
      for (; asked < 200; asked += 1) yield full;
    }
    const answered = client.importPunches(log());
    await waitUntil('the server holds the call', () => held !== undefined);
    // As long as it takes until nothing moves any more: the connection's room is used up.
    let before = -1;
    await waitUntil('the client waits', () => {
      const isStill = asked > 0 && asked === before;
      before = asked;
      return isStill;
    });
    expect(asked, '200 kB each').to.be.below(40);
    finish();
    expect((await answered).recordedCount).to.equal(40_000n);
    expect(asked).to.equal(200);
  }).timeout(20_000);

  it('is tried again as long as all of it is kept, and read from its source once', async () => {
    let calls = 0;
    const client = await connected((call, answer) => {
      calls += 1;
      call.on('error', () => {});
      if (calls < 3) call.once('data', () => answer(UNAVAILABLE));
      else count(call, answer);
    });
    let asked = 0;
    async function* log() {
      for (; asked < 5; asked += 1) {
        yield { punches: [PUNCH] };
        await new Promise(setImmediate);
      }
    }
    expect((await client.importPunches(log())).recordedCount).to.equal(5n);
    expect([calls, asked]).to.deep.equal([3, 5]);
  });

  it('is not tried again when more was read than is kept', async () => {
    let calls = 0;
    const client = await connected((call, answer) => {
      calls += 1;
      let bytes = 0;
      call.on('error', () => {});
      call.on('data', (chunk: ImportPunchesRequest) => {
        bytes += toBinary(ImportPunchesRequestSchema, chunk).length;
        if (bytes > MAX_KEPT_BYTES) answer(UNAVAILABLE);
      });
    });
    const full = { punches: new Array(200).fill({ ...PUNCH, note: 'x'.repeat(1000) }) };
    const error = await failureOf(client.importPunches(new Array(20).fill(full)));
    expect((error as AttendanceClientError).reason).to.equal('DRAINING');
    expect(calls).to.equal(1);
  });

  it('that nobody listens to fails as a unary call does', async () => {
    const address = '127.0.0.1:1';
    const client = createAttendanceClient({ address, retry: FAST_RETRY, defaultDeadlineMs: 300 });
    closers.push(client.close);
    const error = await failureOf(client.importPunches([{ punches: [PUNCH] }]));
    expect((error as AttendanceClientError).code).to.equal(status.UNAVAILABLE);
  });

  it('a source that throws cancels the call, and its own error is thrown', async () => {
    let isCancelled = false;
    let arrived: () => void = () => {};
    const hasArrived = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const client = await connected((call) => {
      call.on('data', arrived);
      call.on('cancelled', () => {
        isCancelled = true;
      });
      call.on('error', () => {});
    });
    const broken = new Error('the file ended in the middle of a line');
    async function* log() {
      yield { punches: [PUNCH] };
      await hasArrived;
      throw broken;
    }
    expect(await failureOf(client.importPunches(log()))).to.equal(broken);
    await waitUntil('the server hears of it', () => isCancelled);
  });

  it('an early refusal ends the reading, and closes the source', async () => {
    const client = await connected((call, answer) => {
      call.on('error', () => {});
      call.once('data', () =>
        answer(refuse({ code: status.INVALID_ARGUMENT, message: 'no', reason: 'INVALID_FIELD' })),
      );
    });
    let isClosed = false;
    async function* log() {
      try {
        for (;;) {
          yield { punches: [PUNCH] };
          await new Promise(setImmediate);
        }
      } finally {
        isClosed = true;
      }
    }
    const error = await failureOf(client.importPunches(log()));
    expect((error as AttendanceClientError).reason).to.equal('INVALID_FIELD');
    await waitUntil('the source is closed', () => isClosed);
  });

  it('is sent nothing more once it is answered, though a message was awaited', async () => {
    let hand: (chunk: object) => void = () => {};
    const late = new Promise<object>((resolve) => {
      hand = resolve;
    });
    let writes = 0;
    const make = Client.prototype.makeClientStreamRequest;
    Client.prototype.makeClientStreamRequest = function counted(...args: unknown[]) {
      const call: ClientWritableStream<unknown> = Reflect.apply(make, this, args);
      const { write } = call;
      call.write = (...chunk: unknown[]) => {
        writes += 1;
        return Reflect.apply(write, call, chunk);
      };
      return call;
    };
    try {
      const client = await connected((call, answer) => {
        call.on('error', () => {});
        call.once('data', () => answer(null, 1n));
      });
      let isClosed = false;
      async function* log() {
        try {
          yield { punches: [PUNCH] };
          yield await late;
        } finally {
          isClosed = true;
        }
      }
      expect((await client.importPunches(log())).recordedCount).to.equal(1n);
      hand({ punches: [PUNCH] });
      await waitUntil('the source is closed', () => isClosed);
      expect(writes).to.equal(1);
    } finally {
      Client.prototype.makeClientStreamRequest = make;
    }
  });

  it('ends with its signal and with its deadline', async () => {
    const client = await connected((call) => {
      call.resume();
      call.on('error', () => {});
    });
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const late = await failureOf(client.importPunches(silent, { deadlineMs: 60 }));
    expect((late as AttendanceClientError).code).to.equal(status.DEADLINE_EXCEEDED);
    const stop = new AbortController();
    const stopped = failureOf(client.importPunches(silent, { signal: stop.signal }));
    stop.abort(new Error('the user left'));
    expect((await stopped) as AttendanceClientError).to.include({ code: status.CANCELLED });
  });
});

describe('the methods of a client', () => {
  it('are those of all services, each under a name of its own', () => {
    const names = SERVICES.flatMap(({ methods }) => methods.map(({ localName }) => localName));
    expect(new Set(names).size).to.equal(names.length);
    const client = createAttendanceClient({ address: '127.0.0.1:1' });
    expect(client).to.have.all.keys(...names, 'watch', 'close');
    client.close();
  });
});
