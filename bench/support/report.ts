// Figures for people (a table) and for machines (a file).

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.js';
import type { Pinning } from './pinning.js';
import type { Layout } from './rounds.js';
import { CONNECTIONS, STREAMS } from './rounds.js';
import type { Check, Comparison, Figure, Row, RowResult } from './row.js';

/** From here on, something else ran on the servers' core that may have cost the figure. */
const FOREIGN_SHARE = 0.05;
/** A server this busy is what limits its figure; below it, look for the limit elsewhere. */
const SATURATED_SHARE = 0.9;

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

/** The row as a table with what belongs beside it. */
export function rowLines(row: Row, result: RowResult, layout: Layout, pinning: Pinning): string[] {
  const { rounds, windowMs } = layout;
  const lines = [
    `${row.name}: ${row.work}`,
    `${CONNECTIONS} connections x ${STREAMS} streams, ${rounds} alternating rounds of ` +
      `${windowMs / 1000} s, medians`,
  ];
  if (result.postgres !== undefined) lines.push(`PostgreSQL ${result.postgres}`);
  if (result.commit !== undefined) {
    const { medianMs, p99Ms, writes } = result.commit;
    lines.push(
      `write + fdatasync in the database's folder: ${medianMs.toFixed(3)} ms median, ` +
        `${p99Ms.toFixed(3)} ms p99 of ${writes}`,
    );
  }
  lines.push('', ...table(figureCells(result)), '');
  lines.push(...result.comparisons.map(comparisonLine));
  lines.push(...result.checks.map(checkLine));
  lines.push(...result.notes.map((note) => `  note: ${note}`));
  lines.push(...warnings(result, pinning).map((warning) => `  note: ${warning}`));
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
  const content = { row: row.name, work: row.work, startedAt, ...context, ...result };
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
  return path;
}

function figureCells({ unit, figures }: RowResult): string[][] {
  const head = [
    '',
    `${unit}/s`,
    'p50 ms',
    'p99 ms',
    'server busy',
    'us/call',
    'load busy',
    'failed',
  ];
  return [head, ...figures.map(cellsOf)];
}

function cellsOf(figure: Figure): string[] {
  const { serverBusy, serverMicrosPerCall } = figure;
  return [
    figure.name,
    Math.round(figure.perSecond).toString(),
    figure.p50Ms.toFixed(2),
    figure.p99Ms.toFixed(2),
    serverBusy === undefined ? '?' : percent(serverBusy),
    serverMicrosPerCall === undefined ? '?' : serverMicrosPerCall.toFixed(1),
    percent(figure.loaderBusy),
    figure.failed.toString(),
  ];
}

/** Columns as wide as their widest cell: names to the left, numbers to the right. */
function table(rows: readonly string[][]): string[] {
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

/** What makes a figure doubtful, so that nobody has to notice it alone. */
function warnings(result: RowResult, pinning: Pinning): string[] {
  const lines: string[] = [];
  for (const { name, serverBusy, loaderBusy } of result.figures) {
    if (serverBusy !== undefined && serverBusy < SATURATED_SHARE) {
      lines.push(
        `${name} was not saturated (${percent(serverBusy)} busy; the load process ` +
          `${percent(loaderBusy)}): its figure may be the load's or the database's limit`,
      );
    }
  }
  if (!pinning.pinned) return lines;
  for (const { name, rounds } of result.measured) {
    const foreign = Math.max(
      ...rounds.map(({ busy }) => (busy.cores[pinning.serverCore] ?? 0) - (busy.server ?? 1)),
    );
    if (foreign > FOREIGN_SHARE) {
      lines.push(`something else took up to ${percent(foreign)} of the servers' core from ${name}`);
    }
  }
  return lines;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
