// Callers who do nothing wrong, each with connections of its own: they mark days and read them
// back.

import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { Times } from '../../bench/load/times.js';
import { lookReady } from '../../bench/support/probes.js';
import type { Random } from '../../bench/support/random.js';
import { CLIENTS } from '../e2e/support/clients.js';
import type { Outcome, ProtocolClient } from '../e2e/support/outcome.js';
import type { Target as ClientTarget } from '../e2e/support/typed-clients.js';
import { countIn, type Target } from './bout.js';
import type { InnocentReport } from './innocents.js';

/** Long enough for a service that is busy, and short for one that has forgotten somebody. */
const DEADLINE_MS = 10_000;
/** Some clients tell their deadline and do not keep it themselves: they wait for so long. */
const PATIENCE_MS = 15_000;
/** Between two calls of one caller. */
const PACE_MS = { least: 20, most: 120 };
const EMPLOYEES = 50;
const FIRST_DAY_MS = Date.parse('2026-01-01');
const DAY_MS = 86_400_000;
const DAYS = 360;

/** Rows of the clients that the tests of protocols use. */
const CLIENT_NAMES = [
  'our own client (gRPC)',
  'grpc-js',
  'connect-node: gRPC, HTTP/2',
  'connect-node: gRPC-Web, HTTP/1.1',
  'connect-web: gRPC-Web',
  'fetch: JSON',
  'our own client (gRPC), TLS',
  'connect-node: Connect, HTTP/1.1, TLS',
];

export interface Callers {
  /** The request ids of marks that were answered with OK. */
  readonly acknowledged: readonly string[];
  /** Resolves when they have ended, after the calls that were under way. */
  readonly done: Promise<unknown>;
  reports(): readonly InnocentReport[];
  /** Calls so far, and each kind of failure with whose it was. */
  sum(): { readonly calls: number; readonly failed: readonly string[] };
}

/** All of them, calling until they are ended. */
export function callInPeace(target: Target, random: Random, ended: AbortSignal): Callers {
  const acknowledged: string[] = [];
  const marking = CLIENT_NAMES.map((name, index) => {
    const client = CLIENTS.find((row) => row.name === name);
    if (client === undefined) throw new Error(`there is no client ${name}`);
    const open = client.open(clientTarget(target, client.tls === true));
    return new MarkingCaller(name, open, random, index, acknowledged);
  });
  const callers = [...marking, new ProbingCaller(target.port)];
  const reports = () => callers.map((caller) => caller.report());
  return {
    acknowledged,
    done: Promise.all(callers.map((caller) => caller.run(ended))),
    reports,
    sum() {
      const all = reports();
      const calls = all.reduce((sum, report) => sum + report.calls, 0);
      const failed = all.flatMap(({ name, failures }) =>
        Object.entries(failures).map(([kind, count]) => `${name}: ${kind} x ${count}`),
      );
      return { calls, failed };
    },
  };
}

function clientTarget({ port, securePort, ca }: Target, isSecure: boolean): ClientTarget {
  if (isSecure) return { url: `https://localhost:${securePort}`, ca };
  return { url: `http://127.0.0.1:${port}`, ca: undefined };
}

abstract class Caller {
  readonly #name: string;
  readonly #times = new Times();
  readonly #failures: Record<string, number> = {};
  #calls = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Calls one after the other until it is ended. */
  async run(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) await this.round();
  }

  report(): InnocentReport {
    const times = this.#times.summary();
    return { name: this.#name, calls: this.#calls, failures: this.#failures, times };
  }

  protected abstract round(): Promise<void>;

  /** Makes a call, which says what was wrong with its answer; undefined when all was well. */
  protected async call(make: () => Promise<string | undefined>): Promise<void> {
    const startedAt = performance.now();
    // A client may throw where there is no server to answer: that is a failed call as well.
    const failure = await Promise.race([make(), impatience()]).catch(causeOf);
    this.#calls += 1;
    this.#times.add(performance.now() - startedAt);
    if (failure !== undefined) countIn(this.#failures, failure);
  }
}

/** fetch says why only in its cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return `threw ${cause instanceof Error ? cause.message : String(cause)}`;
}

function impatience(): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(`no answer within ${PATIENCE_MS} ms`), PATIENCE_MS).unref();
  });
}

class MarkingCaller extends Caller {
  readonly #client: ProtocolClient;
  readonly #random: Random;
  readonly #index: number;
  readonly #acknowledged: string[];
  /** Whether the last mark was acknowledged. */
  #marked = false;
  #count = 0;

  constructor(
    name: string,
    client: ProtocolClient,
    random: Random,
    index: number,
    acknowledged: string[],
  ) {
    super(name);
    this.#client = client;
    this.#random = random;
    this.#index = index;
    this.#acknowledged = acknowledged;
  }

  protected async round(): Promise<void> {
    const place = this.#count % (EMPLOYEES * DAYS);
    this.#count += 1;
    const employeeId = `innocent-${this.#index}-${place % EMPLOYEES}`;
    const day = FIRST_DAY_MS + Math.floor(place / EMPLOYEES) * DAY_MS;
    const date = new Date(day).toISOString().slice(0, 'YYYY-MM-DD'.length);
    const status = this.#random.chance(0.5)
      ? 'ATTENDANCE_STATUS_PRESENT'
      : 'ATTENDANCE_STATUS_REMOTE';
    await this.call(() => this.#mark({ employeeId, date, status, requestId: randomUUID() }));
    await this.#breathe();
    // What was not acknowledged may be there or not.
    if (this.#marked) await this.call(() => this.#read(employeeId, date, status));
    await this.#breathe();
  }

  async #mark(request: JsonObject & { readonly requestId: string }): Promise<string | undefined> {
    const outcome = await this.#ask('MarkAttendance', request);
    this.#marked = outcome.failed === undefined;
    if (this.#marked) this.#acknowledged.push(request.requestId);
    return failureOf(outcome);
  }

  /** What this caller has written last about the day, and nobody else writes about it. */
  async #read(employeeId: string, date: string, status: string): Promise<string | undefined> {
    const outcome = await this.#ask('GetAttendance', { employeeId, date });
    if (outcome.failed !== undefined) return failureOf(outcome);
    const [message] = outcome.messages as { attendance?: { status?: string } }[];
    const found = message?.attendance?.status;
    return found === status ? undefined : `another answer: ${found ?? 'none'}`;
  }

  #ask(method: string, request: JsonObject): Promise<Outcome> {
    return this.#client.call(method, request, { timeoutMs: DEADLINE_MS });
  }

  async #breathe(): Promise<void> {
    const ms = this.#random.between(PACE_MS.least, PACE_MS.most);
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** A load balancer: /readyz over a new connection each time. */
class ProbingCaller extends Caller {
  readonly #port: number;

  constructor(port: number) {
    super('GET /readyz, a connection each');
    this.#port = port;
  }

  protected async round(): Promise<void> {
    await this.call(async () => {
      const verdict = await lookReady(this.#port, DEADLINE_MS);
      return verdict === '0' ? undefined : verdict;
    });
    await new Promise((resolve) => setTimeout(resolve, PACE_MS.most));
  }
}

function failureOf({ failed }: Outcome): string | undefined {
  if (failed === undefined) return undefined;
  const { code, reason, message } = failed;
  return `${code} ${reason === '' ? message : reason}`;
}
