// What every call goes through, with plain functions: no socket, no store. Each case says what the
// caller is told, and what was counted and logged of it, once.

import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { create, type DescMethod, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { errorToJson } from '@connectrpc/connect/protocol-connect';
import { expect } from 'chai';
import {
  AttendanceService,
  GetAttendanceRequestSchema,
  type GetAttendanceResponse,
  GetAttendanceResponseSchema,
  type StreamAttendanceRequestSchema,
  type StreamAttendanceResponse,
  StreamAttendanceResponseSchema,
  StreamAttendanceRequestSchema as StreamRequest,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import { BadRequestSchema, ErrorInfoSchema } from '../../../gen/google/rpc/error_details_pb.js';
import { AttendanceError, type Failure } from '../../../src/domain/facts/errors.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { ANONYMOUS, type Authenticator, type Caller } from '../../../src/rpc/edge/caller.js';
import { cancellationOf } from '../../../src/rpc/edge/cancellation.js';
import {
  type AccessFailure,
  type Call,
  type Incoming,
  type PipelineContext,
  runServerStream,
  runUnary,
} from '../../../src/rpc/edge/pipeline.js';
import { waitUntil } from '../../support/wait-until.js';
import { OPEN_ACCESS } from '../support/open-access.js';

const { getAttendance, streamAttendance } = AttendanceService.method;
const NOW = 1_772_409_600_000 as Instant;
const ANSWER = create(GetAttendanceResponseSchema, { attendance: { employeeId: 'mia' } });
const PART = create(StreamAttendanceResponseSchema, { attendances: [{ employeeId: 'mia' }] });

/** What a call left behind in its surroundings. */
class Surroundings implements PipelineContext {
  readonly codes: number[] = [];
  readonly incidents: { incident: string; error: unknown }[] = [];
  readonly failures: { failure: Failure; cause: unknown }[] = [];
  now = () => NOW;
  authenticator = OPEN_ACCESS.authenticator;
  readonly memberships = OPEN_ACCESS.memberships;
  readonly denials: AccessFailure[] = [];
  denied(failure: AccessFailure): void {
    this.denials.push(failure);
  }
  observe(_method: DescMethod, code: number, seconds: number): void {
    expect(seconds).to.be.within(0, 60);
    this.codes.push(code);
  }
  unexpected(_method: DescMethod, incident: string, error: unknown): void {
    this.incidents.push({ incident, error });
  }
  failed(_method: DescMethod, failure: Failure, cause: unknown): void {
    this.failures.push({ failure, cause });
  }
}

interface Given {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number | undefined;
}

type GetRequest = MessageInitShape<typeof GetAttendanceRequestSchema>;

const incoming = (
  { signal = new AbortController().signal, timeoutMs }: Given = {},
  request: GetRequest = { employeeId: 'mia', date: '2026-03-02' },
): Incoming<typeof GetAttendanceRequestSchema> => ({
  headers: new Headers(),
  message: create(GetAttendanceRequestSchema, request),
  peer: undefined,
  cancellation: cancellationOf(signal),
  timeoutMs,
});

const incomingStream = (given: Given = {}): Incoming<typeof StreamAttendanceRequestSchema> => ({
  ...incoming(given),
  message: create(StreamRequest, { employeeId: 'mia' }),
});

/** Never resolves. */
const never = <T>() => new Promise<T>(() => {});

async function refusal(promise: Promise<unknown>): Promise<ConnectError> {
  const error = await promise.then(
    () => expect.fail('the call was not refused'),
    (reason: unknown) => reason,
  );
  return error instanceof ConnectError ? error : expect.fail(`threw ${String(error)}`);
}

function refuseCaller(kind: 'TOKEN_MISSING' | 'TOKEN_INVALID'): never {
  throw new AttendanceError({ kind });
}

/** All that a caller gets to see. */
const onTheWire = (error: ConnectError) => JSON.stringify(errorToJson(error, undefined));

const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;

/** How transports abort: with the deadline's error, or with any when the caller has gone. */
const TIMED_OUT = new ConnectError('the operation timed out', Code.DeadlineExceeded);
const GONE = new ConnectError('http/2 stream closed', Code.Aborted);

describe('the pipeline of a unary call', () => {
  let context: Surroundings;
  const run = (
    given: Given,
    handler: (message: unknown, call: Call) => Promise<GetAttendanceResponse>,
    request?: GetRequest,
  ) => runUnary(context, getAttendance, handler, incoming(given, request));

  beforeEach(() => {
    context = new Surroundings();
  });

  it('gives the handler the message, the moment, the actor and a signal', async () => {
    let seen: Call | undefined;
    const answer = await run({}, async (_message, call) => {
      seen = call;
      return ANSWER;
    });
    expect(answer).to.equal(ANSWER);
    expect(seen?.now).to.equal(NOW);
    expect(seen?.actor).to.equal('anonymous');
    expect(seen?.signal.aborted).to.equal(false);
    expect(context.codes).to.deep.equal([0]);
  });

  const caller: Caller = { ...ANONYMOUS, name: 'payroll', scopes: new Set(['attendance.read']) };

  it('asks who calls before anything else, and counts who may not', async () => {
    const refused: readonly [Authenticator['authenticate'], Code, string][] = [
      [() => refuseCaller('TOKEN_MISSING'), Code.Unauthenticated, 'TOKEN_MISSING'],
      [async () => refuseCaller('TOKEN_INVALID'), Code.Unauthenticated, 'TOKEN_INVALID'],
      [() => ({ ...caller, scopes: new Set() }), Code.PermissionDenied, 'SCOPE_REQUIRED'],
    ];
    for (const [authenticate, code, reason] of refused) {
      context = new Surroundings();
      context.authenticator = { authenticate };
      const handler = async () => expect.fail('it was handled');
      const error = await refusal(run({}, handler, { employeeId: 'a b' }));
      expect([error.code, reasonOf(error)]).to.deep.equal([code, reason]);
      expect([context.codes, context.denials]).to.deep.equal([[code], [reason]]);
    }
  });

  it('tells the handler who calls, and looks at two headers only', async () => {
    const asked: string[] = [];
    const headers = {
      get: (name: string) => {
        asked.push(name);
        return null;
      },
    };
    context.authenticator = {
      authenticate: (seen) => {
        seen.get('authorization');
        return caller;
      },
    };
    let actor = '';
    const handler = async (_message: unknown, call: Call) => {
      actor = call.actor;
      return ANSWER;
    };
    await runUnary(context, getAttendance, handler, { ...incoming(), headers });
    expect(actor).to.equal('payroll');
    expect(asked).to.deep.equal(['authorization', 'x-attendance-actor']);
  });

  it('lets nothing in whose form is wrong', async () => {
    let called = false;
    const handler = async () => {
      called = true;
      return ANSWER;
    };
    const error = await refusal(run({}, handler, { employeeId: 'a b', date: '2026-02-30' }));
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.InvalidArgument, 'INVALID_FIELD']);
    const fields = error.findDetails(BadRequestSchema)[0]?.fieldViolations;
    expect(fields?.map(({ field }) => field)).to.have.members(['employee_id', 'date']);
    expect(called).to.equal(false);
    expect(context.codes).to.deep.equal([Code.InvalidArgument]);
    expect([context.incidents, context.failures]).to.deep.equal([[], []]);
  });

  const admission: readonly [what: string, given: () => Given, code: Code][] = [
    ['a deadline that has passed', () => ({ timeoutMs: 0 }), Code.DeadlineExceeded],
    ['a deadline long past', () => ({ timeoutMs: -5000 }), Code.DeadlineExceeded],
    [
      'a deadline that the transport saw pass first',
      () => ({ timeoutMs: 1, signal: AbortSignal.abort(TIMED_OUT) }),
      Code.DeadlineExceeded,
    ],
    ['a caller who has gone', () => ({ signal: AbortSignal.abort(GONE) }), Code.Canceled],
    [
      'a caller who has gone without a word',
      () => ({ signal: AbortSignal.abort() }),
      Code.Canceled,
    ],
  ];
  for (const [what, given, code] of admission) {
    it(`${what} is told at admission, and nothing is begun`, async () => {
      let called = false;
      const error = await refusal(
        run(given(), async () => {
          called = true;
          return ANSWER;
        }),
      );
      expect(error.code).to.equal(code);
      expect(called).to.equal(false);
      expect(context.codes).to.deep.equal([code]);
    });
  }

  it('a deadline that passes meanwhile ends the wait, and aborts the handler’s signal', async () => {
    let signal: AbortSignal | undefined;
    const error = await refusal(
      run({ timeoutMs: 20 }, (_message, call) => {
        signal = call.signal;
        return never();
      }),
    );
    expect([error.code, reasonOf(error)]).to.deep.equal([
      Code.DeadlineExceeded,
      'DEADLINE_EXCEEDED',
    ]);
    expect(signal?.aborted).to.equal(true);
    expect(context.codes).to.deep.equal([Code.DeadlineExceeded]);
  });

  const meanwhile: readonly [what: string, why: Error, code: Code, reason: string][] = [
    ['the transport’s deadline', TIMED_OUT, Code.DeadlineExceeded, 'DEADLINE_EXCEEDED'],
    ['a caller who goes', GONE, Code.Canceled, 'CANCELLED'],
  ];
  for (const [what, why, code, reason] of meanwhile) {
    it(`${what} ends the wait, and aborts the handler’s signal`, async () => {
      const caller = new AbortController();
      let signal: AbortSignal | undefined;
      const call = run({ signal: caller.signal }, (_message, { signal: own }) => {
        signal = own;
        return never();
      });
      caller.abort(why);
      const error = await refusal(call);
      expect([error.code, reasonOf(error)]).to.deep.equal([code, reason]);
      expect(signal?.aborted).to.equal(true);
      expect(context.codes).to.deep.equal([code]);
    });
  }

  it('a call that a drain cuts is told what the server says, as it is', async () => {
    const server = new AbortController();
    const call = run({ signal: server.signal }, () => never());
    const stopping = new ConnectError('this server is stopping', Code.Unavailable);
    server.abort(stopping);
    expect(await refusal(call)).to.equal(stopping);
    expect(context.codes).to.deep.equal([Code.Unavailable]);
    expect(context.incidents).to.deep.equal([]);
  });

  it('an answer, once there, is not taken back by what happens later', async () => {
    const caller = new AbortController();
    let signal: AbortSignal | undefined;
    await run({ signal: caller.signal }, async (_message, call) => {
      signal = call.signal;
      return ANSWER;
    });
    caller.abort(GONE);
    expect(signal?.aborted).to.equal(false);
    expect(context.codes).to.deep.equal([0]);
  });

  it('an expected failure has its code, and its cause is for the operators', async () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.1:5432');
    const failure: Failure = { kind: 'STORE_UNAVAILABLE', retryAfterMs: 500 };
    const error = await refusal(
      run({}, () => Promise.reject(new AttendanceError(failure, { cause }))),
    );
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.Unavailable, 'STORE_UNAVAILABLE']);
    expect(onTheWire(error)).to.not.include('10.0.0.1');
    expect(context.failures).to.deep.equal([{ failure, cause }]);
    expect(context.codes).to.deep.equal([Code.Unavailable]);
  });

  const secret = 'duplicate key value violates "mark_pkey" at 10.0.0.1';
  const unexpected: readonly [what: string, error: unknown][] = [
    ['an error', new TypeError(secret)],
    ['an error of Connect', new ConnectError(secret, Code.NotFound)],
    ['what is no error', secret],
    [
      'a fact that PostgreSQL refused',
      new AttendanceError({ kind: 'FACT_REFUSED', cause: new Error(secret) }),
    ],
  ];
  for (const [what, thrown] of unexpected) {
    it(`${what} nobody expected is INTERNAL with an incident id, and no word more`, async () => {
      const error = await refusal(run({}, () => Promise.reject(thrown)));
      expect([error.code, reasonOf(error)]).to.deep.equal([Code.Internal, 'INTERNAL']);
      const metadata = error.findDetails(ErrorInfoSchema)[0]?.metadata;
      const [incident] = context.incidents;
      expect(incident?.incident).to.match(/^[0-9a-f-]{36}$/);
      expect(metadata).to.deep.equal({ incident: incident?.incident });
      expect(incident?.error).to.equal(thrown);
      const told = onTheWire(error);
      expect(told).to.not.include('mark_pkey').and.not.include('10.0.0.1');
      expect(context.codes).to.deep.equal([Code.Internal]);
    });
  }

  it('a handler that throws before it promises anything is treated alike', async () => {
    const error = await refusal(
      run({}, () => {
        throw new RangeError(secret);
      }),
    );
    expect(error.code).to.equal(Code.Internal);
    expect(context.codes).to.deep.equal([Code.Internal]);
  });
});

/** A source of messages that knows whether it was closed. */
class Source implements AsyncIterableIterator<StreamAttendanceResponse> {
  closed = 0;
  readonly #next: (index: number) => Promise<IteratorResult<StreamAttendanceResponse>>;
  #index = 0;

  /** `next`: what the n-th call of next() comes to. */
  constructor(next: (index: number) => Promise<IteratorResult<StreamAttendanceResponse>>) {
    this.#next = next;
  }

  next(): Promise<IteratorResult<StreamAttendanceResponse>> {
    this.#index += 1;
    return this.#next(this.#index);
  }

  async return(): Promise<IteratorResult<StreamAttendanceResponse>> {
    this.closed += 1;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const part = async (): Promise<IteratorResult<StreamAttendanceResponse>> => ({
  done: false,
  value: PART,
});
const end = async (): Promise<IteratorResult<StreamAttendanceResponse>> => ({
  done: true,
  value: undefined,
});

describe('the pipeline of a stream', () => {
  let context: Surroundings;
  const run = (given: Given, source: Source, seen?: (call: Call) => void) =>
    runServerStream(
      context,
      streamAttendance,
      (_message, call) => {
        seen?.(call);
        return source;
      },
      incomingStream(given),
    );

  async function drain(stream: AsyncIterable<StreamAttendanceResponse>): Promise<number> {
    let count = 0;
    for await (const message of stream) {
      expect(message).to.equal(PART);
      count += 1;
    }
    return count;
  }

  beforeEach(() => {
    context = new Surroundings();
  });

  it('ends with the token of its caller, however much is still to come', async () => {
    const expiresAtMs = NOW + 5;
    context.authenticator = { authenticate: () => ({ ...ANONYMOUS, expiresAtMs }) };
    let signal: AbortSignal | undefined;
    const source = new Source((index) => (index === 1 ? part() : never()));
    const stream = run({}, source, (call) => {
      signal = call.signal;
    });
    await stream.next();
    const error = await refusal(stream.next());
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.Unauthenticated, 'TOKEN_EXPIRED']);
    expect(signal?.aborted, 'its handler is told').to.equal(true);
    expect(context.codes).to.deep.equal([Code.Unauthenticated]);
  });

  it('ends soon after its employee has left the group of its caller', async () => {
    const scopes = new Set(['attendance.manage'] as const);
    const caller = { ...ANONYMOUS, scopes, groups: new Set(['kitchen']) };
    context.authenticator = { authenticate: () => caller };
    let groupId = 'kitchen';
    Object.assign(context, { memberships: { groupOf: async () => groupId } });
    const stream = run({}, new Source(part));
    for (let seconds = 0; seconds < 60; seconds += 5) {
      context.now = () => (NOW + seconds * 1000) as Instant;
      await stream.next();
    }
    groupId = 'bakery';
    context.now = () => (NOW + 71_000) as Instant;
    const error = await refusal(stream.next());
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.PermissionDenied, 'OUT_OF_SCOPE']);
  });

  it('passes on what comes, and is counted once, at its end', async () => {
    const source = new Source((index) => (index <= 3 ? part() : end()));
    const stream = run({}, source);
    await stream.next();
    expect(context.codes).to.deep.equal([]);
    expect(await drain(stream)).to.equal(2);
    expect(context.codes).to.deep.equal([0]);
  });

  it('keeps nothing of the messages that were passed on, while the stream goes on', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const passed: WeakRef<StreamAttendanceResponse>[] = [];
    const source = new Source(async () => ({
      done: false,
      value: create(StreamAttendanceResponseSchema, {}),
    }));
    const stream = run({}, source);
    for (let index = 0; index < 500; index += 1) {
      const { value } = await stream.next();
      if (value) passed.push(new WeakRef(value));
    }
    // References are kept until the current job ends.
    await new Promise(setImmediate);
    collect();
    const kept = passed.filter((message) => message.deref() !== undefined);
    expect(kept.length).to.be.below(10);
    await stream.return();
  });

  it('asks for the next message only when the one before was taken', async () => {
    let asked = 0;
    const source = new Source((index) => {
      asked = index;
      return part();
    });
    const stream = run({}, source);
    await stream.next();
    await stream.next();
    expect(asked).to.equal(2);
    await stream.return(undefined);
  });

  it('a caller who stops reading closes the source, and counts as CANCELLED, once', async () => {
    const source = new Source(part);
    for await (const message of run({}, source)) {
      expect(message).to.equal(PART);
      break;
    }
    expect(source.closed).to.equal(1);
    expect(context.codes).to.deep.equal([Code.Canceled]);
  });

  const ends: readonly [what: string, why: Error, code: Code][] = [
    ['a caller who goes', GONE, Code.Canceled],
    ['the transport’s deadline', TIMED_OUT, Code.DeadlineExceeded],
  ];
  for (const [what, why, code] of ends) {
    it(`${what} while the source is silent closes it, and is counted once`, async () => {
      const caller = new AbortController();
      const source = new Source((index) => (index === 1 ? part() : never()));
      let signal: AbortSignal | undefined;
      const stream = run({ signal: caller.signal }, source, (call) => {
        signal = call.signal;
      });
      await stream.next();
      const waiting = refusal(stream.next());
      caller.abort(why);
      expect((await waiting).code).to.equal(code);
      expect(signal?.aborted).to.equal(true);
      expect(source.closed).to.equal(1);
      expect(context.codes).to.deep.equal([code]);
    });
  }

  it('a deadline that passes ends it, closes the source, and is counted once', async () => {
    const source = new Source((index) => (index === 1 ? part() : never()));
    const stream = run({ timeoutMs: 20 }, source);
    const error = await refusal(drain(stream));
    expect([error.code, reasonOf(error)]).to.deep.equal([
      Code.DeadlineExceeded,
      'DEADLINE_EXCEEDED',
    ]);
    expect(source.closed).to.equal(1);
    expect(context.codes).to.deep.equal([Code.DeadlineExceeded]);
  });

  it('a deadline passed on arrival begins nothing', async () => {
    let called = false;
    const source = new Source(part);
    const stream = run({ timeoutMs: 0 }, source, () => {
      called = true;
    });
    expect((await refusal(drain(stream))).code).to.equal(Code.DeadlineExceeded);
    expect([called, source.closed]).to.deep.equal([false, 0]);
    expect(context.codes).to.deep.equal([Code.DeadlineExceeded]);
  });

  it('a source that fails in the middle is told as a unary call would be', async () => {
    const broken = new Error('relation "mark" does not exist');
    const source = new Source((index) => (index < 3 ? part() : Promise.reject(broken)));
    const error = await refusal(drain(run({}, source)));
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.Internal, 'INTERNAL']);
    expect(error.message).to.not.include('relation');
    expect(context.incidents.map((incident) => incident.error)).to.deep.equal([broken]);
    expect(context.codes).to.deep.equal([Code.Internal]);
  });

  it('a source that hangs while it is closed does not hold back the answer', async () => {
    const source = new Source((index) => (index === 1 ? part() : never()));
    source.return = () => never();
    const error = await refusal(drain(run({ timeoutMs: 20 }, source)));
    expect(error.code).to.equal(Code.DeadlineExceeded);
  });

  it('a source that fails while it is closed, or after the deadline, harms nobody', async () => {
    const unhandled: unknown[] = [];
    const hear = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', hear);
    try {
      let failLate: (error: Error) => void = () => {};
      const late = new Promise<never>((_resolve, reject) => {
        failLate = reject;
      });
      const source = new Source((index) => (index === 1 ? part() : late));
      let closed = false;
      source.return = () => {
        closed = true;
        return Promise.reject(new Error('closing failed'));
      };
      await refusal(drain(run({ timeoutMs: 20 }, source)));
      await waitUntil('the source is closed', () => closed);
      failLate(new Error('too late'));
      // Unhandled rejections are told before the next turn of the event loop.
      const turn = new EventTarget();
      setImmediate(() => turn.dispatchEvent(new Event('turn')));
      await once(turn, 'turn');
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', hear);
    }
  });
});
