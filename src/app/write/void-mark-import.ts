// Voids an import of marks, a bounded number of days at a time. As with punches (void-import.ts),
// the only state is the marks themselves: the next call continues with those that stand.

import { AttendanceError } from '../../domain/facts/errors.js';
import type { MarkImport } from '../../domain/facts/mark-import.js';
import type { Instant } from '../../domain/time/time.js';
import { NO_PAYLOAD_HASH, type VoidMarksFact } from '../ports/facts.js';
import type { MarkImportReads } from '../ports/import-reads.js';
import type { FactRecorder } from './record-facts.js';
import { knownImport } from './void-import.js';

export interface MarkImportToVoid {
  readonly importId: string;
  readonly reason: string;
  /** At most MAX_BATCH_FACTS. */
  readonly maxMarks: number;
  readonly actor: string;
  readonly receivedAt: Instant;
}

/** Voids some marks of an import. Returns the import after that. Throws IMPORT_NOT_FOUND. */
export async function voidMarkImport(
  imports: MarkImportReads,
  writes: FactRecorder,
  { importId, reason, maxMarks, actor, receivedAt }: MarkImportToVoid,
  caller?: AbortSignal,
): Promise<MarkImport> {
  await knownImport(imports, importId, caller);
  const dates = await imports.listStanding(importId, maxMarks, caller);
  const facts = dates.map(({ employeeId, date }): VoidMarksFact => {
    const header = { requestId: undefined, payloadHash: NO_PAYLOAD_HASH, actor, receivedAt };
    return { kind: 'VOID_MARKS', employeeId, date, importId, reason, ...header };
  });
  for (const { failure } of await writes.record(facts, caller)) {
    if (failure !== undefined) throw new AttendanceError(failure);
  }
  return await knownImport(imports, importId, caller);
}
