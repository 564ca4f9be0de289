// The steps for the versions of shifts and policies in a roster file. Pure.

import type { ChangeAnswer, RosterStep, RosterWrites, Sending } from './roster-plan.js';
import type { RosterEntry } from './roster-row.js';
import type { KnownRoster } from './roster-snapshot.js';
import { isSamePolicy, isSameVersion, policyAsked, versionAsked } from './shift-version.js';

type EntryOf<T extends RosterEntry['type']> = Extract<RosterEntry, { type: T }>;

/** A version to send, of a thing that the service may already have. */
interface Version {
  readonly id: string;
  /** Undefined: the service does not have the thing. */
  readonly etag: string | undefined;
  readonly isSame: boolean;
  /** Returns the thing. `isNew`: no version of it was sent before. */
  readonly send: (
    client: RosterWrites,
    sending: Sending & { readonly etag: string },
    isNew: boolean,
  ) => Promise<ChangeAnswer & { readonly sent: { readonly etag: string } | undefined }>;
}

export function shiftSteps(entries: readonly EntryOf<'shift'>[], known: KnownRoster): RosterStep[] {
  return versionSteps(entries, (entry) => {
    const { shiftId } = entry;
    const history = known.shifts.get(shiftId);
    const shift = versionAsked(entry, history);
    return {
      id: shiftId,
      etag: history?.etag,
      isSame: isSameVersion(shift, history),
      send: async (client, { etag, ...sending }, isNew) => {
        const updateMask = { paths: ['*'] };
        const answer = isNew
          ? await client.createShift({ shift, ...sending })
          : await client.updateShift({ shift, ...sending, etag, updateMask });
        return { rosterChange: answer.rosterChange, sent: answer.shift };
      },
    };
  });
}

export function policySteps(
  entries: readonly EntryOf<'policy'>[],
  known: KnownRoster,
): RosterStep[] {
  return versionSteps(entries, (entry) => {
    const { policyId } = entry;
    const history = known.policies.get(policyId);
    const policy = policyAsked(entry, history);
    return {
      id: policyId,
      etag: history?.etag,
      isSame: isSamePolicy(policy, history),
      send: async (client, sending) => {
        const answer = await client.setPolicy({ policy, ...sending });
        return { rosterChange: answer.rosterChange, sent: answer.policy };
      },
    };
  });
}

/** By effective date within a thing. The first version of a new thing creates it. */
function versionSteps<E extends EntryOf<'shift' | 'policy'>>(
  entries: readonly E[],
  versionOf: (entry: E) => Version,
): RosterStep[] {
  const etags = new Map<string, string>();
  const begun = new Set<string>();
  const inOrder = [...entries].sort(byEffectiveDate);
  return inOrder.map((entry) => {
    const { line, type, effectiveDate } = entry;
    const { id, etag, isSame, send } = versionOf(entry);
    const isNew = etag === undefined && !begun.has(id);
    begun.add(id);
    if (etag !== undefined) etags.set(id, etag);
    return {
      line,
      type,
      what: `${type} ${id}${effectiveDate === '' ? '' : ` from ${effectiveDate}`}`,
      about: `${type} ${id}`,
      needs: [],
      // A further version of an existing thing updates that thing.
      verb: isSame ? 'SAME' : isNew ? 'CREATE' : 'UPDATE',
      send: async (client, sending) => {
        const answer = await send(client, { ...sending, etag: etags.get(id) ?? '' }, isNew);
        // The next version of the same thing is written on top of this one.
        if (answer.sent !== undefined) etags.set(id, answer.sent.etag);
        return answer;
      },
    };
  });
}

interface Dated {
  readonly effectiveDate: string;
}

function byEffectiveDate({ effectiveDate: one }: Dated, { effectiveDate: other }: Dated): number {
  return Number(one > other) - Number(one < other);
}
