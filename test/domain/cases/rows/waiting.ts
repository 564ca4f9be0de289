// The cases, or the parts of them, that nothing here can answer yet. What a clock refuses and what
// is stored is not among them any more: test/e2e/cases tells that over the wire.

export interface WaitingCase {
  readonly id: string;
  readonly why: string;
}

/** What is finalised comes with the lock of a period; until then a correction is taken. */
export const WAITING_FOR_THE_PERIOD_LOCK: readonly WaitingCase[] = [
  { id: 'A39', why: 'ReplacePunch refuses to change what a finalised day rests on' },
];

/** Who may do what comes with the caller's token; the rest of the case is tested. */
export const WAITING_FOR_TOKENS: readonly WaitingCase[] = [
  { id: 'E15', why: 'a supervisor corrects punches of their own group only' },
];

/** Worked time and dates are tested; the overtime itself comes with its rules. */
export const WAITING_FOR_OVERTIME: readonly WaitingCase[] = [
  { id: 'D7', why: 'two hours of overtime in both zones' },
];
