// Several processes that share one port. The primary process forks the workers, replaces those that
// die, and stops them. It serves no calls itself.

import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';

/** The pause before a dead worker is replaced; it doubles with each further early death. */
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 10_000;

/** A worker that lived this long was healthy, so its death does not add to earlier ones. */
const STABLE_AFTER_MS = 60_000;

/** How much longer than its grace a worker may take before it is killed. */
const EXIT_MARGIN_MS = 5000;

/** The message with which a worker reports that it serves. */
export interface ReadyMessage {
  readonly attendance: 'ready';
  readonly host: string;
  readonly port: number;
}

/** The message with which a worker reports that it ends by itself and only finishes its calls. */
export interface LeavingMessage {
  readonly attendance: 'leaving';
}

export function isReadyMessage(message: unknown): message is ReadyMessage {
  return saysAttendance(message, 'ready');
}

function saysAttendance(message: unknown, word: 'ready' | 'leaving'): boolean {
  const isOurs = typeof message === 'object' && message !== null && 'attendance' in message;
  return isOurs && message.attendance === word;
}

export interface Workers {
  /**
   * Resolves when `count` workers serve. Rejects if a worker ends by itself before that: its cause
   * (a port taken, a migration that fails) would end its successor too.
   */
  readonly ready: Promise<ReadyMessage>;
  /** Tells all workers to finish, waits, and kills those that stay. No process is left. */
  stop(graceMs: number): Promise<void>;
}

/** Forks `count` workers with additions to this process's environment. */
export function runWorkers(
  count: number,
  env: Readonly<Record<string, string>>,
  log: Logger,
): Workers {
  const alive = new Set<Worker>();
  const serving = new Set<Worker>();
  let stopping = false;
  let wereReady = false;
  let pauseMs = FIRST_PAUSE_MS;
  let announce: (message: ReadyMessage) => void = () => {};
  let giveUp: (error: Error) => void = () => {};
  const ready = new Promise<ReadyMessage>((resolve, reject) => {
    announce = resolve;
    giveUp = reject;
  });
  // A waiter gets the rejection; without a waiter, it is no unhandled one.
  ready.catch(() => {});

  const forkSoon = (startedMs: number, why: object, message: string): void => {
    if (performance.now() - startedMs > STABLE_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
    log.error({ ...why, replacedInMs: pauseMs }, message);
    setTimeout(fork, pauseMs);
    pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
  };
  const fork = (): void => {
    if (stopping) return;
    const worker = cluster.fork(env);
    const startedMs = performance.now();
    let isReplaced = false;
    alive.add(worker);
    worker.on('message', (message: unknown) => {
      if (isReadyMessage(message)) {
        serving.add(worker);
        if (serving.size < count) return;
        wereReady = true;
        announce(message);
      } else if (saysAttendance(message, 'leaving') && wereReady && !stopping && !isReplaced) {
        // It takes no new calls, and may need the whole grace for its old ones.
        isReplaced = true;
        serving.delete(worker);
        forkSoon(startedMs, { worker: worker.process.pid }, 'a worker leaves');
      }
    });
    worker.on('error', (error) => log.error({ err: error }, 'a worker could not be reached'));
    worker.once('exit', (code, signal) => {
      alive.delete(worker);
      serving.delete(worker);
      if (stopping || isReplaced) return;
      if (!wereReady && signal === null) {
        giveUp(new Error(`a worker ended with ${code} before it served: see its last log line`));
        return;
      }
      forkSoon(startedMs, { code, signal }, 'a worker died');
    });
  };
  for (let index = 0; index < count; index += 1) fork();

  return {
    ready,
    async stop(graceMs) {
      stopping = true;
      const limitMs = graceMs + EXIT_MARGIN_MS;
      await Promise.all([...alive].map((worker) => endWorker(worker, limitMs)));
    },
  };
}

async function endWorker(worker: Worker, limitMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), limitMs);
    worker.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    worker.process.kill('SIGTERM');
  });
}
