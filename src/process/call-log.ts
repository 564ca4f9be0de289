// Logs calls that fail. In an outage all calls fail for one reason, and a line for each would bury
// the reason and fill the disk. So the first line of a kind is written at once, and further ones
// are counted. Every line is counted, and no incident is lost below MAX_INCIDENTS.

import type { Logger } from '../server/support/log.js';
import { type Later, later, RepeatedLines } from './repeated-lines.js';

export interface CallLog {
  /** The log, in which repeated warnings and errors are counted. */
  readonly log: Logger;
  /** Logs an unexpected error in full, with the incident id that the caller received. */
  incident(fields: { readonly incident: string; readonly [name: string]: unknown }): void;
  /** Writes the counts that are not written yet. */
  flush(): void;
}

/** Incidents per interval that are written in full, with their stacks. */
const MAX_FULL_INCIDENTS = 20;

/** Ids of further incidents that are kept per interval: about as many as one process can answer. */
const MAX_INCIDENTS = 1000;

/** Container runtimes cut lines at 16 KiB; an id and its quotes take 39 bytes. */
const INCIDENTS_PER_LINE = 200;

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

class Incidents {
  readonly #log: Logger;
  readonly #wait: Later;
  /** The incidents written in full in the current interval; 0 between intervals. */
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
