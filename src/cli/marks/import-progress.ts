// The note that an interrupted import leaves, so that the next run can skip completed rows. It is
// only an optimisation: request ids make it safe to send everything again. So if anything is odd
// about the note, the import starts at the first row.

import { open, readFile, rename, rm } from 'node:fs/promises';
import type { ImportCounts, SettledDay } from './import-ledger.js';

// Raise it if a resumed row could be treated differently from the run that left the note.
const FORMAT = 2;

/** What a note is valid for: the same bytes, sent as the same import to the same service. */
export interface ProgressKey {
  readonly sha256: string;
  readonly importId: string;
  readonly address: string;
}

export interface Progress {
  /** Completed rows below the header, without a gap. */
  readonly rows: number;
  readonly counts: ImportCounts;
  /** The length of the rejects file with exactly the rejects among those rows. */
  readonly rejectsBytes: number;
  /** The last day that the service accepted. A service without it is not the same one. */
  readonly lastDay: SettledDay | undefined;
  /** Days changed after this moment were changed by the import; see import-run.ts. */
  readonly startedAfterMicros: string | undefined;
}

/** The note at `path`, if it is valid for `key`. */
export async function readProgress(path: string, key: ProgressKey): Promise<Progress | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as { format?: unknown; key?: ProgressKey; progress?: Progress };
    const isOurs =
      note.format === FORMAT &&
      note.key?.sha256 === key.sha256 &&
      note.key.importId === key.importId &&
      note.key.address === key.address;
    return isOurs && isSound(note.progress) ? note.progress : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the note atomically: if the process dies, the file holds the old or the new note. */
export async function writeProgress(
  path: string,
  key: ProgressKey,
  progress: Progress,
): Promise<void> {
  const written = `${path}.tmp`;
  const handle = await open(written, 'w');
  try {
    await handle.writeFile(`${JSON.stringify({ format: FORMAT, key, progress }, null, 2)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(written, path);
}

export async function removeProgress(path: string): Promise<void> {
  await rm(path, { force: true });
}

function isSound(progress: Progress | undefined): progress is Progress {
  if (progress === undefined) return false;
  const { rows, rejectsBytes, counts } = progress;
  const numbers = [
    rows,
    rejectsBytes,
    counts?.recorded,
    counts?.alreadyThere,
    counts?.superseded,
    counts?.rejected,
  ];
  return numbers.every((number) => Number.isSafeInteger(number) && Number(number) >= 0);
}
