// Child processes that never outlive the bench.

import type { ChildProcess } from 'node:child_process';

/** How long a process has between SIGTERM and SIGKILL. */
const STOP_TIMEOUT_MS = 8_000;

const running = new Set<ChildProcess>();

// The last resort: however this process ends, everything that it started ends too.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Registers a process, so that it ends with the bench. */
export function adopt<T extends ChildProcess>(child: T): T {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Asks a process to end, kills it if it does not, and waits until it has ended. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
}

/** The next message of a process. Throws if it ends first, or sends nothing in time. */
export function nextMessage<T>(child: ChildProcess, what: string, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
      act();
    };
    const onMessage = (message: unknown) => settle(() => resolve(message as T));
    const onExit = () => settle(() => reject(new Error(`${what} ended before it answered`)));
    const onError = (error: Error) => settle(() => reject(error));
    const timer = setTimeout(
      () => settle(() => reject(new Error(`${what} said nothing for ${timeoutMs} ms`))),
      timeoutMs,
    );
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.on('error', onError);
  });
}
