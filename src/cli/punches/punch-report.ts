// The summary of an import of punches, for a person.

import { grouped, rate } from '../marks/import-report.js';
import { escapedText, shownText } from '../terminal/console.js';
import type { PunchImportResult } from './punch-import.js';

/** The most characters of a reason that are shown. The rejects file has all of it. */
const MAX_REASON = 300;

/** `again` is the command that continues after a stop, or sends what was only tried. */
export function punchSummary(result: PunchImportResult, again: string): string {
  const { counts, rows, rejectsPath, unanswered, sent, compared } = result;
  const atLeast = unanswered === 0 ? '' : `at least: ${grouped(unanswered)} sent without an answer`;
  const restored = counts.restored === 0 ? '' : `${grouped(counts.restored)} voided before`;
  const there =
    counts.voided === 0 ? 'there already' : `there already, ${grouped(counts.voided)} voided`;
  const lines: readonly (readonly [string, number, string])[] = [
    ['rows read', rows + unanswered, ''],
    [sent ? 'recorded' : compared ? 'new' : 'usable', counts.recorded, atLeast || restored],
    ...(sent || compared ? [['duplicates', counts.duplicates, there] as const] : []),
    ...(counts.quarantined > 0
      ? [['quarantine', counts.quarantined, 'their badges are nobody’s'] as const]
      : []),
    ['rejected', counts.rejected, rejectsPath === undefined ? '' : `see ${rejectsPath}`],
  ];
  const width = Math.max(...lines.map(([, count]) => grouped(count).length));
  const table = lines.map(([label, count, remark]) =>
    `  ${label.padEnd(12)}${grouped(count).padStart(width)}${
      remark !== '' && (count > 0 || remark === atLeast) ? `  (${remark})` : ''
    }`.trimEnd(),
  );
  return [
    ...(isAllWithoutZone(result) ? [NO_ZONE_AT_ALL] : []),
    titleOf(result),
    ...table,
    ...reasonsOf(result),
    ...daysOf(result),
    ...remarksOf(result),
    ...waysOf(result, again),
  ].join('\n');
}

const NO_ZONE = 'NO_ZONE';
const NO_ZONE_AT_ALL =
  'No row could be taken: their times are local, and nothing says in which zone. Say it with ' +
  '--zone, such as --zone Europe/Berlin.';

function isAllWithoutZone({ rows, counts }: PunchImportResult): boolean {
  const [first] = counts.rejectReasons;
  return rows > 0 && first?.reason === NO_ZONE && first.count === rows;
}

/**
 * Why rows were rejected, with the first row of each: `2 BAD_TIME, the first on line 6: time ...`
 */
function reasonsOf({ counts: { rejected, rejectReasons } }: PunchImportResult): string[] {
  const lines = rejectReasons.map(({ reason, count, line, says }) => {
    const which = count === 1 ? `on line ${line}` : `the first on line ${line}`;
    return escapedText(`${grouped(count)} ${reason}, ${which}: ${says}`.slice(0, MAX_REASON));
  });
  const others = rejectReasons.reduce((left, { count }) => left - count, rejected);
  return others > 0 ? [...lines, `${grouped(others)} for other reasons`] : lines;
}

function titleOf(result: PunchImportResult): string {
  const { complete, sent, compared, rows, totalRows, seconds } = result;
  const time = `${seconds.toFixed(1)} s, ${grouped(rate(rows, seconds))} rows/s`;
  if (!complete)
    return `Import stopped after ${grouped(rows)} of ${grouped(totalRows)} rows: ${time}`;
  if (sent) return `Import complete: ${time}`;
  return compared ? `Compared, nothing was recorded: ${time}` : `Tried, nothing was sent: ${time}`;
}

/** What days would become. */
function daysOf({ days }: PunchImportResult): string[] {
  if (days === undefined) return [];
  const { workedSecondsBefore: before, workedSecondsAfter: after, leftOut } = days;
  const hours = `${clockWord(before)} worked, would be ${clockWord(after)}`;
  return [
    `${grouped(days.days)} days of ${grouped(days.employees)} employees would be different: ${hours}.`,
    ...(leftOut === 0
      ? []
      : [`Without ${grouped(leftOut)} punches: of badges, or beyond a year of one employee.`]),
  ];
}

/** `1234:05`: hours and minutes. */
function clockWord(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Decisions made in reading that a person may want to change. */
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
  const odd = Object.entries(counts.anomalies).map(([word, count]) => `${word} ${grouped(count)}`);
  if (odd.length > 0) {
    remarks.push(
      `Recorded, and odd: ${odd.join(', ')}. attendance punches list EMPLOYEE shows them; one ` +
        'that is wrong is taken back with attendance punches void.',
    );
  }
  if (counts.quarantined > 0) {
    remarks.push(
      `${grouped(counts.quarantined)} wait for their badges to be somebody’s, and count then: ` +
        'attendance badges waiting shows them, attendance badges assign says whose a badge is.',
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

function waysOf(result: PunchImportResult, again: string): string[] {
  const { complete, sent, counts } = result;
  if (isAllWithoutZone(result)) return [`Run it again with their zone: ${again} --zone ZONE`];
  if (!complete) {
    return [`Nothing is lost or doubled. Go on with: ${again}`, ...(sent ? [wayBack(result)] : [])];
  }
  const ways: string[] = [];
  if (counts.rejected > 0) ways.push('Mend the rejected rows and import that file as well.');
  if (counts.rejectReasons.some(({ reason }) => reason === NO_ZONE)) {
    ways.push('Those without a zone need none of that: import that file with --zone.');
  }
  if (counts.voided > 0) ways.push(...waysToRestore(counts.voided, again));
  if (!sent) ways.push(`Record them with: ${again}`);
  else ways.push(wayBack(result));
  return ways;
}

/** Voided punches absorb their duplicates, which surprises people who import a file again. */
function waysToRestore(voided: number, again: string): string[] {
  return [
    `${grouped(voided)} are voided and do not count: attendance punches list EMPLOYEE --voided ` +
      'says by whom and why.',
    `To make the voided ones count again (replaced ones stay as they are): ${again} --restore`,
  ];
}

function wayBack({ importId, counts }: PunchImportResult): string {
  if (counts.recorded === 0) return `Import id: ${importId}`;
  return `Import id: ${importId}. Take it back with: attendance imports void ${importId} --reason TEXT`;
}
