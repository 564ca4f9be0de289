// Probes a server again and again while it is under load. A probe does not wait for the one before,
// so a stalled server is seen stalling.

import { get } from 'node:http';
import { NO_ANSWER } from './single-calls.js';

/** Longer than any probe waits. */
export const PROBE_TIMEOUT_MS = 5_000;

export interface Probe {
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly tookMs: number;
  /** `0`, or the error in place of a good answer. */
  readonly verdict: string;
}

export class ProbeSeries {
  readonly #look: () => Promise<string>;
  readonly #probes: Probe[] = [];
  readonly #timer: NodeJS.Timeout;

  /** Begins at once. */
  constructor(intervalMs: number, look: () => Promise<string>) {
    this.#look = look;
    this.#timer = setInterval(() => void this.#probe(), intervalMs);
  }

  /** The probes that have ended so far, by start. */
  get probes(): readonly Probe[] {
    return [...this.#probes].sort((a, b) => a.startedAtMs - b.startedAtMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #probe(): Promise<void> {
    const startedAt = performance.now();
    const verdict = await this.#look();
    this.#probes.push({
      startedAtMs: performance.timeOrigin + startedAt,
      tookMs: performance.now() - startedAt,
      verdict,
    });
  }
}

/** GET /readyz over HTTP/1.1 and its own connection, as load balancers do. Never rejects. */
export function lookReady(port: number, timeoutMs = PROBE_TIMEOUT_MS): Promise<string> {
  return new Promise((resolve) => {
    const request = get(
      { host: '127.0.0.1', port, path: '/readyz', agent: false, timeout: timeoutMs },
      (response) => {
        response.resume();
        response.once('end', () => {
          resolve(response.statusCode === 200 ? '0' : `HTTP_${response.statusCode}`);
        });
        response.once('error', (error) => resolve(verdictOf(error)));
      },
    );
    request.once('timeout', () => request.destroy(new Error(NO_ANSWER)));
    request.once('error', (error) => resolve(verdictOf(error)));
  });
}

/** `NO_ANSWER` if none came in time, or the system's code for the error of the connection. */
function verdictOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}

/** The longest of the probes that began in a period, and how many of them failed. */
export function worstOf(
  probes: readonly Probe[],
  fromMs: number,
  toMs: number,
): { readonly count: number; readonly worstMs: number; readonly failed: number } {
  const within = probes.filter(({ startedAtMs: at }) => at >= fromMs && at <= toMs);
  return {
    count: within.length,
    worstMs: within.reduce((worst, { tookMs }) => Math.max(worst, tookMs), 0),
    failed: within.filter(({ verdict }) => verdict !== '0').length,
  };
}

/** How many successive probes must be as usual. */
const CALM_PROBES = 5;

/**
 * The time from an instant to the first probe after it that begins a series of usual ones: answered
 * well, and within `usualMs`. Undefined if there is none yet.
 */
export function calmAfterMs(
  probes: readonly Probe[],
  sinceMs: number,
  usualMs: number,
): number | undefined {
  const later = probes.filter(({ startedAtMs }) => startedAtMs >= sinceMs);
  let first: Probe | undefined;
  let row = 0;
  for (const probe of later) {
    const usual = probe.verdict === '0' && probe.tookMs <= usualMs;
    first = usual ? (first ?? probe) : undefined;
    row = usual ? row + 1 : 0;
    if (row === CALM_PROBES && first !== undefined) return first.startedAtMs - sinceMs;
  }
  return undefined;
}
