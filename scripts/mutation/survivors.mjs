// A reporter of Stryker for the short form of a mutation run: one line per mutant that no test
// noticed, and one per file for the lines that no test reaches. Printed, and stored in a file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const FILE = 'build/mutation/survivors.txt';

/**
 * The most characters shown of the original and of the mutant, and before their first difference.
 */
const SHOWN_CHARS = 80;
const CONTEXT_CHARS = 24;

/** The text between two places, counted as in the report: from 1, the end not included. */
function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join('\n');
}

function cut(text, from) {
  const rest = text.slice(from);
  const shown = rest.length > SHOWN_CHARS ? `${rest.slice(0, SHOWN_CHARS)}…` : rest;
  return from > 0 ? `…${shown}` : shown;
}

/** `original -> mutant`, each on one line; if long, from near their first difference. */
function change(source, mutant) {
  const [before, after] = [textAt(source, mutant.location), mutant.replacement].map((text) =>
    text.replace(/\s+/g, ' '),
  );
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const long = Math.max(before.length, after.length) > SHOWN_CHARS;
  const from = long ? Math.max(0, same - CONTEXT_CHARS) : 0;
  return `${cut(before, from)} -> ${cut(after, from)}`;
}

/** By place, the shorter text first. The other keys make the lists of two runs comparable. */
function inOrder(a, b) {
  const [at, other] = [a.location, b.location];
  return (
    at.start.line - other.start.line ||
    at.start.column - other.start.column ||
    at.end.line - other.end.line ||
    at.end.column - other.end.column ||
    (a.replacement < b.replacement ? -1 : 1)
  );
}

function survivorsOf(name, { source, mutants }) {
  return mutants
    .filter((mutant) => mutant.status === 'Survived')
    .sort(inOrder)
    .map((mutant) => `${name}:${mutant.location.start.line}  ${change(source, mutant)}`);
}

/** `file:3, 7-9  (12)`: the lines of a file's mutants that no test runs, and their number. */
function unreachedOf(name, { mutants }) {
  const unreached = mutants.filter((mutant) => mutant.status === 'NoCoverage');
  if (unreached.length === 0) return [];
  const starts = new Set(unreached.map((mutant) => mutant.location.start.line));
  const ranges = [];
  for (const line of [...starts].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.to + 1 === line) last.to = line;
    else ranges.push({ from: line, to: line });
  }
  const lines = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  return [`${name}:${lines.join(', ')}  (${unreached.length})`];
}

function summary({ totalMutants, killed, timeout, survived, noCoverage, runtimeErrors }) {
  const seconds = Math.round(performance.now() / 1000);
  return (
    `${totalMutants} mutants in ${seconds} s: ${killed} killed, ${timeout} timed out, ` +
    `${survived} survived, ${noCoverage} reached by no test, ${runtimeErrors} broke the run`
  );
}

class SurvivorsReporter {
  onMutationTestReportReady(report, metrics) {
    const files = Object.entries(report.files).sort(([a], [b]) => (a < b ? -1 : 1));
    const lines = [
      '# Survived: tests ran the change and did not notice',
      ...files.flatMap(([name, file]) => survivorsOf(name, file)),
      '',
      '# Reached by no test of test/domain (mutants)',
      ...files.flatMap(([name, file]) => unreachedOf(name, file)),
      '',
      summary(metrics.systemUnderTestMetrics.metrics),
    ];
    const text = `${lines.join('\n')}\n`;
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(FILE, text);
    process.stdout.write(`\n${text}`);
  }
}

export const strykerPlugins = [
  { kind: 'Reporter', name: 'survivors', injectableClass: SurvivorsReporter },
];
