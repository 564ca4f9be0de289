// Reads a postmaster's standard error line by line: passes it on to the service's log, bounded, and
// watches for the one event that we wait for. Routine messages of a start and stop are kept for
// diagnosis and not passed on.

import type { Log } from './log.js';

const READY = 'database system is ready to accept connections';
/** Kept to explain a failure. */
const MAX_LAST_LINES = 12;
const MAX_LINE_CHARACTERS = 1_000;
/** A failing statement in a loop must not drown the service's own log. */
const MAX_LINES_PER_WINDOW = 100;
const WINDOW_MS = 10_000;

const LINE = /^(LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC):\s+(.*)$/;

export class ServerLog {
  private phase: 'starting' | 'running' | 'stopping' = 'starting';
  private readonly last: string[] = [];
  private whenReady: () => void = () => {};
  private windowStartMs = 0;
  private linesInWindow = 0;

  constructor(private readonly log: Log) {}

  onReady(callback: () => void): void {
    this.whenReady = callback;
  }

  /** From now on, ended sessions and the like are expected. */
  stopping(): void {
    this.phase = 'stopping';
  }

  lastLines(): readonly string[] {
    return [...this.last];
  }

  take(raw: string): void {
    const line = raw.slice(0, MAX_LINE_CHARACTERS);
    if (line === '') return;
    this.last.push(line);
    if (this.last.length > MAX_LAST_LINES) this.last.shift();

    const [, severity, text] = LINE.exec(line) ?? [undefined, undefined, line];
    if (severity === 'LOG' && text === READY && this.phase === 'starting') {
      this.phase = 'running';
      this.whenReady();
      return;
    }
    // The code that waits for the start reports its failure as a whole.
    if (this.phase === 'running') this.pass(severity, text ?? line);
  }

  private pass(severity: string | undefined, text: string): void {
    const now = Date.now();
    if (now - this.windowStartMs > WINDOW_MS) {
      const left = this.linesInWindow - MAX_LINES_PER_WINDOW;
      if (left > 0) this.log('warn', `${left} lines of PostgreSQL's log were left out`);
      this.windowStartMs = now;
      this.linesInWindow = 0;
    }
    this.linesInWindow += 1;
    if (this.linesInWindow > MAX_LINES_PER_WINDOW) return;
    this.log(levelOf(severity), `postgres: ${text}`);
  }
}

function levelOf(severity: string | undefined): 'info' | 'warn' | 'error' {
  if (severity === 'PANIC') return 'error';
  if (severity === 'WARNING' || severity === 'ERROR' || severity === 'FATAL') return 'warn';
  return 'info';
}
