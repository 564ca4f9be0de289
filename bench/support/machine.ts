// Describes the machine. A figure without it means nothing.

import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { median, percentile } from './statistics.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** The average run queue of the last minute, before anything was measured. */
  readonly loadBefore: number;
}

/** What one commit waits for: a block of the log, written and made durable. */
export interface CommitTime {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly writes: number;
}

/** PostgreSQL writes its log in blocks of this size. */
const LOG_BLOCK_BYTES = 8192;
/** The log's files exist before they are written, and so does this one. */
const LOG_BLOCKS = 256;
const COMMIT_ROUNDS = 4;
const COMMIT_BUDGET_MS = 3_000;

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/**
 * Writes blocks over an existing file in the folder and syncs each: up to 1,024 of them, or for
 * three seconds. The file is in its own folder and is removed afterwards.
 */
export function measureCommitTime(folder: string): CommitTime {
  const own = mkdtempSync(join(folder, 'commit-time-'));
  const file = openSync(join(own, 'log'), 'w');
  try {
    const block = Buffer.alloc(LOG_BLOCK_BYTES, 1);
    for (let at = 0; at < LOG_BLOCKS; at += 1) writeSync(file, block, 0, block.length, null);
    fdatasyncSync(file);
    const times: number[] = [];
    const until = performance.now() + COMMIT_BUDGET_MS;
    while (times.length < LOG_BLOCKS * COMMIT_ROUNDS && performance.now() < until) {
      const at = times.length % LOG_BLOCKS;
      block.fill(times.length % 256);
      const startedAt = performance.now();
      writeSync(file, block, 0, block.length, at * LOG_BLOCK_BYTES);
      fdatasyncSync(file);
      times.push(performance.now() - startedAt);
    }
    return { medianMs: median(times), p99Ms: percentile(times, 99), writes: times.length };
  } finally {
    closeSync(file);
    rmSync(own, { recursive: true, force: true });
  }
}
