// What the roster says for an employee and a date. There is no roster yet, so every plan is
// the empty one; the type stands where the engine will put shifts, holidays and zones.

/** What is expected of a day. */
export interface Plan {
  /** `NONE`: no roster applies, so nothing is expected. */
  readonly kind: 'NONE';
}

export const NO_PLAN: Plan = { kind: 'NONE' };
