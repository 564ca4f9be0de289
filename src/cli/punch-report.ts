// The summary of an import of punches, for a person.

import { shownText } from './console.js';
import { grouped, rate } from './import-report.js';
import type { PunchImportResult } from './punch-import.js';

/** `again` is the command that goes on after a stop, or sends what was only tried. */
export function punchSummary(result: PunchImportResult, again: string): string {
  const { counts, rows, rejectsPath } = result;
  const lines: readonly (readonly [string, number, string])[] = [
    ['rows read', rows, ''],
    [result.sent ? 'recorded' : 'usable', counts.recorded, ''],
    ...(result.sent ? [['duplicates', counts.duplicates, 'there already'] as const] : []),
    ['rejected', counts.rejected, rejectsPath === undefined ? '' : `see ${rejectsPath}`],
  ];
  const width = Math.max(...lines.map(([, count]) => grouped(count).length));
  const table = lines.map(([label, count, remark]) =>
    `  ${label.padEnd(12)}${grouped(count).padStart(width)}${
      remark !== '' && count > 0 ? `  (${remark})` : ''
    }`.trimEnd(),
  );
  return [titleOf(result), ...table, ...remarksOf(result), ...waysOf(result, again)].join('\n');
}

function titleOf({ complete, sent, rows, totalRows, seconds }: PunchImportResult): string {
  const time = `${seconds.toFixed(1)} s, ${grouped(rate(rows, seconds))} rows/s`;
  if (!complete)
    return `Import stopped after ${grouped(rows)} of ${grouped(totalRows)} rows: ${time}`;
  return sent ? `Import complete: ${time}` : `Tried, nothing was sent: ${time}`;
}

/** What was decided in reading, where a person may want to decide otherwise. */
function remarksOf({ counts }: PunchImportResult): string[] {
  const remarks: string[] = [];
  if (counts.byTurns > 0) {
    const kinds = Object.entries(counts.unknownKinds)
      .map(([kind, count]) => `"${shownText(kind)}" ${grouped(count)}`)
      .join(', ');
    const which = kinds === '' ? '' : `; kinds that are not known: ${kinds}`;
    remarks.push(
      `${grouped(counts.byTurns)} without a kind: arrivals and departures by turns${which}.`,
    );
  }
  if (counts.tookEarlier > 0) {
    remarks.push(
      `${grouped(counts.tookEarlier)} in an hour that the clocks showed twice: the earlier one ` +
        'was taken. A column fold with 1 says the later.',
    );
  }
  return remarks;
}

function waysOf({ complete, sent, counts }: PunchImportResult, again: string): string[] {
  if (!complete) return [`Nothing is lost or doubled. Go on with: ${again}`];
  const ways: string[] = [];
  if (counts.rejected > 0) ways.push('Mend the rejected rows and import that file as well.');
  if (!sent) ways.push(`Record them with: ${again}`);
  return ways;
}
