// What is logged of calls that fail. In an outage all of them fail for one reason, and a line for
// each buries the reason and fills the disk; so the first of a kind is written at once, and what
// follows is counted. Nothing is left uncounted, and no incident is lost before MAX_INCIDENTS.

import type { Logger } from '../server/support/log.js';

export interface CallLog {
  /** The log, in which warnings and errors that say the same are counted. */
  readonly log: Logger;
  /** An error nobody expected: written in full, with the incident id that the caller was given. */
  incident(fields: { readonly incident: string; readonly [name: string]: unknown }): void;
  /** Writes what has been counted and not told yet. */
  flush(): void;
}

/** Of each kind there is at most one line in this time. */
const INTERVAL_MS = 1000;

/**
 * Kinds that are told apart: every method, each failing in a handful of ways, comes to about as
 * many. What goes beyond is counted as one.
 */
const MAX_KINDS = 200;

/** Incidents that are written in full, with their stacks, in an interval. */
const MAX_FULL_INCIDENTS = 20;

/** Ids of further incidents that are kept in an interval: about what one process can answer. */
const MAX_INCIDENTS = 1000;

/** Container runtimes cut lines at 16 KiB; an id and its quotes take 39 bytes. */
const INCIDENTS_PER_LINE = 200;

/** Runs something after INTERVAL_MS; tests decide when that is. */
type Later = (run: () => void) => void;

/** Holds no process up: what is left at its end is for `flush`. */
const later: Later = (run) => {
  setTimeout(run, INTERVAL_MS).unref();
};

export function createCallLog(log: Logger, wait: Later = later): CallLog {
  const lines = new RepeatedLines(log, wait);
  const incidents = new Incidents(log, wait);
  return {
    log: {
      debug: (fields, message) => log.debug(fields, message),
      info: (fields, message) => log.info(fields, message),
      warn: (fields, message) => lines.add({ level: 'warn', fields, message }),
      error: (fields, message) => lines.add({ level: 'error', fields, message }),
    },
    incident: (fields) => incidents.add(fields),
    flush() {
      lines.flush();
      incidents.flush();
    },
  };
}

interface Line {
  readonly level: 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** A kind of line: the latest of it, and how many there were since it was last written. */
interface Kind {
  latest: Line;
  times: number;
}

class RepeatedLines {
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
    // Flushed meanwhile.
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

function kindOf({ level, fields, message }: Line): string {
  const { method = '', failure = '' } = fields as { method?: unknown; failure?: unknown };
  return `${level} ${message} ${method} ${failure}`;
}

class Incidents {
  readonly #log: Logger;
  readonly #wait: Later;
  /** Of the interval under way; 0 when none is. */
  #written = 0;
  #leftOut = 0;
  #ids: string[] = [];
  #latest: object = {};

  constructor(log: Logger, wait: Later) {
    this.#log = log;
    this.#wait = wait;
  }

  add(fields: Parameters<CallLog['incident']>[0]): void {
    if (this.#written < MAX_FULL_INCIDENTS) {
      if (this.#written === 0) this.#wait(() => this.flush());
      this.#written += 1;
      this.#log.error(fields, 'a call failed unexpectedly');
      return;
    }
    const { incident, ...rest } = fields;
    this.#leftOut += 1;
    this.#latest = rest;
    if (this.#ids.length < MAX_INCIDENTS) this.#ids.push(incident);
  }

  flush(): void {
    this.#written = 0;
    if (this.#leftOut === 0) return;
    const ids = this.#ids.splice(0);
    const first = ids.splice(0, INCIDENTS_PER_LINE);
    const message = 'further calls failed unexpectedly';
    this.#log.error({ ...this.#latest, times: this.#leftOut, incidents: first }, message);
    while (ids.length > 0) {
      this.#log.error({ incidents: ids.splice(0, INCIDENTS_PER_LINE) }, message);
    }
    this.#leftOut = 0;
  }
}
