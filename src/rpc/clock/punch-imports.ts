// Imports of punches: listed, and taken back step by step.

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
import type { BadgeStore } from '../../app/ports/badges.js';
import type { AttendanceStore } from '../../app/ports/ports.js';
import type { FactRecorder } from '../../app/write/record-facts.js';
import { MAX_VOIDED_PER_STEP, voidImport } from '../../app/write/void-import.js';
import { type PunchImport, standingCount } from '../../domain/facts/punch-import.js';
import type { RecordTime } from '../../domain/time/time.js';
import { timestampOfRecord } from '../edge/instants.js';
import type { Call } from '../edge/pipeline.js';
import { countOfPage, type Size, textBytes } from '../shared/answer-size.js';
import { limitOf, placeOf, tokenOf } from '../shared/pages.js';
import { pageSizeOf, parseReason } from '../shared/parse.js';

const BOUND = ['ListImports'] as const;

export async function listPunchImports(
  store: AttendanceStore,
  message: ListImportsRequest,
  call: Call,
): Promise<ListImportsResponse> {
  const place = await placeOf(store, BOUND, message.pageToken);
  const after = place && {
    firstRecordedAt: Number(place[0]) as RecordTime,
    importId: String(place[1]),
  };
  const limit = limitOf(message);
  // One more than asked for tells whether it ends.
  const found = await store.listImports({ after, limit: limit + 1 }, call.signal);
  const wanted = found.slice(0, limit);
  const page = wanted.slice(0, await countOfPage(wanted, importSize));
  const last = page.length < found.length ? page.at(-1) : undefined;
  return create(ListImportsResponseSchema, {
    punchImports: page.map(toPunchImport),
    nextPageToken: await tokenOf(store, BOUND, last && [last.firstRecordedAt, last.importId]),
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
  const done = await voidImport({ store, badges, writes }, asked, call.signal);
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

/** An import in JSON without its texts: names of fields, times, numbers; generously. */
const IMPORT_BYTES = 400;

function importSize({ importId, actor }: PunchImport): Size {
  return { structure: IMPORT_BYTES, texts: textBytes(importId) + textBytes(actor) };
}
