// The pools of PostgreSQL connections: bounded, with their own timeouts, recovering by themselves.
// Must never leave a transaction open or lend a connection in an unknown state.

import pg from 'pg';
import { ConnectionQueue } from './connection-queue.js';
import { isConnectionError, toStoreError } from './errors.js';
import { RefusedWrites } from './refused-writes.js';

/**
 * Connections per process, in separate pools, so that writers who wait for one employee's lock
 * delay neither readers nor the probe. With one connection for
 * notices (store/feed/feed-bell.ts), PostgreSQL's default limit of 100 allows five processes.
 */
export const WRITE_CONNECTIONS = 9;
export const READ_CONNECTIONS = 6;
export const HEALTH_CONNECTIONS = 1;

/** How long a connection waits for its handshake. */
const CONNECT_TIMEOUT_MS = 5000;

/** The longest a statement may run on the server. */
const STATEMENT_TIMEOUT_MS = 15_000;

/**
 * The longest a statement may wait for a row lock. Writers of one employee from several processes
 * wait here for each other, at most one of each process (app/write/write-queue.ts).
 */
const LOCK_TIMEOUT_MS = 10_000;

/** The server ends a transaction that waits this long for our next statement. */
const IDLE_TRANSACTION_TIMEOUT_MS = 10_000;

/** The client's own limit, for a server that does not answer at all. */
const QUERY_TIMEOUT_MS = 20_000;

/**
 * A commit is on disk before it is answered, whatever the database's default, because this service
 * acknowledges what it records. Waiting for standbys as well is the operator's choice, and is kept.
 */
const DURABLE = `
  select set_config('synchronous_commit', case when value in ('off', 'local') then 'on' else value end, false)
  from current_setting('synchronous_commit') value`;

/**
 * Settings of every connection. Every statement of this service walks indexes from the few rows it
 * is given, so everything else is ruled out. Otherwise a plan made while a table was small or not
 * analysed would stay while it grows. Plans are generic, so they do not depend on values.
 * Everything that this code relies on is set, whatever the database's defaults are.
 */
export const SESSION = [
  DURABLE,
  `set statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
  `set lock_timeout = ${LOCK_TIMEOUT_MS}`,
  `set idle_in_transaction_session_timeout = ${IDLE_TRANSACTION_TIMEOUT_MS}`,
  `set timezone = 'UTC'`,
  `set datestyle = 'ISO'`,
  `set default_transaction_isolation = 'read committed'`,
  'set enable_seqscan = off',
  'set enable_bitmapscan = off',
  'set enable_hashjoin = off',
  'set enable_mergejoin = off',
  'set plan_cache_mode = force_generic_plan',
  'set jit = off',
].join(';');

/** A prepared statement: parsed once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const BEGIN: Statement = { name: '', text: 'begin' };
export const COMMIT: Statement = { name: '', text: 'commit' };
export const ROLLBACK: Statement = { name: '', text: 'rollback' };

export type Row = Record<string, unknown>;

/** A statement and its parameters. */
export interface Bound {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

export function bind(statement: Statement, ...values: unknown[]): Bound {
  return { statement, values };
}

/** A connection lent from the pool, for one transaction. */
export interface Session {
  /**
   * Sends all statements at once, without waiting between them. Returns the rows of each. They run
   * in order. If one fails, later ones in the same transaction fail too, and the first failure is
   * thrown after all answers.
   */
  pipeline(statements: readonly Bound[]): Promise<Row[][]>;
}

/** What a pool does now. */
export interface DatabaseLoad {
  /** The most connections that it has. */
  readonly connections: number;
  /** Connections that are lent. */
  readonly lent: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** How long the connection that was lent first has been held, in ms; 0 if none is lent. */
  readonly oldestMs: number;
}

export interface Database {
  /** Runs one statement outside a transaction. Tries again if the connection was dead. */
  query(statement: Statement, ...values: unknown[]): Promise<Row[]>;
  /**
   * Lends one connection. It is kept only if `run` succeeds; otherwise it is closed. If the caller
   * leaves while waiting, `run` is not called and the signal's reason is thrown. Throws OVERLOADED
   * if no connection will be free in time; otherwise the error of `run`, or the driver's.
   */
  session<T>(run: (session: Session) => Promise<T>, caller?: AbortSignal): Promise<T>;
  /** Writes through here that the database refused. */
  readonly refusedWrites: RefusedWrites;
  /** What the pool does now. */
  load(): DatabaseLoad;
  close(): Promise<void>;
}

/**
 * `url`: a PostgreSQL connection URL. Connects on first use. `onLost` receives every connection
 * that was lost or could not be made, in use or idle. `setUp`: SQL for each connection. `onHeld` is
 * told how long each session held its connection, in milliseconds.
 */
export function openDatabase(
  url: string,
  onLost: (error: Error) => void,
  maxConnections: number,
  setUp = SESSION,
  onHeld: (heldMs: number) => void = ignore,
): Database {
  const pool = openPool(url, maxConnections, setUp);
  // The pool drops a connection that dies while idle. Without a listener, the event would be fatal.
  pool.on('error', onLost);
  // Callers wait in this queue and not in the pool's own, which they could not leave and stays
  // empty.
  const queue = new ConnectionQueue(maxConnections, undefined, onHeld);
  const refusedWrites = new RefusedWrites();

  async function session<T>(
    run: (session: Session) => Promise<T>,
    caller?: AbortSignal,
  ): Promise<T> {
    const giveBack = await queue.take(caller);
    try {
      const client = await pool.connect();
      return await lend(client, run, caller);
    } catch (error) {
      refusedWrites.note(error);
      if (error instanceof Error && isConnectionError(error)) onLost(error);
      throw error;
    } finally {
      giveBack();
    }
  }

  return {
    query: (statement, ...values) => ask(session, bind(statement, ...values)),
    session,
    refusedWrites,
    load: () => ({
      connections: maxConnections,
      lent: queue.lent,
      waiting: queue.waiting,
      oldestMs: queue.oldestMs,
    }),
    close: async () => await pool.end(),
  };
}

/**
 * The same database on behalf of a caller. Statements that the caller no longer waits for are not
 * sent.
 */
export function forCaller(database: Database, caller: AbortSignal | undefined): Database {
  if (caller === undefined) return database;
  const session: Database['session'] = (run) => database.session(run, caller);
  return {
    ...database,
    query: (statement, ...values) => ask(session, bind(statement, ...values)),
    session,
  };
}

function openPool(url: string, maxConnections: number, setUp: string): pg.Pool {
  return new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    pipeline: true,
    application_name: 'attendance',
    types: { getTypeParser: typeParser },
    onConnect: async (client: pg.ClientBase) => {
      await client.query(setUp);
    },
  } as pg.PoolConfig);
}

async function lend<T>(
  client: pg.PoolClient,
  run: (session: Session) => Promise<T>,
  caller: AbortSignal | undefined,
): Promise<T> {
  if (caller?.aborted === true) {
    client.release();
    throw caller.reason;
  }
  // The death of a lent connection also fails its query. Without a listener, the event would be
  // fatal.
  client.on('error', ignore);
  try {
    const result = await run({ pipeline: pipelineOn(client) });
    client.off('error', ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** One statement outside a transaction. Tries again if the connection was dead. */
async function ask(session: Database['session'], bound: Bound): Promise<Row[]> {
  const once = async () => {
    const [rows = []] = await session(({ pipeline }) => pipeline([bound]));
    return rows;
  };
  try {
    return await once();
  } catch (error) {
    if (!isConnectionError(error)) throw toStoreError(error);
  }
  return await once().catch((error: unknown) => Promise.reject(toStoreError(error)));
}

function ignore(): void {}

async function send(client: pg.PoolClient, bound: Bound): Promise<pg.QueryResult<Row>> {
  const { name, text } = bound.statement;
  return await client.query<Row>({ name, text, values: [...bound.values] });
}

/** Adds its connection, which the types of a pool's client omit. */
type Lent = pg.PoolClient & Pick<pg.Client, 'connection'>;

function pipelineOn(client: pg.PoolClient): Session['pipeline'] {
  return async (statements) => {
    // In one packet: a write for each costs both ends more than most of the statements do.
    const { stream } = (client as Lent).connection;
    stream.cork();
    const sent = statements.map((bound) => send(client, bound));
    stream.uncork();
    const answers = await Promise.allSettled(sent);
    return answers.map((answer, index) => {
      if (answer.status === 'rejected') throw answer.reason;
      const { command, rows } = answer.value;
      // PostgreSQL answers the commit of a failed transaction with success and the word ROLLBACK.
      if (statements[index]?.statement === COMMIT && command !== 'COMMIT') {
        throw new Error(`the commit was answered with ${command}`);
      }
      return rows;
    });
  };
}

const OID_INT8 = 20;
const OID_DATE = 1082;
const OID_TIMESTAMPTZ = 1184;

type Parser = (text: string) => unknown;

function typeParser(oid: number, format?: 'text' | 'binary'): Parser {
  if (format !== 'binary') {
    if (oid === OID_TIMESTAMPTZ) return parseTimestamp;
    if (oid === OID_DATE) return (text) => text;
    if (oid === OID_INT8) return parseInt8;
  }
  return pg.types.getTypeParser(oid, format) as Parser;
}

/** For counters only: refuses numbers that a double cannot hold exactly. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is too large`);
  return value;
}

/**
 * Converts `2026-11-22 12:13:16.123456+00`, in a UTC session, to microseconds. Up to year 99999.
 */
export function parseTimestamp(text: string): number {
  const at = text.indexOf(' ');
  const sign = at > 10 ? '+0' : '';
  const seconds = Date.parse(`${sign}${text.slice(0, at)}T${text.slice(at + 1, at + 9)}Z`);
  const fraction = text.charAt(at + 9) === '.' ? text.slice(at + 10, text.length - 3) : '';
  if (Number.isNaN(seconds) || !text.endsWith('+00')) {
    throw new RangeError(`timestamp ${text} is not in UTC or out of range`);
  }
  return seconds * 1000 + Number(fraction.padEnd(6, '0'));
}

/** Microseconds since 1970 in the form that PostgreSQL reads. */
export function formatTimestamp(micros: number): string {
  const millis = Math.floor(micros / 1000);
  const rest = String(micros - millis * 1000).padStart(3, '0');
  // For years beyond 9999, which the ends of days reach, PostgreSQL accepts neither sign nor zero.
  return new Date(millis).toISOString().replace(/^\+0/, '').replace('Z', `${rest}Z`);
}
