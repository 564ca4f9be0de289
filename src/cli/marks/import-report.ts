// What a person sees while an import runs, and at its end: a bar on a terminal, otherwise a line
// every few seconds. Everything goes to stderr; stdout is for the summary.

import progress from 'cli-progress';
import type { AttendanceClientError } from '../../client/index.js';
import type { ImportResult } from './import-run.js';

const LINE_INTERVAL_MS = 5_000;
const OUTAGE_LINE_INTERVAL_MS = 5_000;

/** The share of rows that must be done before the remaining time is estimated. */
const MIN_TIMED_SHARE = 0.01;

export interface ImportReport {
  readonly start: (totalRows: number, resumedRows: number) => void;
  readonly rows: (doneRows: number) => void;
  readonly outage: (error: AttendanceClientError) => void;
  /** Prints a line in between. */
  readonly note: (line: string) => void;
  readonly stop: () => void;
}

/** The report for a stream: a bar if it is a terminal. `nowMs` is a clock that never goes back. */
export function createImportReport(
  stream: NodeJS.WritableStream & { isTTY?: boolean },
  nowMs: () => number = () => performance.now(),
): ImportReport {
  return stream.isTTY ? barReport(stream) : lineReport(stream, nowMs);
}

function barReport(stream: NodeJS.WritableStream): ImportReport {
  let startedAt = 0;
  let first = 0;
  const bar = new progress.SingleBar({
    stream,
    clearOnComplete: false,
    hideCursor: true,
    // The import handles Ctrl-C itself and ends in order.
    gracefulExit: false,
    format: (options, params, payload) => {
      const total = grouped(params.total);
      const eta = progress.Format.TimeFormat(Math.ceil(params.eta), options, 1);
      const shape = progress.Format.BarFormat(params.progress, options);
      const { speed = '-', trouble = '' } = payload as { speed?: string; trouble?: string };
      return `${shape} ${grouped(params.value)}/${total} rows  ${speed} rows/s  ETA ${eta}${trouble}`;
    },
    barCompleteChar: '#',
    barIncompleteChar: '-',
    barsize: 24,
    etaBuffer: 2_000,
  });
  return {
    start: (totalRows, resumedRows) => {
      startedAt = performance.now();
      first = resumedRows;
      if (resumedRows > 0) stream.write(`Going on behind row ${grouped(resumedRows)}.\n`);
      bar.start(totalRows, resumedRows);
    },
    rows: (doneRows) => {
      const speed = grouped(rate(doneRows - first, (performance.now() - startedAt) / 1000));
      bar.update(doneRows, { speed, trouble: '' });
    },
    outage: (error) => bar.update({ trouble: `  ${error.codeName}, trying again` }),
    note: (line) => stream.write(`\n${line}\n`),
    stop: () => bar.stop(),
  };
}

function lineReport(stream: NodeJS.WritableStream, nowMs: () => number): ImportReport {
  let startedAt = nowMs();
  let lineAt = startedAt;
  let outageAt = Number.NEGATIVE_INFINITY;
  let total = 0;
  let first = 0;
  const write = (line: string) => stream.write(`${line}\n`);
  return {
    start: (totalRows, resumedRows) => {
      startedAt = nowMs();
      lineAt = startedAt;
      total = totalRows;
      first = resumedRows;
      const skipped = resumedRows > 0 ? `, going on behind row ${grouped(resumedRows)}` : '';
      write(`${grouped(totalRows)} rows to import${skipped}.`);
    },
    rows: (doneRows) => {
      const now = nowMs();
      if (now - lineAt < LINE_INTERVAL_MS) return;
      lineAt = now;
      const counts = `${grouped(doneRows)} of ${grouped(total)} rows`;
      // The first few rows do not show how long the others take.
      if (doneRows - first < MIN_TIMED_SHARE * (total - first)) {
        write(counts);
        return;
      }
      const perSecond = ((doneRows - first) * 1000) / (now - startedAt);
      const secondsLeft = Math.ceil((total - doneRows) / perSecond);
      const speed = `${grouped(Math.round(perSecond))} rows/s`;
      write(`${counts}, ${speed}, about ${grouped(secondsLeft)} s left`);
    },
    outage: (error) => {
      const now = nowMs();
      if (now - outageAt < OUTAGE_LINE_INTERVAL_MS) return;
      outageAt = now;
      write(`The service does not take rows now (${error.codeName}); trying again.`);
    },
    note: write,
    stop: () => undefined,
  };
}

/** The summary for a person. `again` is the command that continues after a stop. */
export function summaryOf(result: ImportResult, again: string): string {
  const { counts, rows, totalRows, resumedRows, seconds, knowsChanges } = result;
  const perSecond = rate(rows - resumedRows, seconds);
  const accepted: [string, number][] = knowsChanges
    ? [
        ['recorded', counts.recorded],
        ['already there', counts.alreadyThere],
      ]
    : [['accepted', counts.recorded + counts.alreadyThere]];
  const lines: [string, number, string?][] = [
    ['rows read', rows, resumedRows > 0 ? `${grouped(resumedRows)} of them in earlier runs` : ''],
    ...accepted,
    ['superseded', counts.superseded, 'a later row of the file is about the same day'],
    ['rejected', counts.rejected, result.rejectsPath ? `see ${result.rejectsPath}` : ''],
  ];
  const width = Math.max(...lines.map(([, count]) => grouped(count).length));
  const table = lines.map(([label, count, remark = '']) =>
    `  ${label.padEnd(14)}${grouped(count).padStart(width)}${
      remark !== '' && count > 0 ? `  (${remark})` : ''
    }`.trimEnd(),
  );
  const time = `${seconds.toFixed(1)} s, ${grouped(perSecond)} rows/s`;
  const title = result.complete
    ? `Import complete: ${time}`
    : `Import stopped after ${grouped(rows)} of ${grouped(totalRows)} rows: ${time}`;
  const ways: string[] = [];
  if (!result.complete) ways.push(`Nothing is lost or doubled. Go on with: ${again}`);
  else if (counts.rejected > 0) ways.push('Mend the rejected rows and import that file as well.');
  const { importId } = result;
  const wayBack = `Import id: ${importId}. Take it back with: attendance imports void ${importId} --reason TEXT`;
  return [title, ...table, wayBack, ...ways].join('\n');
}

export function rate(rows: number, seconds: number): number {
  return seconds <= 0 ? 0 : Math.round(rows / seconds);
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
