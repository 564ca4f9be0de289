// The soak's end of the attackers' process.

import type { ActorRecord, Target } from './bout.js';
import { Side } from './side.js';

/** Longer than any actor takes to let go. */
const END_TIMEOUT_MS = 20_000;

export interface HostileOrder {
  readonly target: Target;
  /** Of the actors that attack. */
  readonly names: readonly string[];
  readonly seed: number;
  readonly scale: number;
  readonly boutMs: number;
  readonly patientBoutMs: number;
  /** How often each of the others attacks; until the end when undefined. */
  readonly rounds?: number;
}

export type HostileWord =
  | { readonly kind: 'began' | 'ended'; readonly actor: string }
  | { readonly kind: 'records'; readonly records: Readonly<Record<string, ActorRecord>> };

export class Attackers {
  readonly #side: Side<HostileWord>;
  readonly #attacking = new Map<string, number>();
  readonly #waited: Set<string>;
  /** Resolves when each of them has begun a bout. */
  readonly everybodyBegan: Promise<void>;
  #allBegan: () => void = () => undefined;
  #records: Readonly<Record<string, ActorRecord>> = {};

  /** They begin at once. */
  constructor(order: HostileOrder) {
    this.#waited = new Set(order.names);
    this.everybodyBegan = new Promise((resolve) => {
      this.#allBegan = resolve;
    });
    const script = new URL('./hostile-main.js', import.meta.url);
    this.#side = new Side<HostileWord>(script, order, (word) => this.#hear(word), {
      what: 'the attackers',
      endTimeoutMs: END_TIMEOUT_MS,
    });
  }

  /** Rejects when they end before they are told to. */
  failed(): Promise<never> {
    return this.#side.failed();
  }

  /** Who attacks at this moment. */
  get attacking(): readonly string[] {
    return [...this.#attacking].filter(([, count]) => count > 0).map(([name]) => name);
  }

  /** Ends them with all their connections. What each came to; empty when they do not say. */
  async end(): Promise<Readonly<Record<string, ActorRecord>>> {
    await this.#side.end();
    return this.#records;
  }

  #hear(word: HostileWord): void {
    if (word.kind === 'records') {
      this.#records = word.records;
      return;
    }
    this.#waited.delete(word.actor);
    if (this.#waited.size === 0) this.#allBegan();
    const change = word.kind === 'began' ? 1 : -1;
    this.#attacking.set(word.actor, (this.#attacking.get(word.actor) ?? 0) + change);
  }
}
