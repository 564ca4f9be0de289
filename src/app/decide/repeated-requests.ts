// Replays: a request id that was used before gets the first answer again, or a refusal if it comes
// with other content. Check this before anything else.

import type { EarlierFact, ItemOutcome } from '../ports/batch.js';
import type { Fact } from '../ports/facts.js';
import type { BatchState } from './batch-state.js';
import type { EmployeeState } from './employee-state.js';

/** The request ids of a batch, each with the index of the item that used it. */
export class UsedRequestIds {
  readonly #places = new Map<string, { readonly index: number; readonly hash: Uint8Array }>();

  /** The first answer, or a refusal; undefined for a new request. */
  replay(fact: Fact, state: EmployeeState, batch: BatchState): ItemOutcome | undefined {
    const { employeeId, requestId, payloadHash } = fact;
    if (requestId === undefined) return undefined;
    const place = this.#places.get(keyOf(fact));
    const earlier = batch.view.earlier(employeeId, requestId);
    const hash = place?.hash ?? earlier?.payloadHash;
    if (hash === undefined) return undefined;
    if (!isSame(hash, payloadHash)) {
      return { kind: 'FAILED', failure: { kind: 'REQUEST_ID_REUSED', employeeId, requestId } };
    }
    if (place !== undefined) return batch.outcomeAt(place.index);
    if (fact.kind === 'MARK' && earlier?.isVoided === true) {
      return { kind: 'FAILED', failure: { kind: 'MARK_VOIDED', employeeId, requestId } };
    }
    return earlier && outcomeOf(earlier, state);
  }

  /** Call it only for recorded facts, because a refused request can be tried again. */
  remember(fact: Fact, index: number): void {
    if (fact.requestId === undefined) return;
    this.#places.set(keyOf(fact), { index, hash: fact.payloadHash });
  }
}

function keyOf({ employeeId, requestId }: Fact): string {
  return `${employeeId} ${requestId}`;
}

function outcomeOf(
  { sequence, days, punches, receivedAt }: EarlierFact,
  state: EmployeeState,
): ItemOutcome {
  const { employeeName } = state;
  // The first answer did not have what happened to a punch later. Voids by the fact itself stay.
  const first = punches.map((punch) =>
    punch.voided?.by === sequence ? punch : { ...punch, voided: undefined },
  );
  return {
    kind: 'DONE',
    employeeName,
    days: days.map(({ date, after }) => state.answerAs(date, after)),
    punches: first,
    receivedAt,
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
