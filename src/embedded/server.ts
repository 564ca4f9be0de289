// One run of one postmaster: started, ready, ended. Knows nothing of restarts (supervisor.ts), or
// of how its data folder was made (cluster.ts).

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './error.js';
import type { Log } from './log.js';
import { spawnIdentity } from './run.js';
import { ServerLog } from './server-log.js';
import { signalServer } from './signal.js';

/** Replaying the log after a crash takes any time. Only a server that hangs is given up. */
const READY_TIMEOUT_MS = 300_000;
/** A fast shutdown ends sessions and writes a checkpoint. */
const FAST_SHUTDOWN_MS = 15_000;
/** An immediate one only ends processes. The next start replays the log. */
const IMMEDIATE_SHUTDOWN_MS = 5_000;
/** The wait from its end to the end of its output. */
const LAST_WORDS_MS = 200;

export interface ServerSpec {
  readonly binaries: Pick<Binaries, 'postgres' | 'pg_ctl'>;
  readonly account: Account | undefined;
  readonly pgdata: string;
  readonly port: number;
  /** Server parameters by name. Those that the supervisor relies on cannot be changed. */
  readonly settings: Readonly<Record<string, string>>;
  readonly log: Log;
}

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Resolves once, however the server ends. */
  readonly exited: Promise<ServerExit>;
  /** Fast shutdown, then immediate, then SIGKILL, each after a bounded wait. Safe to call twice. */
  stop(): Promise<void>;
  /** Sends the postmaster a signal at once. */
  signal(signal: NodeJS.Signals): void;
}

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its log. */
  readonly lastLines: readonly string[];
}

/** The server ended before it was ready. */
export class ServerStartError extends EmbeddedPostgresError {
  constructor(readonly exit: ServerExit) {
    const how = exit.signal ?? `code ${exit.code}`;
    super('START_FAILED', `PostgreSQL did not start (${how}): ${exit.lastLines.join(' / ')}`);
  }

  /** Another program has the port. */
  get portTaken(): boolean {
    return this.says('could not bind') || this.says('could not create any TCP/IP sockets');
  }

  /** Processes of an earlier run have not ended yet. */
  get folderBusy(): boolean {
    return this.says('is still in use') || this.says('lock file "postmaster.pid" already exists');
  }

  private says(text: string): boolean {
    return this.exit.lastLines.some((line) => line.includes(text));
  }
}

/**
 * Starts a server and waits until it accepts connections. Throws ServerStartError if it ends before
 * that, and START_FAILED if `signal` aborts the wait or the server hangs. Then no process is left.
 */
export async function startServer(spec: ServerSpec, signal?: AbortSignal): Promise<RunningServer> {
  const serverLog = new ServerLog(spec.log);
  const child = spawn(spec.binaries.postgres, serverArguments(spec), {
    ...spawnIdentity(spec.account),
    // Its own session: Ctrl-C in the terminal reaches the service, which drains and then stops the
    // server.
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = watchExit(child, serverLog);
  const ready = new Promise<void>((resolve) => serverLog.onReady(resolve));
  createInterface({ input: child.stderr }).on('line', (line) => serverLog.take(line));

  const server = handleOf(child, exited, serverLog, spec);
  const givenUp = new AbortController();
  const outcome = await Promise.race([
    ready.then(() => 'ready' as const),
    exited,
    rejectionOf(signal, givenUp.signal),
    delay(READY_TIMEOUT_MS, 'late' as const, { signal: givenUp.signal }).catch(
      () => 'late' as const,
    ),
  ]);
  givenUp.abort();
  if (outcome === 'ready') return server;
  if (typeof outcome === 'object') throw new ServerStartError(outcome);
  await server.stop();
  const why = outcome === 'late' ? `was not ready after ${READY_TIMEOUT_MS} ms` : 'was called off';
  throw new EmbeddedPostgresError('START_FAILED', `Starting PostgreSQL ${why}.`);
}

function handleOf(
  child: ChildProcess,
  exited: Promise<ServerExit>,
  serverLog: ServerLog,
  spec: ServerSpec,
): RunningServer {
  const pid = child.pid ?? 0;
  const signal = (name: NodeJS.Signals): void => {
    const running = child.exitCode === null && child.signalCode === null;
    if (running && pid !== 0) signalServer(pid, name, spec.binaries.pg_ctl);
  };
  // However this process ends, except by SIGKILL, its server is told to end too.
  const lastWord = (): void => signal('SIGINT');
  process.once('exit', lastWord);
  void exited.then(() => process.off('exit', lastWord));

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    serverLog.stopping();
    signal('SIGINT');
    if (await endsWithin(exited, FAST_SHUTDOWN_MS)) return;
    spec.log('warn', 'PostgreSQL takes long to stop; ending it without a checkpoint');
    signal('SIGQUIT');
    if (await endsWithin(exited, IMMEDIATE_SHUTDOWN_MS)) return;
    spec.log('error', 'PostgreSQL does not stop; killing it');
    signal('SIGKILL');
    await exited;
  };
  return {
    pid,
    port: spec.port,
    exited,
    signal,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Options that must win over `settings` and postgresql.conf come last. */
function serverArguments({ pgdata, port, settings }: ServerSpec): string[] {
  const parameters = {
    // Statements and key values are personal data, so the log has only the message.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    cluster_name: 'attendance',
    ...settings,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // The format that ServerLog reads: plain English lines on the standard error.
    log_min_messages: 'warning',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    lc_messages: 'C',
  };
  const flags = Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', pgdata, ...flags];
}

function watchExit(child: ChildProcess, serverLog: ServerLog): Promise<ServerExit> {
  return new Promise((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      resolve({ code, signal, lastLines: serverLog.lastLines() });
    };
    // 'close' comes after the last output is read. But a surviving child of a killed postmaster
    // keeps the pipe open, so the wait for it is short.
    child.once('close', end);
    child.once('exit', (code, signal) => setTimeout(end, LAST_WORDS_MS, code, signal).unref());
    child.once('error', (error) => {
      serverLog.take(`FATAL:  ${error.message}`);
      end(null, null);
    });
  });
}

function rejectionOf(signal: AbortSignal | undefined, until: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve('aborted');
    signal?.addEventListener('abort', () => resolve('aborted'), { signal: until });
  });
}

async function endsWithin(exited: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  const ended = await Promise.race([exited.then(() => true), late]);
  timer.abort();
  return ended;
}
