// Imports a device's log from beginning to end: reads it once, then sends it. Safe to interrupt
// anywhere and to run again any number of times, because existing punches count once.
//
// It calls RecordPunches in a bounded number of lanes, not ImportPunches. A stream answers once, at
// its end, with three totals and the first 1,000 refusals; a batch answers for each row. Only this
// way every refused row gets its line in the rejects file, the counts are always exact, and an
// outage costs one batch and not the stream. The lanes keep the order of each employee's rows.

import { realpath } from 'node:fs/promises';
import type { AttendanceClient, AttendanceClientError } from '../../client/index.js';
import type { CsvReader, FileRow } from '../csv/csv-file.js';
import { fileBytes, ImportFileError, openCsv } from '../csv/csv-file.js';
import { Lanes } from '../csv/import-lanes.js';
import { RejectsFile } from '../csv/import-rejects.js';
import { RowOrder } from '../csv/in-file-order.js';
import { MAX_OUTAGE_MS } from '../csv/retry-batch.js';
import { type ComparedDays, LoggedDays } from './logged-days.js';
import { punchImportId } from './punch-import-id.js';
import type { PunchHeader, RowDefaults } from './punch-row.js';
import { parsePunchHeader, parsePunchRow } from './punch-row.js';
import type { PendingPunch, PunchRowOutcome, SendTerms } from './punch-send.js';
import { sendPunches } from './punch-send.js';
import type { PunchCounts } from './punch-tally.js';
import { PunchTally } from './punch-tally.js';

/** Rows per call: large enough to share a commit, small enough to answer in a moment. */
const BATCH_ROWS = 500;

/** Batches in flight. The service spreads them over its database connections. */
const LANES = 4;

/** How far reading may be ahead of the oldest unanswered row. Bounds the memory. */
const MAX_ROWS_AHEAD = 50_000;

/** How often refused rows are written to disk, in rows. Bounds them in memory. */
const FLUSH_ROWS = 5_000;

export interface PunchImportOptions {
  readonly path: string;
  /** The file for refused rows; undefined: beside the log. */
  readonly rejectsPath: string | undefined;
  readonly defaults: RowDefaults;
  /** Undefined: made from the file and these options. */
  readonly importId: string | undefined;
  /** Whether to restore voided punches. */
  readonly restore: boolean;
  /** Whether to ask the service only what would become of each row. */
  readonly compare: boolean;
  /** Undefined: only check the file, and send nothing. */
  readonly client: Pick<AttendanceClient, 'recordPunches' | 'compareAttendance'> | undefined;
  /** Aborted to stop: batches in flight are awaited. */
  readonly stop: AbortSignal;
  readonly onStart: (totalRows: number) => void;
  readonly onRows: (doneRows: number) => void;
  readonly onOutage: (error: AttendanceClientError) => void;
  /** Defaults: BATCH_ROWS, LANES, MAX_OUTAGE_MS. */
  readonly batchRows?: number;
  readonly lanes?: number;
  readonly maxOutageMs?: number;
}

export interface PunchImportResult {
  /** False if it was stopped. */
  readonly complete: boolean;
  readonly importId: string;
  /** Whether anything was sent to be recorded. In a trial, `recorded` counts rows that could be. */
  readonly sent: boolean;
  /** Whether a trial asked the service. */
  readonly compared: boolean;
  /** Completed rows. */
  readonly rows: number;
  /** Rows that were sent but never answered. Some of them may be recorded beyond the counts. */
  readonly unanswered: number;
  readonly totalRows: number;
  readonly counts: PunchCounts;
  /** What days would become; undefined unless the service was asked. */
  readonly days: ComparedDays | undefined;
  /** The file with the refused rows; undefined if there are none. */
  readonly rejectsPath: string | undefined;
  readonly seconds: number;
}

/** Beside the log: `log.csv` leaves `log.rejects.csv`. */
function rejectsBeside(path: string): string {
  return `${path.replace(/\.csv$/i, '')}.rejects.csv`;
}

/**
 * Imports a log. Throws ImportFileError if the file is not a log or changes meanwhile, and
 * AttendanceClientError if the service refuses or stays unavailable. Recorded punches stay
 * recorded.
 */
export async function importPunchFile(options: PunchImportOptions): Promise<PunchImportResult> {
  const startedAt = performance.now();
  const { path, stop } = options;
  const rejectsPath = options.rejectsPath ?? rejectsBeside(path);
  await fileBytes(path);
  if (await isSameFile(path, rejectsPath)) {
    throw new ImportFileError(`--rejects names the log itself: ${path}. Name another file.`);
  }
  // Before anything is sent: check the whole file, and count the rows.
  const survey = await surveyLog(path, stop);
  const rejects = await RejectsFile.begin(rejectsPath, survey.header.columns);
  options.onStart(survey.rows);
  const run = new PunchRun(options, survey, rejects);
  const complete = await run.takeRows().finally(() => rejects.close());
  const days = complete ? await run.comparedDays() : undefined;
  return { ...run.state(), days, complete, seconds: (performance.now() - startedAt) / 1000 };
}

interface LogSurvey {
  readonly header: PunchHeader;
  readonly rows: number;
  readonly sha256: string;
}

async function surveyLog(path: string, stop: AbortSignal): Promise<LogSurvey> {
  const reader = openLog(path);
  let rows = 0;
  for await (const row of reader.rows) {
    stop.throwIfAborted();
    rows = row.number;
  }
  return { header: reader.header(), rows, sha256: reader.sha256() };
}

function openLog(path: string): CsvReader<PunchHeader> {
  return openCsv(path, parsePunchHeader, { mustBeUtf8: true });
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all(
    [one, other].map((path) => realpath(path).catch(() => undefined)),
  );
  return first !== undefined && first === second;
}

class PunchRun {
  readonly #options: PunchImportOptions;
  readonly #survey: LogSurvey;
  readonly #rejects: RejectsFile;
  readonly #tally: PunchTally;
  readonly #order: RowOrder<PunchRowOutcome>;
  readonly #lanes: Lanes<PendingPunch>;
  readonly #terms: SendTerms;
  readonly #days = new LoggedDays();
  #unanswered = 0;

  constructor(options: PunchImportOptions, survey: LogSurvey, rejects: RejectsFile) {
    this.#options = options;
    const { defaults, restore, compare } = options;
    const importId = options.importId ?? punchImportId(survey.sha256, defaults, restore);
    this.#terms = { importId, restore, validateOnly: compare };
    this.#survey = survey;
    this.#rejects = rejects;
    this.#tally = new PunchTally((reject) => rejects.add(reject));
    this.#order = new RowOrder(0, (outcome) => this.#tally.add(outcome));
    const { lanes = LANES, batchRows = BATCH_ROWS } = options;
    this.#lanes = new Lanes(lanes, batchRows, (batch) => this.#send(batch));
  }

  /** Returns true if every row is done, false if it was stopped. */
  async takeRows(): Promise<boolean> {
    const { stop, path } = this.#options;
    try {
      const reader = openLog(path);
      for await (const row of reader.rows) {
        stop.throwIfAborted();
        await this.#takeRow(row);
      }
      if (reader.sha256() !== this.#survey.sha256) {
        throw new ImportFileError(`${path} changed while it was imported. Run the import again.`);
      }
      await this.#lanes.drain();
    } catch (error) {
      await this.#lanes.finishInFlight();
      // Answered rows are counted, even after rows that were not answered.
      this.#order.takeRest();
      if (stop.aborted) return false;
      throw error;
    }
    return true;
  }

  /** Undefined unless the service is only asked. */
  async comparedDays(): Promise<ComparedDays | undefined> {
    const { client, compare, stop } = this.#options;
    return client !== undefined && compare ? await this.#days.compare(client, stop) : undefined;
  }

  state(): Omit<PunchImportResult, 'complete' | 'seconds' | 'days'> {
    const { counts } = this.#tally;
    const { client, compare } = this.#options;
    return {
      importId: this.#terms.importId,
      sent: client !== undefined && !compare,
      compared: client !== undefined && compare,
      rows: this.#order.finishedRows,
      unanswered: this.#unanswered,
      totalRows: this.#survey.rows,
      counts,
      rejectsPath: counts.rejected > 0 ? this.#rejects.path : undefined,
    };
  }

  async #takeRow(row: FileRow): Promise<void> {
    const { defaults, client } = this.#options;
    const parsed = parsePunchRow(row.fields, this.#survey.header, defaults);
    if (parsed.kind === 'BAD') {
      const { line, fields } = row;
      const reason = `${parsed.code}: ${parsed.description}`;
      this.#settle(row, { kind: 'REJECTED', reject: { line, reason, fields } });
    } else if (client === undefined) {
      const { remarks } = parsed;
      this.#settle(row, { kind: 'RECORDED', remarks, restored: false, anomalies: [] });
    } else {
      const { punch, remarks } = parsed;
      await this.#lanes.add(punch.badgeId ?? punch.employeeId, { row, punch, remarks });
    }
    if (row.number - this.#order.settledRow > MAX_ROWS_AHEAD) await this.#lanes.drain();
    if (row.number % FLUSH_ROWS === 0) await this.#rejects.flush();
  }

  async #send(batch: readonly PendingPunch[]): Promise<void> {
    const { client, stop, onOutage, maxOutageMs = MAX_OUTAGE_MS } = this.#options;
    if (client === undefined) return;
    let left = batch.length;
    const punchOf = new Map(batch.map(({ row, punch }) => [row, punch]));
    const settle = (row: FileRow, outcome: PunchRowOutcome) => {
      left -= 1;
      // Only a punch that would be recorded changes a day, not one that was voided and comes again.
      const punch = outcome.kind === 'RECORDED' ? punchOf.get(row) : undefined;
      if (punch !== undefined && this.#options.compare) this.#days.add(punch);
      this.#settle(row, outcome);
    };
    try {
      const terms = this.#terms;
      await sendPunches(batch, { client, terms, stop, onOutage, maxOutageMs, settle });
    } finally {
      this.#unanswered += left;
    }
  }

  #settle(row: FileRow, outcome: PunchRowOutcome): void {
    this.#order.settle(row.number, outcome);
    this.#options.onRows(this.#order.finishedRows);
  }
}
