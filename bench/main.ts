// The bench: `npm run bench` measures every row, `npm run bench -- mark get` only these. Prints
// tables and writes a file per row to bench/results. It uses only its own servers, databases and
// folders, whatever the environment says, and ends all of them.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { Loader } from './load/client.js';
import { ROWS } from './rows/index.js';
import { Cleanup } from './support/cleanup.js';
import { describeMachine, type Machine } from './support/machine.js';
import { type Pinning, pinSelf } from './support/pinning.js';
import { machineLines, rowLines, writeResult } from './support/report.js';
import type { Layout } from './support/rounds.js';
import type { Row, RowContext } from './support/row.js';

const MAX_ROUNDS = 50;
const MAX_SECONDS = 60;
/** From dist/bench to the folder that git ignores. */
const RESULTS_FOLDER = fileURLToPath(new URL('../../bench/results', import.meta.url));

interface Run {
  readonly machine: Machine;
  readonly pinning: Pinning;
  readonly layout: Layout;
  readonly folder: string;
  readonly cleanup: Cleanup;
  /** Aborted when a signal asks the bench to end. */
  readonly ending: AbortSignal;
}

/** Measures the rows. Returns false if a check did not hold or a row could not be run. */
async function measure(
  rows: readonly Row[],
  layout: Layout,
  cleanup: Cleanup,
  ending: AbortSignal,
): Promise<boolean> {
  const machine = describeMachine();
  const pinning = pinSelf();
  const folder = newFolder(join(tmpdir(), 'attendance-bench-'));
  cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
  for (const line of machineLines(machine, pinning)) say(line);
  const run: Run = { machine, pinning, layout, folder, cleanup, ending };
  let sound = true;
  for (const row of rows) {
    if (ending.aborted) return false;
    say(`\nmeasuring ${row.name} ...`);
    sound = (await measureRow(row, run)) && sound;
  }
  return sound;
}

async function measureRow(row: Row, run: Run): Promise<boolean> {
  const { machine, pinning, layout } = run;
  const startedAt = new Date();
  // The row's own cleanup, which is also an entry of the bench's, so that Ctrl-C within a row runs
  // it.
  const cleanup = new Cleanup();
  run.cleanup.add(() => cleanup.run());
  const loader = new Loader();
  cleanup.add(() => loader.stop());
  const folder = newFolder(join(run.folder, `${row.name}-`));
  try {
    const context: RowContext = { layout, pinning, loader, cleanup, folder, say };
    const result = await row.run(context);
    for (const line of rowLines(row, result, layout)) say(line);
    const path = writeResult(RESULTS_FOLDER, startedAt, row, { machine, pinning, layout }, result);
    say(`  written to ${path}`);
    return result.checks.every(({ holds }) => holds);
  } catch (error) {
    if (run.ending.aborted) return false;
    say(`${row.name} could not be measured: ${error instanceof Error ? error.message : error}`);
    return false;
  } finally {
    await cleanup.run();
  }
}

/** A folder that others can pass through: if started by root, PostgreSQL runs as another user. */
function newFolder(prefix: string): string {
  const folder = mkdtempSync(prefix);
  chmodSync(folder, 0o711);
  return folder;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function between(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`Give a number from ${least} to ${most}.`);
    }
    return value;
  };
}

function rowNamed(name: string): Row {
  const row = ROWS.find((each) => each.name === name);
  if (row !== undefined) return row;
  const names = ROWS.map((each) => each.name).join(', ');
  throw new InvalidArgumentError(`There is no row ${name}; there are: ${names}.`);
}

async function main(): Promise<void> {
  const cleanup = new Cleanup();
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // After another signal the cleanup continues; it ends by itself within bounded time.
    process.on(signal, () => {
      ending.abort();
      void cleanup.run().finally(() => process.exit(130));
    });
  }
  const command = new Command('bench')
    .description('Measures the service against named limits, in the same run.')
    .argument('[rows...]', `of ${ROWS.map(({ name }) => name).join(', ')}; all when none`)
    .option('--rounds <count>', 'alternating rounds', between(1, MAX_ROUNDS), 5)
    .option('--seconds <count>', 'length of a round', between(0.2, MAX_SECONDS), 5)
    .option(
      '--warm-up <seconds>',
      'a step of the warm-up, repeated until the server gets no faster',
      between(0.2, MAX_SECONDS),
      3,
    )
    .parse();
  const names = command.args;
  const rows = names.length === 0 ? ROWS : names.map(rowNamed);
  const options = command.opts<{ rounds: number; seconds: number; warmUp: number }>();
  const layout: Layout = {
    rounds: Math.round(options.rounds),
    windowMs: options.seconds * 1000,
    warmUpMs: options.warmUp * 1000,
  };
  try {
    process.exitCode = (await measure(rows, layout, cleanup, ending.signal)) ? 0 : 1;
  } finally {
    await cleanup.run();
  }
}

await main();
