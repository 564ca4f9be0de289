// Real Redis servers for tests: each private, on a free loopback port, without persistence, in its
// own folder. A test that needs Redis never skips: a missing redis-server is installed if possible;
// otherwise the error says what to do.

import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';

const USUAL_PLACES = [
  '/usr/bin',
  '/usr/local/bin',
  '/usr/sbin',
  '/opt/homebrew/bin',
  '/opt/local/bin',
  '/snap/bin',
];
const START_TIMEOUT_MS = 10_000;
const INSTALL_TIMEOUT_MS = 240_000;
const START_ATTEMPTS = 5;
const POLICY_FILE = '/usr/sbin/policy-rc.d';

export interface RedisOptions {
  /** Required of every client. Must need no escaping in a URL. */
  readonly password?: string;
  /** Further arguments of redis-server: `['--maxmemory', '1mb']`. */
  readonly args?: readonly string[];
}

/** A running server for one test. */
export interface TestRedis {
  /** With the password, if there is one. */
  readonly url: string;
  readonly port: number;
  /** Ends it and removes its folder. After `start` it has the same port again. */
  stop(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** Suspends the process: it accepts connections but answers nothing. */
  pause(): void;
  resume(): void;
  /** Ends it like a crash. */
  kill9(): Promise<void>;
  /** Runs one command on a separate connection. */
  cli(...command: readonly (string | number | Buffer)[]): Promise<unknown>;
}

let foundServer: string | undefined;

/** The path of redis-server. Installs it if it is missing, this is root, and apt-get exists. */
export function findRedisServer(): string {
  foundServer ??= findInPlaces('redis-server') ?? install();
  return foundServer;
}

function findInPlaces(name: string): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), ...USUAL_PLACES];
  return places.map((place) => join(place, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install(): string {
  const aptGet = findInPlaces('apt-get');
  if (process.getuid?.() !== 0 || aptGet === undefined) throw new Error(howToInstall(''));
  const apt = (...args: string[]) =>
    spawnSync(aptGet, ['-o', 'DPkg::Lock::Timeout=120', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
      timeout: INSTALL_TIMEOUT_MS,
    });
  const update = apt('update');
  const installed = withoutStartingServices(() =>
    apt('install', '-y', '--no-install-recommends', 'redis-server'),
  );
  const path = findInPlaces('redis-server');
  if (path === undefined) throw new Error(howToInstall(`${update.stderr}\n${installed.stderr}`));
  return path;
}

/** Debian starts a package's service unless this policy forbids it; the tests start their own. */
function withoutStartingServices<T>(work: () => T): T {
  if (existsSync(POLICY_FILE)) return work();
  writeFileSync(POLICY_FILE, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(POLICY_FILE, { force: true });
  }
}

function howToInstall(output: string): string {
  return [
    'These tests need redis-server and there is none on the PATH or in the usual places.',
    'Install it: `sudo apt-get update && sudo apt-get install redis-server` (Debian, Ubuntu),',
    '`sudo dnf install redis` (Fedora), `brew install redis` (macOS); then run them again.',
    output.trim() === '' ? '' : `Installing it here failed:\n${output.trim()}`,
  ]
    .join('\n')
    .trim();
}

/** Starts a server for a test. End it with `stop`; a forgotten one ends with this process. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const binary = findRedisServer();
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return testRedis(port, options, await launch(binary, port, options), binary);
    } catch (error) {
      // Another program may have taken the port in between.
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** A loopback port that had no listener a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was assigned');
  return address.port;
}

interface Launched {
  readonly server: ChildProcess;
  readonly folder: string;
  readonly watchdog: ChildProcess;
}

async function launch(binary: string, port: number, options: RedisOptions): Promise<Launched> {
  const folder = mkdtempSync(join(tmpdir(), 'attendance-redis-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  args.push('--dir', folder, '--daemonize', 'no');
  if (options.password !== undefined) args.push('--requirepass', options.password);
  args.push(...(options.args ?? []));
  const server = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const watchdog = watch(server, folder);
  const launched = { server, folder, watchdog };
  try {
    await accepting(server);
    letGo(server);
    letGo(watchdog);
    return launched;
  } catch (error) {
    await end(launched, 'SIGKILL');
    throw error;
  }
}

/**
 * A shell that ends the server and removes its folder when this process ends in any way, because
 * its standard input then closes. A suspended server (SIGSTOP) would not notice by itself.
 */
function watch(server: ChildProcess, folder: string): ChildProcess {
  const script = 'trap "" INT TERM HUP; cat >/dev/null; kill -9 "$1" 2>/dev/null; rm -rf "$2"';
  const args = ['-c', script, 'redis-watchdog', String(server.pid), folder];
  return spawn('sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
}

/** A forgotten server must not keep the process alive: the watchdog then ends it. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) {
    if (pipe instanceof Socket) pipe.unref();
  }
}

function accepting(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => reject(new Error(`redis-server ${why}:\n${output}`));
    const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT_MS);
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      if (!/ready to accept connections/i.test(output)) return;
      clearTimeout(timer);
      resolve();
      server.stdout?.off('data', hear).resume();
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.once('error', (error) => fail(`cannot be run (${error.message})`));
    server.once('exit', () => {
      clearTimeout(timer);
      fail('ended at once');
    });
  });
}

async function end({ server, folder, watchdog }: Launched, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    const gone = once(server, 'exit');
    server.ref();
    server.kill(signal);
    // A suspended server acts on SIGTERM only after it continues.
    server.kill('SIGCONT');
    await gone;
  }
  watchdog.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

function testRedis(
  port: number,
  options: RedisOptions,
  first: Launched,
  binary: string,
): TestRedis {
  let launched = first;
  const user = options.password === undefined ? '' : `:${options.password}@`;
  const url = `redis://${user}127.0.0.1:${port}`;
  return {
    url,
    port,
    stop: () => end(launched, 'SIGTERM'),
    start: async () => {
      launched = await launch(binary, port, options);
    },
    pause: () => void launched.server.kill('SIGSTOP'),
    resume: () => void launched.server.kill('SIGCONT'),
    kill9: () => end(launched, 'SIGKILL'),
    cli: (...command) => runCommand(url, command),
  };
}

async function runCommand(
  url: string,
  [name = 'PING', ...args]: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, protocol: 2 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call(String(name), ...args);
  } finally {
    client.disconnect();
  }
}
