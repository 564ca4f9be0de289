// The import of a device's log from beginning to end: read it through once, then send it. Safe to
// interrupt anywhere and to run again any number of times: what is there counts once.
//
// It calls RecordPunches in a bounded number of lanes, not ImportPunches. A stream answers once,
// at its end, with three sums and the first 1,000 refusals; a batch answers for each row. Only so
// every refused row gets its line in the rejects file, the counts are exact at any moment, and
// an outage costs one batch and not the stream. The lanes keep the order of each employee's rows.

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

/** How far reading may run ahead of the oldest row without an answer: what bounds the memory. */
const MAX_ROWS_AHEAD = 50_000;

/** How often refused rows are put on disk, in rows: what bounds them in memory. */
const FLUSH_ROWS = 5_000;

export interface PunchImportOptions {
  readonly path: string;
  /** Where the refused rows go; undefined: beside the file. */
  readonly rejectsPath: string | undefined;
  readonly defaults: RowDefaults;
  /** Undefined: made of the file and these options. */
  readonly importId: string | undefined;
  /** Whether punches that were voided count again. */
  readonly restore: boolean;
  /** Whether the service is only asked what would become of each row. */
  readonly compare: boolean;
  /** Undefined only tries the file: nothing is sent. */
  readonly client: Pick<AttendanceClient, 'recordPunches' | 'compareAttendance'> | undefined;
  /** Aborted to stop: batches in flight are waited for. */
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
  /** False when it was stopped. */
  readonly complete: boolean;
  readonly importId: string;
  /** Whether anything was sent to be recorded. In a trial `recorded` are the rows that could be. */
  readonly sent: boolean;
  /** Whether the service was asked in a trial. */
  readonly compared: boolean;
  /** Rows that are done. */
  readonly rows: number;
  /** Rows that were sent and never answered: some may be recorded beyond what is counted. */
  readonly unanswered: number;
  readonly totalRows: number;
  readonly counts: PunchCounts;
  /** What days would become; undefined unless the service was asked. */
  readonly days: ComparedDays | undefined;
  /** Where the refused rows are; undefined when there are none. */
  readonly rejectsPath: string | undefined;
  readonly seconds: number;
}

/** Beside the file: `log.csv` leaves `log.rejects.csv`. */
function rejectsBeside(path: string): string {
  return `${path.replace(/\.csv$/i, '')}.rejects.csv`;
}

/**
 * Imports a log. Throws ImportFileError when the file is not one or changes meanwhile,
 * AttendanceClientError when the service refuses or stays away: what was taken stays taken.
 */
export async function importPunchFile(options: PunchImportOptions): Promise<PunchImportResult> {
  const startedAt = performance.now();
  const { path, stop } = options;
  const rejectsPath = options.rejectsPath ?? rejectsBeside(path);
  await fileBytes(path);
  if (await isSameFile(path, rejectsPath)) {
    throw new ImportFileError(`--rejects names the log itself: ${path}. Name another file.`);
  }
  // Before anything is sent: that the file is one to its end, and how much there is to do.
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

  /** True when every row is done, false when it was stopped. */
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
      // What was answered is counted, also behind rows that were not.
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
      // Only what would be recorded changes a day: not what was voided and comes again.
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
