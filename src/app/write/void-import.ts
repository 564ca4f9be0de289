// Voids an import of punches, a bounded number at a time. Each step is a transaction like that of
// any void, so days, history and caches follow it. The only state is the punches themselves: the
// next call continues with those that still count.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import type { PunchImport } from '../../domain/facts/punch-import.js';
import type { Instant } from '../../domain/time/time.js';
import type { BadgeStore } from '../ports/badges.js';
import { MAX_BATCH_FACTS } from '../ports/fact-writes.js';
import { NO_PAYLOAD_HASH, type VoidFact } from '../ports/facts.js';
import type { ImportReads, PunchImportReads, PunchName } from '../ports/import-reads.js';
import type { FactRecorder, RecordResult } from './record-facts.js';

/** The most punches that one step voids: as many as one call records. */
export const MAX_VOIDED_PER_STEP = MAX_BATCH_FACTS;

/** The most punches of one void. Their days are derived in one turn, as with VoidPunch. */
const MAX_PUNCHES_PER_VOID = 100;

export interface ImportToVoid {
  readonly importId: string;
  readonly reason: string;
  /** At most MAX_VOIDED_PER_STEP. */
  readonly maxPunches: number;
  readonly actor: string;
  readonly receivedAt: Instant;
}

export interface VoidedImport {
  /** How many punches this step voided. */
  readonly voidedCount: number;
  /** How many punches it discarded from quarantine. */
  readonly discardedCount: number;
  /** As the step left it. */
  readonly punchImport: PunchImport;
}

export interface VoidImportPorts {
  readonly imports: PunchImportReads;
  readonly badges: BadgeStore;
  readonly writes: FactRecorder;
}

/** Voids some of the standing punches of an import. Throws IMPORT_NOT_FOUND. */
export async function voidImport(
  { imports, badges, writes }: VoidImportPorts,
  asked: ImportToVoid,
  caller?: AbortSignal,
): Promise<VoidedImport> {
  const { importId, maxPunches, actor, reason } = asked;
  await knownImport(imports, importId, caller);
  // Quarantine comes first: its punches could be released to an employee after the voids.
  const waiting = await badges.listQuarantinedOfImport(importId, maxPunches, caller);
  const discardedCount = await badges.discard(waiting, { actor, reason }, caller);
  const left = maxPunches - waiting.length;
  const standing = left === 0 ? [] : await imports.listStanding(importId, left, caller);
  const results = await writes.record(voidFacts(standing, asked), caller);
  const voidedCount = results.reduce((sum, result) => sum + countOf(result), 0);
  const punchImport = await knownImport(imports, importId, caller);
  return { voidedCount, discardedCount, punchImport };
}

/** Throws IMPORT_NOT_FOUND. */
export async function knownImport<Import>(
  imports: Pick<ImportReads<Import, unknown>, 'read'>,
  importId: string,
  caller: AbortSignal | undefined,
): Promise<Import> {
  const found = await imports.read(importId, caller);
  if (found === undefined) throw new AttendanceError({ kind: 'IMPORT_NOT_FOUND', importId });
  return found;
}

function voidFacts(
  standing: readonly PunchName[],
  { reason, actor, receivedAt }: ImportToVoid,
): VoidFact[] {
  return groupsOf(standing).map(({ employeeId, punchIds }) => ({
    kind: 'VOID',
    employeeId,
    punchIds,
    // It is no error if another call voids one of them meanwhile.
    onlyStanding: true,
    reason,
    requestId: undefined,
    payloadHash: NO_PAYLOAD_HASH,
    validateOnly: false,
    actor,
    receivedAt,
  }));
}

interface Group {
  readonly employeeId: EmployeeId;
  readonly punchIds: number[];
}

/** Groups of one employee each, in order. */
function groupsOf(standing: readonly PunchName[]): Group[] {
  const groups: Group[] = [];
  for (const { employeeId, punchId } of standing) {
    const last = groups.at(-1);
    if (last?.employeeId === employeeId && last.punchIds.length < MAX_PUNCHES_PER_VOID) {
      last.punchIds.push(punchId);
    } else groups.push({ employeeId, punchIds: [punchId] });
  }
  return groups;
}

function countOf(result: RecordResult): number {
  if (result.failure !== undefined) throw new AttendanceError(result.failure);
  return result.punches.length;
}
