// Imports of punches: lists them, and voids them step by step.

import { create } from '@bufbuild/protobuf';
import {
  type ListImportsRequest,
  type ListImportsResponse,
  ListImportsResponseSchema,
  PunchImportSchema,
  type VoidImportRequest,
  type VoidImportResponse,
  VoidImportResponseSchema,
  type PunchImport as WireImport,
} from '../../../gen/attendance/v1/clock_service_pb.js';
import type { AttendanceStore } from '../../app/ports/attendance-store.js';
import type { BadgeStore } from '../../app/ports/badges.js';
import type { FactRecorder } from '../../app/write/record-facts.js';
import { MAX_VOIDED_PER_STEP, voidImport } from '../../app/write/void-import.js';
import { type PunchImport, standingCount } from '../../domain/facts/punch-import.js';
import { timestampOfRecord } from '../edge/instants.js';
import type { Call } from '../edge/pipeline.js';
import { type Size, textBytes } from '../shared/answer-size.js';
import { readImportPage } from '../shared/import-pages.js';
import { pageSizeOf, parseReason } from '../shared/parse.js';

export async function listPunchImports(
  store: AttendanceStore,
  message: ListImportsRequest,
  call: Call,
): Promise<ListImportsResponse> {
  const { items, nextPageToken } = await readImportPage(store, message, {
    method: 'ListImports',
    sizeOf: importSize,
    read: (query) => store.punchImports.list(query, call.signal),
  });
  return create(ListImportsResponseSchema, {
    punchImports: items.map(toPunchImport),
    nextPageToken,
  });
}

export async function voidPunchImport(
  store: AttendanceStore,
  badges: BadgeStore,
  writes: FactRecorder,
  message: VoidImportRequest,
  call: Call,
): Promise<VoidImportResponse> {
  const asked = {
    importId: message.importId,
    reason: parseReason(message.reason),
    maxPunches: pageSizeOf(message.maxPunches, MAX_VOIDED_PER_STEP, MAX_VOIDED_PER_STEP),
    actor: call.actor,
    receivedAt: call.now,
  };
  const done = await voidImport(
    { imports: store.punchImports, badges, writes },
    asked,
    call.signal,
  );
  const { voidedCount, discardedCount, punchImport } = done;
  return create(VoidImportResponseSchema, {
    voidedCount,
    discardedCount,
    punchImport: toPunchImport(punchImport),
  });
}

function toPunchImport(punchImport: PunchImport): WireImport {
  const { importId, actor, firstRecordedAt, lastRecordedAt } = punchImport;
  return create(PunchImportSchema, {
    importId,
    actor,
    firstRecordTime: timestampOfRecord(firstRecordedAt),
    lastRecordTime: timestampOfRecord(lastRecordedAt),
    punchCount: BigInt(punchImport.punches),
    standingCount: BigInt(standingCount(punchImport)),
    voidedCount: BigInt(punchImport.voided),
    replacedCount: BigInt(punchImport.replaced),
    quarantinedCount: BigInt(punchImport.quarantined),
  });
}

/**
 * Bytes of an import in JSON without its texts: field names, times, numbers. A generous estimate.
 */
const IMPORT_BYTES = 400;

function importSize({ importId, actor }: PunchImport): Size {
  return { structure: IMPORT_BYTES, texts: textBytes(importId) + textBytes(actor) };
}
