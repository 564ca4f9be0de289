// `npm run check`: everything that must hold before a change is shared, except the tests. Prints
// one line per step, and the whole output of failed steps.
//
//   npm run check                      every step
//   npm run check -- lint generated    only these
//
// With CHECK_REPORT=<file> it also writes {"passed": n, "failed": n} there, for .ci/run. It never
// changes a tracked file: generated files go to build/ and a temporary folder.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { layOutProtos, STEPS } from './check/steps.mjs';

/** Steps at the same time. Most are single processes that keep one core busy. */
const CONCURRENCY = Math.max(2, availableParallelism());

function seconds(sinceMs) {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`.padStart(7);
}

async function runStep(step) {
  const startedMs = performance.now();
  let result;
  try {
    result = await step.run();
  } catch (error) {
    result = { ok: false, output: error instanceof Error ? error.stack : String(error) };
  }
  const note = result.note === undefined ? '' : `  ${result.note}`;
  const verdict = result.ok ? 'ok    ' : 'FAILED';
  console.log(`${verdict} ${step.name.padEnd(10)} ${seconds(startedMs)}  ${step.says}${note}`);
  return { ...result, name: step.name };
}

/** Runs the steps, a few at the same time, in the given order. */
async function runAll(steps) {
  const waiting = [...steps];
  const results = [];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      results.push(await runStep(step));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}

function choose(names) {
  if (names.length === 0) return STEPS;
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) {
    const known = STEPS.map((step) => step.name).join(', ');
    console.error(`No such step: ${unknown.join(', ')}. The steps are: ${known}.`);
    process.exit(2);
  }
  return STEPS.filter((step) => names.includes(step.name));
}

async function main() {
  const startedMs = performance.now();
  const steps = choose(process.argv.slice(2));
  await layOutProtos();
  const results = await runAll(steps);
  const failed = results.filter((result) => !result.ok);
  for (const { name, output } of failed) console.log(`\n--- ${name}\n${output.trim()}`);
  const passed = results.length - failed.length;
  const report = process.env.CHECK_REPORT;
  if (report) writeFileSync(report, JSON.stringify({ passed, failed: failed.length }));
  console.log(`\ncheck: ${passed} ok, ${failed.length} failed,${seconds(startedMs)}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

await main();
