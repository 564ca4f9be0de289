// The pipeline of a client stream, with plain functions: what is read when, and what a caller is
// told, counted once.

import { create, type DescMethod, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import {
  ClockService,
  ImportPunchesRequestSchema,
  ImportPunchesResponseSchema,
} from '../../gen/attendance/v1/clock_service_pb.js';
import { BadRequestSchema, ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { AttendanceError } from '../../src/domain/facts/errors.js';
import type { Instant } from '../../src/domain/time/time.js';
import { cancellationOf } from '../../src/rpc/edge/cancellation.js';
import {
  type ClientStreamHandler,
  type PipelineContext,
  runClientStream,
} from '../../src/rpc/edge/pipeline.js';
import { OPEN_ACCESS } from './support/open-access.js';

type Chunk = MessageInitShape<typeof ImportPunchesRequestSchema>;
type Handler = ClientStreamHandler<
  typeof ImportPunchesRequestSchema,
  typeof ImportPunchesResponseSchema
>;

const { importPunches } = ClockService.method;
const CHUNK: Chunk = { punches: [{ employeeId: 'mia' }] };
const TOO_LONG: Chunk = { punches: new Array(1001).fill({}) };
const GONE = new ConnectError('http/2 stream closed', Code.Aborted);
const TIMED_OUT = new ConnectError('the operation timed out', Code.DeadlineExceeded);

class Surroundings implements PipelineContext {
  readonly codes: number[] = [];
  readonly unexpectedErrors: unknown[] = [];
  readonly authenticator = OPEN_ACCESS.authenticator;
  readonly memberships = OPEN_ACCESS.memberships;
  readonly denied = OPEN_ACCESS.denied;
  now = () => 1_772_409_600_000 as Instant;
  observe(_method: DescMethod, code: number): void {
    this.codes.push(code);
  }
  unexpected(_method: DescMethod, _incident: string, error: unknown): void {
    this.unexpectedErrors.push(error);
  }
  failed(): void {}
}

/** Messages that know how many were asked for, and whether their reader let go. */
class Sender {
  asked = 0;
  closed = 0;
  readonly #chunks: readonly (Chunk | Error | 'SILENCE')[];

  constructor(...chunks: readonly (Chunk | Error | 'SILENCE')[]) {
    this.#chunks = chunks;
  }

  [Symbol.asyncIterator]() {
    return {
      next: async () => {
        const chunk = this.#chunks[this.asked];
        this.asked += 1;
        if (chunk === undefined) return { done: true as const, value: undefined };
        if (chunk === 'SILENCE') return await new Promise<never>(() => {});
        if (chunk instanceof Error) throw chunk;
        return { done: false as const, value: create(ImportPunchesRequestSchema, chunk) };
      },
      return: async () => {
        this.closed += 1;
        return { done: true as const, value: undefined };
      },
    };
  }
}

/** Counts the punches it is given. */
const counting: Handler = async (messages) => {
  let count = 0n;
  for await (const { punches } of messages) count += BigInt(punches.length);
  return create(ImportPunchesResponseSchema, { recordedCount: count });
};

describe('the pipeline of a client stream', () => {
  let context: Surroundings;

  const run = (
    messages: Sender,
    handler: Handler = counting,
    signal: AbortSignal = new AbortController().signal,
    timeoutMs?: number,
  ) =>
    runClientStream(context, importPunches, handler, {
      headers: new Headers(),
      messages,
      peer: undefined,
      cancellation: cancellationOf(signal),
      timeoutMs,
    });

  async function refusal(promise: Promise<unknown>): Promise<ConnectError> {
    const error = await promise.then(
      () => expect.fail('the call was not refused'),
      (reason: unknown) => reason,
    );
    return error instanceof ConnectError ? error : expect.fail(`threw ${String(error)}`);
  }

  beforeEach(() => {
    context = new Surroundings();
  });

  it('gives the handler what comes, and its answer to the caller', async () => {
    const sender = new Sender(CHUNK, CHUNK, {}, CHUNK);
    expect((await run(sender)).recordedCount).to.equal(3n);
    expect(context.codes).to.deep.equal([0]);
    expect(sender.closed).to.equal(1);
  });

  it('reads a message only when the handler asks for it', async () => {
    const sender = new Sender(CHUNK, CHUNK, CHUNK);
    const askedAt: number[] = [];
    await run(sender, async (messages) => {
      askedAt.push(sender.asked);
      for await (const _ of messages) {
        // As long as a chunk's commit may take: whatever else there is to do is done first.
        await new Promise(setImmediate);
        askedAt.push(sender.asked);
      }
      return create(ImportPunchesResponseSchema);
    });
    expect(askedAt).to.deep.equal([0, 1, 2, 3]);
  });

  it('an answer before the last message ends the call, and lets go of the rest', async () => {
    const sender = new Sender(CHUNK, CHUNK, 'SILENCE');
    await run(sender, async (messages) => {
      for await (const _ of messages) break;
      return create(ImportPunchesResponseSchema);
    });
    expect(sender.asked).to.equal(1);
    expect(sender.closed).to.equal(1);
    expect(context.codes).to.deep.equal([0]);
  });

  it('an invalid message in the middle ends the call there, and says which it was', async () => {
    const sender = new Sender(CHUNK, CHUNK, TOO_LONG, CHUNK);
    const seen: number[] = [];
    const error = await refusal(
      run(sender, async (messages) => {
        for await (const { punches } of messages) seen.push(punches.length);
        return create(ImportPunchesResponseSchema);
      }),
    );
    expect(error.code).to.equal(Code.InvalidArgument);
    const [bad] = error.findDetails(BadRequestSchema)[0]?.fieldViolations ?? [];
    expect(bad).to.include({ field: '[2].punches', reason: 'PUNCHES_INVALID' });
    expect([seen, sender.asked, sender.closed]).to.deep.equal([[1, 1], 3, 1]);
    expect(context.codes).to.deep.equal([Code.InvalidArgument]);
  });

  const passed: readonly [what: string, signal: AbortSignal, timeoutMs: number, code: Code][] = [
    ['a deadline that has passed', new AbortController().signal, 0, Code.DeadlineExceeded],
    ['a caller who has gone', AbortSignal.abort(GONE), 1000, Code.Canceled],
  ];
  for (const [what, signal, timeoutMs, code] of passed) {
    it(`${what} is told at admission, and nothing is read`, async () => {
      const sender = new Sender(CHUNK);
      const error = await refusal(run(sender, counting, signal, timeoutMs));
      expect(error.code).to.equal(code);
      expect([sender.asked, sender.closed]).to.deep.equal([0, 1]);
      expect(context.codes).to.deep.equal([code]);
    });
  }

  it('a deadline that passes while the sender is silent ends handler and call', async () => {
    const sender = new Sender(CHUNK, 'SILENCE');
    let handled: Promise<unknown> | undefined;
    const handler: Handler = (messages, call) => {
      const answer = counting(messages, call);
      handled = answer.catch((reason: unknown) => reason);
      return answer;
    };
    const error = await refusal(run(sender, handler, undefined, 20));
    expect(error.code).to.equal(Code.DeadlineExceeded);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('DEADLINE_EXCEEDED');
    expect(await handled).to.be.instanceOf(AttendanceError);
    expect([sender.closed, context.codes]).to.deep.equal([1, [Code.DeadlineExceeded]]);
  });

  const ends: readonly [what: string, why: Error, code: Code][] = [
    ['a caller who goes', GONE, Code.Canceled],
    ['the transport’s deadline', TIMED_OUT, Code.DeadlineExceeded],
    ['a drain', new ConnectError('stopping', Code.Unavailable), Code.Unavailable],
  ];
  for (const [what, why, code] of ends) {
    it(`${what} ends a handler that is busy, and aborts its signal`, async () => {
      const caller = new AbortController();
      let signal: AbortSignal | undefined;
      const call = run(
        new Sender(CHUNK),
        async (messages, { signal: own }) => {
          for await (const _ of messages) {
            signal = own;
            caller.abort(why);
            await new Promise(() => {});
          }
          return create(ImportPunchesResponseSchema);
        },
        caller.signal,
      );
      expect((await refusal(call)).code).to.equal(code);
      expect(signal?.aborted).to.equal(true);
      expect(context.codes).to.deep.equal([code]);
    });
  }

  it('what the transport cannot read is told as the transport tells it', async () => {
    const unreadable = new ConnectError('cannot decode JSON', Code.InvalidArgument);
    expect(await refusal(run(new Sender(CHUNK, unreadable)))).to.equal(unreadable);
    expect(context.codes).to.deep.equal([Code.InvalidArgument]);
    expect(context.unexpectedErrors).to.deep.equal([]);
  });

  it('a sender that breaks off because it has gone is CANCELLED, whatever the transport says', async () => {
    const caller = new AbortController();
    const sender = new Sender(CHUNK, new ConnectError('stream was reset', Code.Internal));
    const call = run(
      sender,
      async (messages) => {
        for await (const _ of messages) caller.abort(GONE);
        return create(ImportPunchesResponseSchema);
      },
      caller.signal,
    );
    expect((await refusal(call)).code).to.equal(Code.Canceled);
  });

  it('what nobody expected is INTERNAL, and logged', async () => {
    const broken = new Error('relation "punch" does not exist');
    const error = await refusal(run(new Sender(CHUNK), () => Promise.reject(broken)));
    expect(error.code).to.equal(Code.Internal);
    expect(error.message).to.not.include('relation');
    expect(context.unexpectedErrors).to.deep.equal([broken]);
  });

  it('a handler that fails after the deadline harms nobody', async () => {
    const unhandled: unknown[] = [];
    const hear = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', hear);
    try {
      let fail: (error: Error) => void = () => {};
      const late = new Promise<never>((_resolve, reject) => {
        fail = reject;
      });
      await refusal(run(new Sender(CHUNK), () => late, undefined, 20));
      fail(new Error('too late'));
      // Unhandled rejections are told before the next turn of the event loop.
      await new Promise(setImmediate);
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', hear);
    }
  });
});
