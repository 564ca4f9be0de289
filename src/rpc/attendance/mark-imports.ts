// Imports of marks: lists them, and voids them step by step.

import { create } from '@bufbuild/protobuf';
import {
  type ListMarkImportsRequest,
  type ListMarkImportsResponse,
  ListMarkImportsResponseSchema,
  MarkImportSchema,
  type VoidMarkImportRequest,
  type VoidMarkImportResponse,
  VoidMarkImportResponseSchema,
  type MarkImport as WireImport,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { AttendanceStore } from '../../app/ports/attendance-store.js';
import { MAX_BATCH_FACTS } from '../../app/ports/fact-writes.js';
import type { FactRecorder } from '../../app/write/record-facts.js';
import { voidMarkImport } from '../../app/write/void-mark-import.js';
import type { MarkImport } from '../../domain/facts/mark-import.js';
import { timestampOfRecord } from '../edge/instants.js';
import type { Call } from '../edge/pipeline.js';
import { type Size, textBytes } from '../shared/answer-size.js';
import { readImportPage } from '../shared/import-pages.js';
import { pageSizeOf, parseReason } from '../shared/parse.js';

export async function listMarkImports(
  store: AttendanceStore,
  message: ListMarkImportsRequest,
  call: Call,
): Promise<ListMarkImportsResponse> {
  const { items, nextPageToken } = await readImportPage(store, message, {
    method: 'ListMarkImports',
    sizeOf: importSize,
    read: (query) => store.markImports.list(query, call.signal),
  });
  return create(ListMarkImportsResponseSchema, {
    markImports: items.map(toMarkImport),
    nextPageToken,
  });
}

export async function voidMarks(
  store: AttendanceStore,
  writes: FactRecorder,
  message: VoidMarkImportRequest,
  call: Call,
): Promise<VoidMarkImportResponse> {
  const asked = {
    importId: message.importId,
    reason: parseReason(message.reason),
    maxMarks: pageSizeOf(message.maxMarks, MAX_BATCH_FACTS, MAX_BATCH_FACTS),
    actor: call.actor,
    receivedAt: call.now,
  };
  const left = await voidMarkImport(store.markImports, writes, asked, call.signal);
  return create(VoidMarkImportResponseSchema, { markImport: toMarkImport(left) });
}

function toMarkImport(markImport: MarkImport): WireImport {
  const { importId, actor, firstRecordedAt, lastRecordedAt, marks, voided } = markImport;
  return create(MarkImportSchema, {
    importId,
    actor,
    firstRecordTime: timestampOfRecord(firstRecordedAt),
    lastRecordTime: timestampOfRecord(lastRecordedAt),
    markCount: BigInt(marks),
    standingCount: BigInt(marks - voided),
  });
}

/**
 * Bytes of an import in JSON without its texts: field names, times, numbers. A generous estimate.
 */
const IMPORT_BYTES = 400;

function importSize({ importId, actor }: MarkImport): Size {
  return { structure: IMPORT_BYTES, texts: textBytes(importId) + textBytes(actor) };
}
