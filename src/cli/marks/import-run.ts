// Runs the import from beginning to end: surveys the file, finds where to begin, sends, notes
// progress, finishes. Safe to interrupt anywhere, and to run again any number of times.

import { setTimeout as delay } from 'node:timers/promises';
import type { Attendance, AttendanceClient, AttendanceClientError } from '../../client/index.js';
import type { FileRow } from '../csv/csv-file.js';
import { ImportFileError } from '../csv/csv-file.js';
import { Lanes } from '../csv/import-lanes.js';
import { RejectsFile } from '../csv/import-rejects.js';
import { MAX_OUTAGE_MS } from '../csv/retry-batch.js';
import { openExport } from './import-file.js';
import type { ImportCounts } from './import-ledger.js';
import { Ledger, NO_COUNTS } from './import-ledger.js';
import type { Progress, ProgressKey } from './import-progress.js';
import { readProgress, removeProgress, writeProgress } from './import-progress.js';
import { parseLegacyRow } from './import-row.js';
import type { PendingRow } from './import-send.js';
import { sendBatch } from './import-send.js';
import { readServiceClock, stillHasDay } from './import-service.js';
import type { Survey } from './import-survey.js';
import { surveyExport } from './import-survey.js';
import { markImportId } from './mark-import-id.js';

/** Rows per call: large enough to share a commit, small enough to answer in a moment. */
const BATCH_ROWS = 500;

/** Batches in flight. The service spreads them over its database connections. */
const LANES = 4;

/** How far reading may be ahead of the oldest unanswered row. Bounds the memory. */
const MAX_ROWS_AHEAD = 50_000;

/** The most work that a killed import repeats, in time. Each note costs two small synced writes. */
const CHECKPOINT_INTERVAL_MS = 250;

export interface ImportOptions {
  readonly path: string;
  /** Separates an import that must count as new statements; usually empty. */
  readonly importId: string;
  readonly client: AttendanceClient;
  /** The address of the client. A progress note is valid only for it. */
  readonly address: string;
  /** Aborted to stop: batches in flight are awaited, then the progress is noted. */
  readonly stop: AbortSignal;
  readonly onStart: (totalRows: number, resumedRows: number) => void;
  readonly onRows: (doneRows: number) => void;
  readonly onOutage: (error: AttendanceClientError) => void;
  /** Defaults: BATCH_ROWS, LANES, MAX_OUTAGE_MS. */
  readonly batchRows?: number;
  readonly lanes?: number;
  readonly maxOutageMs?: number;
}

export interface ImportResult {
  /** False if it was stopped. The same command then continues from here. */
  readonly complete: boolean;
  /** The import id of the marks, with which they can be voided. */
  readonly importId: string;
  /** Completed rows of the file, including those of earlier runs. */
  readonly rows: number;
  readonly totalRows: number;
  /** How many of them earlier runs completed. */
  readonly resumedRows: number;
  readonly counts: ImportCounts;
  /** Whether `recorded` and `alreadyThere` could be told apart. */
  readonly knowsChanges: boolean;
  /** The file with the rejected rows; undefined if there are none. */
  readonly rejectsPath: string | undefined;
  readonly seconds: number;
}

/** Files beside the export: `export.csv` leaves `export.rejects.csv` and `export.progress.json`. */
export function pathsBeside(path: string): { rejects: string; progress: string } {
  const stem = path.replace(/\.csv$/i, '');
  return { rejects: `${stem}.rejects.csv`, progress: `${stem}.progress.json` };
}

/**
 * Imports a file. Throws ImportFileError if the file is not an export or changes meanwhile, and
 * AttendanceClientError if the service refuses or stays unavailable. It notes the progress before
 * that.
 */
export async function runImport(options: ImportOptions): Promise<ImportResult> {
  const startedAt = performance.now();
  const survey = await surveyExport(options.path, options.stop);
  const run = await ImportRun.prepare(options, survey);
  const complete = await run.sendRows();
  return run.result(complete, (performance.now() - startedAt) / 1000);
}

/** Where an import begins. */
interface Start {
  readonly progress: Progress;
  readonly rejects: RejectsFile;
}

class ImportRun {
  readonly #options: ImportOptions;
  readonly #survey: Survey;
  readonly #key: ProgressKey;
  readonly #start: Progress;
  readonly #rejects: RejectsFile;
  readonly #ledger: Ledger;
  readonly #lanes: Lanes<PendingRow>;
  /** Why the progress could not be noted. After that nothing more is sent. */
  #noteFailure: unknown;

  private constructor(options: ImportOptions, survey: Survey, key: ProgressKey, start: Start) {
    const { progress, rejects } = start;
    this.#options = options;
    this.#survey = survey;
    this.#key = key;
    this.#start = progress;
    this.#rejects = rejects;
    const { rows: settledRow, counts, lastDay } = progress;
    this.#ledger = new Ledger({ settledRow, counts, lastDay }, (reject) => rejects.add(reject));
    this.#lanes = new Lanes(options.lanes ?? LANES, options.batchRows ?? BATCH_ROWS, (batch) =>
      sendBatch(batch, this.#sendContext()),
    );
  }

  /** Asks the service where to begin. An import cannot start without the service. */
  static async prepare(options: ImportOptions, survey: Survey): Promise<ImportRun> {
    const { importId, address } = options;
    const key = { sha256: survey.sha256, importId, address };
    const start = (await resumed(options, survey, key)) ?? (await fresh(options, survey));
    options.onStart(survey.rows, start.progress.rows);
    return new ImportRun(options, survey, key, start);
  }

  /** Returns true if every row is done, false if it was stopped. Notes the progress in any case. */
  async sendRows(): Promise<boolean> {
    const { stop, path } = this.#options;
    try {
      await this.#notingProgress(this.#sendAll());
    } catch (error) {
      await this.#lanes.finishInFlight();
      await this.#checkpoint();
      await this.#rejects.close();
      if (stop.aborted) return false;
      throw error;
    }
    this.#options.onRows(this.#ledger.settledRow);
    await this.#rejects.close();
    await removeProgress(pathsBeside(path).progress);
    return true;
  }

  async #sendAll(): Promise<void> {
    const { stop, path } = this.#options;
    const reader = openExport(path);
    for await (const row of reader.rows) {
      stop.throwIfAborted();
      if (this.#noteFailure !== undefined) throw this.#noteFailure;
      if (row.number > this.#start.rows) await this.#takeRow(row);
    }
    if (reader.sha256() !== this.#survey.sha256) {
      throw new ImportFileError(`${path} changed while it was imported. Run the import again.`);
    }
    await this.#lanes.drain();
  }

  /**
   * Also notes progress while rows wait for the service, so that a killed process repeats little.
   */
  async #notingProgress(sending: Promise<void>): Promise<void> {
    let isOver = false;
    const over = sending.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await Promise.race([over, delay(CHECKPOINT_INTERVAL_MS, undefined, { ref: false })]);
      if (isOver || this.#noteFailure !== undefined) break;
      try {
        await this.#checkpoint();
      } catch (error) {
        this.#noteFailure = error;
      }
    }
    await over;
  }

  result(complete: boolean, seconds: number): ImportResult {
    const { counts, settledRow: rows } = this.#ledger;
    return {
      complete,
      importId: this.#importId,
      rows,
      totalRows: this.#survey.rows,
      resumedRows: this.#start.rows,
      counts,
      knowsChanges: this.#start.startedAfterMicros !== undefined,
      rejectsPath: counts.rejected > 0 ? this.#rejects.path : undefined,
      seconds,
    };
  }

  /** The import id of the rows: the one given, or one made from the file. */
  get #importId(): string {
    return this.#options.importId || markImportId(this.#survey.sha256);
  }

  async #takeRow(row: FileRow): Promise<void> {
    const { columns, places } = this.#survey.header;
    const parsed = parseLegacyRow(row.fields, places, columns.length);
    if (parsed.kind === 'BAD') {
      const { line, fields } = row;
      const reason = `${parsed.problem.code}: ${parsed.problem.description}`;
      this.#ledger.settle(row.number, { kind: 'REJECTED', reject: { line, reason, fields } });
    } else if (this.#survey.isSuperseded(parsed.mark, row.number)) {
      this.#ledger.settle(row.number, { kind: 'SUPERSEDED' });
    } else {
      await this.#lanes.add(parsed.mark.employeeId, { row, mark: parsed.mark });
    }
    if (row.number - this.#ledger.settledRow > MAX_ROWS_AHEAD) await this.#lanes.drain();
  }

  #sendContext() {
    const { client, importId, stop, onOutage, maxOutageMs = MAX_OUTAGE_MS } = this.#options;
    return {
      client,
      importId,
      recordedWith: this.#importId,
      maxOutageMs,
      stop,
      onOutage,
      changedByImport: (day: Attendance) => changedAfter(day, this.#start.startedAfterMicros),
      settle: (row: FileRow, outcome: Parameters<Ledger['settle']>[1]) => {
        this.#ledger.settle(row.number, outcome);
        this.#options.onRows(this.#ledger.settledRow);
      },
    };
  }

  async #checkpoint(): Promise<void> {
    // Read together with the data that flush() takes: rows, counts and rejects must be of one
    // moment.
    const { settledRow: rows, counts, lastDay } = this.#ledger;
    const { startedAfterMicros } = this.#start;
    const rejectsBytes = await this.#rejects.flush();
    const progress = { rows, counts, rejectsBytes, lastDay, startedAfterMicros };
    await writeProgress(pathsBeside(this.#options.path).progress, this.#key, progress);
  }
}

/** Where an earlier run stopped, if its note, its rejects and the service still agree. */
async function resumed(
  { path, client }: ImportOptions,
  survey: Survey,
  key: ProgressKey,
): Promise<Start | undefined> {
  const beside = pathsBeside(path);
  const progress = await readProgress(beside.progress, key);
  if (progress === undefined || progress.rows > survey.rows) return undefined;
  if (progress.lastDay !== undefined && !(await stillHasDay(client, progress.lastDay))) {
    return undefined;
  }
  const { columns } = survey.header;
  const rejects = await RejectsFile.resume(beside.rejects, columns, progress.rejectsBytes);
  return rejects === undefined ? undefined : { progress, rejects };
}

async function fresh({ path, client }: ImportOptions, survey: Survey): Promise<Start> {
  const startedAfterMicros = await readServiceClock(client);
  const rejects = await RejectsFile.begin(pathsBeside(path).rejects, survey.header.columns);
  const progress = {
    rows: 0,
    counts: NO_COUNTS,
    rejectsBytes: 0,
    lastDay: undefined,
    startedAfterMicros: startedAfterMicros?.toString(),
  };
  return { progress, rejects };
}

function changedAfter({ updateTime }: Attendance, micros: string | undefined): boolean | undefined {
  if (micros === undefined || updateTime === undefined) return undefined;
  const { seconds, nanos } = updateTime;
  return seconds * 1_000_000n + BigInt(Math.trunc(nanos / 1000)) > BigInt(micros);
}
