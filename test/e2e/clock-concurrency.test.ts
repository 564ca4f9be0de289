// Many at once: commands of one employee over two connections must form a history that could have
// happened one after another; uploaders of one log, interrupted and repeated, must leave each
// punch once.

import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { durationMs, timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import type { Attendance } from '../../gen/attendance/v1/attendance_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { type Punch, PunchKind } from '../../gen/attendance/v1/punch_pb.js';
import { ErrorInfoSchema, RetryInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { Asking } from '../contract/asking.js';
import { waitUntil } from '../support/wait-until.js';
import { CHUNK, deviceLog, EMPLOYEES, employeeOf } from './support/device-log.js';
import { describeVariants } from './support/variants.js';

const COMMANDS = 100;
/** A machine that is busy with other things tells callers to come again. */
const ATTEMPTS = 50;
const MINUTE_MS = 60_000;
const TIMEOUT_MS = 120_000;
const REFUSALS = ['ALREADY_CLOCKED_IN', 'NOT_CLOCKED_IN', 'OUT_BEFORE_IN', 'OVERLAPS'];

interface Said {
  readonly kind: 'clockIn' | 'clockOut';
  /** Undefined: the service's clock. */
  readonly time: number | undefined;
}

/** Every second one an arrival; explicit times count up through the last hours, a minute each. */
const TIMES: Readonly<Record<string, (index: number, now: number) => number | undefined>> = {
  'with times': (index, now) => now - (COMMANDS + 30 - index) * MINUTE_MS,
  'without times': () => undefined,
  'with times and without': (index, now) =>
    index % 5 === 4 ? undefined : now - (COMMANDS + 30 - index) * MINUTE_MS,
  'with times in any order': (index, now) => now - (30 + ((index * 73) % COMMANDS)) * MINUTE_MS,
};

describeVariants('the clock under many at once', (serviceOf) => {
  const asking = new Asking(serviceOf);
  let employees = 0;

  for (const [name, timeOf] of Object.entries(TIMES)) {
    it(`${COMMANDS} commands of one employee over two connections, ${name}`, async function () {
      this.timeout(TIMEOUT_MS);
      employees += 1;
      const employeeId = await asking.added(`busy-${employees}`);
      const now = Date.now();
      const said = Array.from(
        { length: COMMANDS },
        (_, index): Said => ({
          kind: index % 2 === 0 ? 'clockIn' : 'clockOut',
          time: timeOf(index, now),
        }),
      );
      const connections = [0, 1].map(() => connect(serviceOf().baseUrl));
      const answers = await Promise.all(
        said.map((each, index) => say(connections[index % 2], employeeId, each)),
      );
      const accepted = answers.filter((answer) => typeof answer !== 'string');
      const refused = answers.filter((answer) => typeof answer === 'string');
      expect(accepted.length + refused.length).to.equal(COMMANDS);
      expect(refused.filter((reason) => !REFUSALS.includes(reason))).to.deep.equal([]);
      expect(accepted.length, 'some are accepted').to.be.above(0);
      const history = accepted.toSorted((a, b) => Number(a.punchId) - Number(b.punchId));
      expect(history.map(({ punchId }) => Number(punchId))).to.deep.equal(
        // The employee's first number is that of being added.
        history.map((_, index) => index + 2),
      );
      const byTime = (await asking.punches(employeeId)).toSorted(
        (a, b) => Number(a.punchId) - Number(b.punchId),
      );
      expect(byTime, 'nothing is lost and nothing added').to.deep.equal(history);
      expect(await sessionsOf(employeeId)).to.deep.equal(modelOf(history));
    });
  }

  async function sessionsOf(employeeId: string): Promise<string[]> {
    const days = await asking.list({ employeeId });
    return days
      .flatMap(({ sessions }) => sessions)
      .map(({ inTime, outTime }) => `${inTime?.seconds} to ${outTime?.seconds ?? '?'}`);
  }

  it('two uploaders of one log, killed and repeated: each punch once', async function () {
    this.timeout(TIMEOUT_MS);
    const log = deviceLog();
    const third = Math.floor(log.length / 3);
    const { baseUrl } = serviceOf();
    // They overlap in the middle third; both are killed while their streams are open.
    const killed = [
      await hanging(baseUrl, 0, 2 * third, 3),
      await hanging(baseUrl, third, log.length, 4),
    ];
    await waitUntil('the chunks that were sent are there', async () => {
      return (await countAll()) >= CHUNK * 7;
    });
    for (const child of killed) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const before = await countAll();
    expect(before).to.equal(CHUNK * 7);
    const ends = await Promise.all([
      upload(baseUrl, 0, 2 * third),
      upload(baseUrl, third, log.length),
      upload(baseUrl, 0, log.length),
    ]);
    const sum = (of: (end: Uploaded) => number) => ends.reduce((all, end) => all + of(end), 0);
    expect(sum(({ recorded }) => recorded)).to.equal(log.length - before);
    expect(sum(({ rejected }) => rejected)).to.equal(0);
    expect(await countAll()).to.equal(log.length);
    await expectAsIfOnce();
  });

  async function countAll(): Promise<number> {
    let count = 0;
    for (let index = 0; index < EMPLOYEES; index += 1) {
      count += await asking.punches(employeeOf(index)).then(
        (punches) => punches.length,
        (error: unknown) => {
          // Nobody has sent any of theirs yet.
          expect(ConnectError.from(error).code).to.equal(Code.NotFound);
          return 0;
        },
      );
    }
    return count;
  }

  /** The days are those of the same log sent once, in one piece, for other people. */
  async function expectAsIfOnce(): Promise<void> {
    const clean = (id: string) => `clean-${id}`;
    const punches = deviceLog().map((punch) => ({ ...punch, employeeId: clean(punch.employeeId) }));
    const { results } = await serviceOf().clock.recordPunches({ punches });
    expect(results.length).to.equal(punches.length);
    for (let index = 0; index < EMPLOYEES; index += 1) {
      const employeeId = employeeOf(index);
      const days = await asking.list({ employeeId });
      const expected = await asking.list({ employeeId: clean(employeeId) });
      expect(days.map(timeless)).to.deep.equal(
        expected.map((day) => timeless({ ...day, employeeId })),
      );
    }
  }
});

/** A day without how often and when it came to be so. */
function timeless(day: Attendance): Attendance {
  return { ...day, revision: 0, etag: '', updateTime: undefined } as unknown as Attendance;
}

function connect(baseUrl: string): Client<typeof ClockService> {
  return createClient(ClockService, createGrpcTransport({ baseUrl }));
}

/** The punch, or why there is none. Repeats the call when the service says that it should. */
async function say(
  clock: Client<typeof ClockService> | undefined,
  employeeId: string,
  { kind, time }: Said,
): Promise<Punch | string> {
  if (clock === undefined) throw new Error('no connection');
  const told = time === undefined ? {} : { time: timestampFromMs(time) };
  const request = { employeeId, requestId: randomUUID(), ...told };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const { punch } = await clock[kind](request);
      return punch ?? expect.fail('no punch in the answer');
    } catch (error) {
      const failure = ConnectError.from(error);
      const [info] = failure.findDetails(ErrorInfoSchema);
      const [retry] = failure.findDetails(RetryInfoSchema);
      if (info === undefined) throw error;
      if (retry?.retryDelay === undefined) return info.reason;
      await delay(durationMs(retry.retryDelay));
    }
  }
  throw new Error(`${ATTEMPTS} times told to come again`);
}

/**
 * The sessions of commands given one after another, when all lie within the longest session: an
 * arrival is taken where nothing is open and nothing lies after it, a departure where something is
 * open that began in an earlier second. Throws for a history that could not have happened.
 */
function modelOf(history: readonly Punch[]): string[] {
  const sessions: { in: number; out?: number }[] = [];
  for (const { time, kind, punchId } of history) {
    const second = time === undefined ? Number.NaN : Math.floor(timestampMs(time) / 1000);
    const last = sessions.at(-1);
    const isOpen = last !== undefined && last.out === undefined;
    if (kind === PunchKind.IN) {
      const isFree = last === undefined || (last.out !== undefined && last.out <= second);
      expect(isFree, `arrival ${punchId}`).to.equal(true);
      sessions.push({ in: second });
    } else {
      expect(isOpen && last.in < second, `departure ${punchId}`).to.equal(true);
      if (last !== undefined) last.out = second;
    }
  }
  return sessions.map((session) => `${session.in} to ${session.out ?? '?'}`);
}

interface Uploaded {
  readonly recorded: number;
  readonly rejected: number;
}

function start(...args: readonly (string | number)[]): ChildProcess {
  const script = fileURLToPath(new URL('./support/uploading-process.js', import.meta.url));
  return fork(script, args.map(String), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** An uploader that stays in the middle of its stream. */
async function hanging(
  url: string,
  first: number,
  last: number,
  chunks: number,
): Promise<ChildProcess> {
  const child = start(url, first, last, chunks);
  await once(child, 'message');
  return child;
}

/** An uploader to its end. */
async function upload(url: string, first: number, last: number): Promise<Uploaded> {
  const child = start(url, first, last, 0);
  const exited = once(child, 'exit');
  const [message] = (await once(child, 'message')) as [Uploaded];
  await exited;
  return message;
}
