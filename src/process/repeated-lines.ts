// Counts lines of the log that repeat each other. In an outage all calls fail for one reason, and a
// line for each would bury the reason and fill the disk. So the first line of a kind is written at
// once, and further ones are counted. Every line is counted.

import type { Logger } from '../server/support/log.js';

/** There is at most one line of each kind in this time. */
export const INTERVAL_MS = 1000;

/**
 * The most kinds at a time: about as many as every method failing in a handful of ways. Lines
 * beyond it are counted as one kind.
 */
const MAX_KINDS = 200;

/** Runs a function after INTERVAL_MS; tests decide when that is. */
export type Later = (run: () => void) => void;

/** Does not keep the process alive: `flush` writes what is left at its end. */
export const later: Later = (run) => {
  setTimeout(run, INTERVAL_MS).unref();
};

export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
  /** What makes lines repetitions of each other, besides level and message; default: the method and the failure of `fields`. */
  readonly kind?: string;
}

/** A kind of line: its latest line, and how many came since it was last written. */
interface Kind {
  latest: Line;
  times: number;
}

/** A log in which lines of one kind are counted: the first is written at once, then one an interval. */
export class RepeatedLines {
  readonly #log: Logger;
  readonly #wait: Later;
  readonly #kinds = new Map<string, Kind>();

  constructor(log: Logger, wait: Later) {
    this.#log = log;
    this.#wait = wait;
  }

  add(line: Line): void {
    const key = kindOf(line);
    const isNew = !this.#kinds.has(key);
    const isOneTooMany = isNew && this.#kinds.size >= MAX_KINDS;
    if (isOneTooMany) {
      const { fields, message } = line;
      this.#count(OTHERS, { ...line, fields: { ...fields, what: message }, message: OTHERS });
    } else {
      this.#count(key, line);
    }
  }

  flush(): void {
    for (const kind of this.#kinds.values()) this.#tell(kind);
    this.#kinds.clear();
  }

  #count(key: string, line: Line): void {
    const known = this.#kinds.get(key);
    if (known !== undefined) {
      known.latest = line;
      known.times += 1;
      return;
    }
    this.#log[line.level](line.fields, line.message);
    const kind = { latest: line, times: 0 };
    this.#kinds.set(key, kind);
    this.#wait(() => this.#endInterval(key, kind));
  }

  #endInterval(key: string, kind: Kind): void {
    // The kind was flushed meanwhile.
    if (this.#kinds.get(key) !== kind) return;
    if (kind.times === 0) {
      this.#kinds.delete(key);
      return;
    }
    this.#tell(kind);
    this.#wait(() => this.#endInterval(key, kind));
  }

  #tell(kind: Kind): void {
    const { latest, times } = kind;
    if (times === 0) return;
    kind.times = 0;
    this.#log[latest.level]({ ...latest.fields, times }, latest.message);
  }
}

const OTHERS = 'calls failed in further ways';

function kindOf({ level, fields, message, kind }: Line): string {
  if (kind !== undefined) return `${level} ${message} ${kind}`;
  const { method = '', failure = '' } = fields as { method?: unknown; failure?: unknown };
  return `${level} ${message} ${method} ${failure}`;
}
