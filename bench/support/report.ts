// Reports figures to people (a table) and to machines (a file).

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.js';
import type { Pinning } from './pinning.js';
import type { Layout } from './rounds.js';
import type { Check, Comparison, Row, RowResult } from './row.js';

export function machineLines(machine: Machine, pinning: Pinning): readonly string[] {
  const { cpu, cores, memoryGiB, platform, node, loadBefore } = machine;
  return [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node}`,
    pinning.pinned
      ? `servers pinned to core ${pinning.serverCore}, ` +
        `load and database to core ${pinning.loadCore}`
      : `NOT PINNED (${pinning.reason}): figures move with the scheduler`,
    `load average before the run: ${loadBefore.toFixed(2)}`,
  ];
}

/** The row as a table, with its notes. */
export function rowLines(row: Row, result: RowResult, layout: Layout): string[] {
  const { rounds, windowMs } = layout;
  const lines = [
    `${row.name}: ${row.work}`,
    `${result.manner}, ${rounds} alternating rounds of ${windowMs / 1000} s, medians`,
  ];
  if (result.postgres !== undefined) lines.push(`PostgreSQL ${result.postgres}`);
  if (result.commit !== undefined) {
    const { medianMs, p99Ms, writes } = result.commit;
    lines.push(
      `write + fdatasync in the database's folder: ${medianMs.toFixed(3)} ms median, ` +
        `${p99Ms.toFixed(3)} ms p99 of ${writes}`,
    );
  }
  lines.push('', ...tableLines(result.table), '');
  lines.push(...result.comparisons.map(comparisonLine));
  lines.push(...result.checks.map(checkLine));
  lines.push(...result.notes.map((note) => `  note: ${note}`));
  lines.push(...result.doubts.map((doubt) => `  note: ${doubt}`));
  return lines;
}

/** Writes the row's file and returns its path. */
export function writeResult(
  folder: string,
  startedAt: Date,
  row: Row,
  context: { machine: Machine; pinning: Pinning; layout: Layout },
  result: RowResult,
): string {
  mkdirSync(folder, { recursive: true });
  const stamp = startedAt.toISOString().replaceAll(':', '-').replace(/\..*$/, 'Z');
  const path = join(folder, `${stamp}-${row.name}.json`);
  const { table: _, ...facts } = result;
  const content = { row: row.name, work: row.work, startedAt, ...context, ...facts };
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
  return path;
}

/** Columns as wide as their widest cell: names on the left, numbers on the right. */
function tableLines(rows: RowResult['table']): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows.map((cells) => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${padded.join('  ')}`;
  });
}

function comparisonLine({ of, against, ratio, goal }: Comparison): string {
  const range = `${ratio.lowest.toFixed(2)} to ${ratio.highest.toFixed(2)}`;
  const measured = `  ${of}: ${ratio.median.toFixed(2)} x ${against} (rounds: ${range})`;
  if (goal === undefined) return measured;
  const reached = ratio.median >= goal ? 'reached' : 'NOT REACHED';
  return `${measured}, goal >= ${goal.toFixed(2)}: ${reached}`;
}

function checkLine({ rule, holds, found }: Check): string {
  return `  ${holds ? 'held' : 'BROKEN'}: ${rule} (${found})`;
}
