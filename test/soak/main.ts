// `npm run soak`: an hour of mixed, dying, half-open and hostile connections, or as long as asked
// for. Prints how it goes, and at the end what everybody saw. Exit code 1 when something is wrong.

import { Command, InvalidArgumentError } from 'commander';
import { stopTestCluster } from '../support/database.js';
import { ACTORS } from './actors/index.js';
import { faultsOf, reportLines } from './report.js';
import { runSoak } from './soak.js';

const MS_PER_MINUTE = 60_000;
/** A handful of each, or as long as the slowest timeouts of a service. */
const BOUT_MS = 5_000;
const PATIENT_BOUT_MS = 100_000;
const SAY_EVERY_MS = 30_000;

function number(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value >= least)) throw new InvalidArgumentError(`Give a number from ${least} on.`);
    return value;
  };
}

function actorNames(text: string): readonly string[] {
  const names = text.split(';').map((name) => name.trim());
  const unknown = names.find((name) => !ACTORS.some((actor) => actor.name === name));
  if (unknown === undefined) return names;
  const known = ACTORS.map((actor) => actor.name).join('; ');
  throw new InvalidArgumentError(`There is no attacker ${unknown}; there are: ${known}.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const command = new Command('soak')
    .description('Attacks a service of its own in every way there is, with innocents beside it.')
    .option('--minutes <count>', 'how long', number(0.1), 60)
    .option('--seed <number>', 'the same attackers in the same order', number(0), 1)
    .option('--scale <factor>', 'how many connections, streams and calls', number(0.001), 1)
    .option('--heap <megabytes>', "the services' heap", number(64), 512)
    .option('--settle <seconds>', 'until sockets and memory have to be back', number(6), 60)
    .option('--only <names>', 'attackers by name, with ; between them', actorNames)
    .option('--redis', 'with a Redis as cache')
    .parse();
  const options = command.opts<{
    minutes: number;
    seed: number;
    scale: number;
    heap: number;
    settle: number;
    only?: readonly string[];
    redis?: boolean;
  }>();
  const { minutes, seed, scale, heap, settle, ...more } = options;
  const durationMs = minutes * MS_PER_MINUTE;
  const report = await runSoak({
    durationMs,
    seed,
    scale,
    heapMb: heap,
    settleMs: settle * 1_000,
    boutMs: Math.min(BOUT_MS, durationMs),
    patientBoutMs: Math.min(PATIENT_BOUT_MS, durationMs),
    say,
    sayEveryMs: SAY_EVERY_MS,
    ...more,
  });
  for (const line of reportLines(report)) say(line);
  process.exitCode = faultsOf(report).length === 0 ? 0 : 1;
}

try {
  await main();
} finally {
  await stopTestCluster();
}
