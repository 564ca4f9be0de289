// Attackers of every kind against the real service for a while, with innocents beside them, and
// what is left afterwards: the process, every acknowledged mark, and no more sockets and memory
// than before.

import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { Client } from 'pg';
import { makeCertificate } from '../server/support/certificate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { temporaryFolder } from '../support/process.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { waitUntil } from '../support/wait-until.js';
import { ACTORS } from './actors/index.js';
import { Attackers } from './attackers.js';
import type { ActorRecord, Target } from './bout.js';
import { type InnocentReport, Innocents } from './innocents.js';
import { LARGE_EMPLOYEE, largeDates } from './large-employee.js';
import { BATCH_MARK } from './payloads.js';
import { type Looked, type ServiceProcess, startServiceProcess } from './service-process.js';

/** Innocents alone, so that what a service sets up with its first calls is no growth. */
const WARM_UP_MS = 3_000;
/** After garbage collection. Code that was compiled meanwhile, caches that are full. */
export const HEAP_GROWTH_MB = 48;
/** The allocator keeps pages for itself, in pieces that it could not give back. */
export const RESIDENT_GROWTH_MB = 256;
/** So long before the end memory is looked at even if sockets are open: collecting garbage is dear. */
const LAST_LOOK_MS = 5_000;
const WATCH_INTERVAL_MS = 500;
/** Of looking whether all is as before: a look reads every socket there is, or collects garbage. */
const SETTLING_INTERVAL_MS = 250;
const IDS_AT_ONCE = 10_000;

export interface SoakOptions {
  readonly durationMs: number;
  readonly seed: number;
  /** Multiplies how many connections, streams and calls there are. */
  readonly scale: number;
  readonly heapMb: number;
  readonly boutMs: number;
  readonly patientBoutMs: number;
  /** From the last attacker's end until sockets and memory have to be as before. */
  readonly settleMs: number;
  /** How often each of those who are not patient attacks; until the end when undefined. */
  readonly rounds?: number;
  /** Names of actors; all when undefined. */
  readonly only?: readonly string[];
  readonly redis?: boolean;
  /** Hears now and then how it goes. */
  readonly say?: (line: string) => void;
  readonly sayEveryMs?: number;
}

/** One of the two services, before and after. */
export interface ServiceReport {
  readonly name: string;
  /** Undefined when it is alive. */
  readonly ended: string | undefined;
  readonly before: Looked;
  /** The most that was seen meanwhile. */
  readonly mostSockets: number;
  readonly mostResidentMb: number;
  /** Undefined when it has ended. */
  readonly after: Looked | undefined;
  /** From the last attacker's end to as few sockets, and to as little memory, as before. */
  readonly settledMs: number;
  readonly logged: Readonly<Record<string, number>>;
}

export interface SoakReport {
  readonly actors: Readonly<Record<string, ActorRecord>>;
  readonly innocents: readonly InnocentReport[];
  readonly services: readonly ServiceReport[];
  readonly marks: Marks;
  /** Who attacked when a service ended. */
  readonly attackingAtEnd: readonly string[];
  readonly lastWords: string | undefined;
}

export interface Marks {
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
}

/** Runs it all. Throws only when it could not be begun. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const scene = await Scene.open(options);
  try {
    return await scene.play();
  } finally {
    await scene.close();
  }
}

/** One of the services with what was seen of it. */
interface Watched {
  readonly name: string;
  readonly process: ServiceProcess;
  /** Before anybody was connected to it. */
  readonly socketsAtStart: number;
  before: Looked | undefined;
  mostSockets: number;
  mostResidentMb: number;
}

class Scene {
  readonly #options: SoakOptions;
  readonly #closes: (() => Promise<void>)[] = [];
  readonly #watched: Watched[] = [];
  readonly #ca: string;
  #database: TestDatabase | undefined;

  private constructor(options: SoakOptions, ca: string) {
    this.#options = options;
    this.#ca = ca;
  }

  static async open(options: SoakOptions): Promise<Scene> {
    const certificate = makeCertificate();
    const scene = new Scene(options, certificate.cert);
    try {
      await scene.#start(certificate);
      return scene;
    } catch (error) {
      await scene.close();
      throw error;
    }
  }

  async play(): Promise<SoakReport> {
    const target = this.#target();
    await storeLargeEmployee(target);
    await this.#warmUp(target);
    for (const watched of this.#watched) {
      const { socketsAtStart: sockets, process } = watched;
      watched.before = { ...(await process.look()), sockets };
    }
    const { actors, attacking, reports, acknowledged } = await this.#attackBeside(target);
    const services = await Promise.all(
      this.#watched.map((watched) => settled(watched, this.#options.settleMs)),
    );
    return {
      actors,
      innocents: reports,
      services,
      marks: await this.#count(acknowledged),
      attackingAtEnd: attacking,
      lastWords: this.#watched.find(({ process }) => process.hasExited())?.process.lastWords(),
    };
  }

  async close(): Promise<void> {
    for (const close of this.#closes.reverse()) await close();
  }

  async #start({ cert, key }: { cert: string; key: string }): Promise<void> {
    const folder = await temporaryFolder();
    this.#closes.push(() => folder.remove());
    const [certFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
    await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
    const database = await createTestDatabase();
    this.#database = database;
    this.#closes.push(() => database.drop());
    const redis = this.#options.redis === true ? await startRedis() : undefined;
    if (redis !== undefined) this.#closes.push(() => redis.stop());
    await this.#startService('plaintext', database, redis, {});
    await this.#startService('TLS', database, redis, {
      TLS_CERT_FILE: certFile,
      TLS_KEY_FILE: keyFile,
    });
    await rm(keyFile);
  }

  async #startService(
    name: string,
    database: TestDatabase,
    redis: TestRedis | undefined,
    more: Readonly<Record<string, string>>,
  ): Promise<void> {
    const cache: Record<string, string> = redis === undefined ? {} : { REDIS_URL: redis.url };
    const ownPorts = [Number(new URL(database.url).port), redis?.port ?? 0];
    const process = await startServiceProcess({
      heapMb: this.#options.heapMb,
      env: { DATABASE_URL: database.url, ...cache, ...more },
      ownPorts,
    });
    this.#closes.push(() => process.stop());
    this.#watched.push({
      name,
      process,
      socketsAtStart: process.sockets(),
      before: undefined,
      mostSockets: 0,
      mostResidentMb: 0,
    });
  }

  #target(): Target {
    const [plain, secure] = this.#watched;
    if (plain === undefined || secure === undefined) throw new Error('there is no service');
    return { port: plain.process.port, securePort: secure.process.port, ca: this.#ca };
  }

  async #warmUp(target: Target): Promise<void> {
    const innocents = new Innocents({ target, seed: this.#options.seed });
    await passed(WARM_UP_MS);
    const { reports } = await innocents.end();
    const failed = reports.filter(({ failures }) => Object.keys(failures).length > 0);
    if (failed.length > 0) throw new Error(`calls fail in peace: ${JSON.stringify(failed)}`);
  }

  async #attackBeside(target: Target) {
    const innocents = new Innocents({ target, seed: this.#options.seed });
    try {
      const attacked = await this.#attack(target, innocents);
      return { ...attacked, ...(await innocents.end()) };
    } finally {
      await innocents.end();
    }
  }

  /** Until the time is over and everybody has had a bout, or a service has ended. */
  async #attack(target: Target, innocents: Innocents) {
    const { durationMs, only, rounds, ...sizes } = this.#options;
    const { seed, scale, boutMs, patientBoutMs } = sizes;
    const names = ACTORS.map(({ name }) => name).filter((name) => only?.includes(name) ?? true);
    const attackers = new Attackers({
      target,
      names,
      seed,
      scale,
      boutMs,
      patientBoutMs,
      ...(rounds === undefined ? {} : { rounds }),
    });
    const stopWatching = this.#watch(innocents, attackers);
    const died = Promise.race(this.#watched.map(({ process }) => process.exited));
    try {
      // On a busy machine bouts take longer: then they may take twice the time.
      const everybody = Promise.race([attackers.everybodyBegan, passed(2 * durationMs)]);
      const over = Promise.all([passed(durationMs), everybody]);
      await Promise.race([over, died, attackers.failed(), innocents.failed()]);
      const attacking = attackers.attacking;
      return { actors: await attackers.end(), attacking };
    } finally {
      stopWatching();
      await attackers.end();
    }
  }

  #watch(innocents: Innocents, attackers: Attackers): () => void {
    const startedAt = performance.now();
    const { say, sayEveryMs = Number.POSITIVE_INFINITY } = this.#options;
    let saidAt = startedAt;
    const timer = setInterval(() => {
      for (const watched of this.#watched) {
        const { process } = watched;
        watched.mostSockets = Math.max(watched.mostSockets, process.sockets());
        watched.mostResidentMb = Math.max(watched.mostResidentMb, process.residentMb());
      }
      if (performance.now() - saidAt < sayEveryMs) return;
      saidAt = performance.now();
      const { calls, failed } = innocents.sum;
      const services = this.#watched.map(
        ({ name, process }) =>
          `${name}: ${process.sockets()} sockets, ${Math.round(process.residentMb())} MB`,
      );
      const minutes = ((saidAt - startedAt) / 60_000).toFixed(1);
      say?.(
        `${minutes} min; innocents: ${calls} calls, failed: ${failed.join(', ') || 'none'}; ` +
          `${services.join('; ')}; ` +
          `now: ${attackers.attacking.join(', ')}`,
      );
    }, WATCH_INTERVAL_MS);
    return () => clearInterval(timer);
  }

  /** How often each acknowledged mark is stored: once is right. */
  async #count(acknowledged: readonly string[]): Promise<Marks> {
    const database = this.#database;
    if (database === undefined) throw new Error('there is no database');
    const client = new Client({ connectionString: database.url });
    await client.connect();
    let [lost, doubled] = [0, 0];
    try {
      for (let at = 0; at < acknowledged.length; at += IDS_AT_ONCE) {
        const ids = acknowledged.slice(at, at + IDS_AT_ONCE);
        const { rows } = await client.query<{ count: number }>(
          'select count(*)::integer from mark where request_id = any($1) group by request_id',
          [ids],
        );
        lost += ids.length - rows.length;
        doubled += rows.filter(({ count }) => count > 1).length;
      }
    } finally {
      await client.end();
    }
    return { acknowledged: acknowledged.length, lost, doubled };
  }
}

/** Days for those who ask for large answers; over a connection that ends with the call. */
async function storeLargeEmployee({ port }: Target): Promise<void> {
  const status = 'ATTENDANCE_STATUS_PRESENT';
  const requests = largeDates().map((date) => ({ employeeId: LARGE_EMPLOYEE, date, status }));
  const call = request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: BATCH_MARK,
    headers: { 'content-type': 'application/json' },
    agent: false,
  });
  call.end(JSON.stringify({ requests }));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'close');
  if (response.statusCode !== 200) {
    throw new Error(`days could not be stored: HTTP ${response.statusCode}`);
  }
}

/** Waits until the service holds no more than before, within bounds, and says what it does hold. */
async function settled(watched: Watched, settleMs: number): Promise<ServiceReport> {
  const { name, process, before, mostSockets, mostResidentMb } = watched;
  if (before === undefined) throw new Error('nobody looked before');
  const report = { name, before, mostSockets, mostResidentMb, logged: { ...process.logged } };
  const startedAt = performance.now();
  let after: Looked | undefined;
  // What does not come back in time is in the report, and so is a process that has ended.
  await waitUntil(
    'sockets and memory are as before',
    async () => {
      if (process.hasExited()) return true;
      const isEarly = performance.now() - startedAt < settleMs - LAST_LOOK_MS;
      if (process.sockets() > before.sockets && isEarly) return false;
      const looked = await process.look();
      // The first look collects garbage, and so its turn is the last that was not this one's.
      after ??= looked;
      after = {
        ...looked,
        inside: { ...looked.inside, longestTurnMs: after.inside.longestTurnMs },
      };
      return isBack(before, after) && after.sockets <= before.sockets;
    },
    settleMs,
    SETTLING_INTERVAL_MS,
  ).catch(() => undefined);
  const ended = process.hasExited() ? await process.exited : undefined;
  const settledMs = performance.now() - startedAt;
  return { ...report, ended, settledMs, after: ended === undefined ? after : undefined };
}

/** Whether memory is within its bounds of what it was. */
export function isBack(before: Looked, after: Looked): boolean {
  return (
    after.inside.heapMb <= before.inside.heapMb + HEAP_GROWTH_MB &&
    after.residentMb <= before.residentMb + RESIDENT_GROWTH_MB
  );
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
