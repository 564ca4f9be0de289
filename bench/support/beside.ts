// What other callers see of a service under load: its health, its readiness, and a plain call, each
// again and again.

import type { RequestTemplate } from '../load/template.js';
import { calmAfterMs, lookReady, PROBE_TIMEOUT_MS, type Probe, ProbeSeries } from './probes.js';
import { SingleCalls } from './single-calls.js';
import { median } from './statistics.js';
import { until } from './wait.js';

const PROBE_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 50;
/** The number of calls that determine the usual time, and the factor that still counts as usual. */
const USUAL_CALLS = 50;
const USUAL_FACTOR = 3;
/** Below this, a difference is the machine's. */
const LEAST_USUAL_MS = 15;
const NORMAL_TIMEOUT_MS = 30_000;

export interface BesideOptions {
  readonly port: number;
  readonly health: RequestTemplate;
  readonly plain: RequestTemplate;
  /** The number of the first plain call. */
  readonly firstCall: number;
}

export class Beside {
  readonly #port: number;
  readonly #healthCalls: SingleCalls;
  readonly #plainCalls: SingleCalls;
  readonly #series: ProbeSeries[] = [];
  #health: ProbeSeries | undefined;
  #ready: ProbeSeries | undefined;
  #plain: ProbeSeries | undefined;

  constructor({ port, health, plain, firstCall }: BesideOptions) {
    this.#port = port;
    this.#healthCalls = new SingleCalls(port, health, PROBE_TIMEOUT_MS);
    this.#plainCalls = new SingleCalls(port, plain, PROBE_TIMEOUT_MS, firstCall);
  }

  /**
   * Measures the usual time, begins to probe, and returns how long a plain call may usually take.
   */
  async begin(): Promise<number> {
    await Promise.all([this.#healthCalls.connect(), this.#plainCalls.connect()]);
    const times: number[] = [];
    for (let call = 0; call < USUAL_CALLS; call += 1) {
      const startedAt = performance.now();
      const verdict = await this.#plainCalls.call();
      if (verdict !== '0') throw new Error(`a plain call to an idle service failed: ${verdict}`);
      times.push(performance.now() - startedAt);
    }
    this.#health = this.#look(PROBE_INTERVAL_MS, () => this.#healthCalls.call());
    this.#ready = this.#look(PROBE_INTERVAL_MS, () => lookReady(this.#port));
    this.#plain = this.#look(PLAIN_INTERVAL_MS, () => this.#plainCalls.call());
    return Math.max(LEAST_USUAL_MS, median(times) * USUAL_FACTOR);
  }

  get health(): readonly Probe[] {
    return this.#health?.probes ?? [];
  }

  get ready(): readonly Probe[] {
    return this.#ready?.probes ?? [];
  }

  /** Waits until plain calls take their usual time again; undefined if they do not in time. */
  async normalAfterMs(sinceMs: number, usualMs: number): Promise<number | undefined> {
    const found = () => calmAfterMs(this.#plain?.probes ?? [], sinceMs, usualMs);
    await until('usual again', NORMAL_TIMEOUT_MS, async () => found() !== undefined).catch(
      () => undefined,
    );
    return found();
  }

  stop(): void {
    for (const series of this.#series) series.stop();
    this.#healthCalls.close();
    this.#plainCalls.close();
  }

  #look(intervalMs: number, look: () => Promise<string>): ProbeSeries {
    const series = new ProbeSeries(intervalMs, look);
    this.#series.push(series);
    return series;
  }
}
