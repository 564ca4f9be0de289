// The cases, or the parts of them, that are not about the engine: what a clock refuses, and
// what is stored. They wait for the command that will say no.

export interface WaitingCase {
  readonly id: string;
  readonly why: string;
}

/** What a person's commands, corrections and creates have to refuse, or to do only once. */
export const WAITING_FOR_THE_CLOCK: readonly WaitingCase[] = [
  { id: 'A30', why: 'a create-only mark of a day there is, of another status: etag "0", ABORTED' },
  { id: 'A31', why: 'a create-only mark of a day there is: etag "0", ABORTED' },
  { id: 'A39', why: 'ReplacePunch refuses to change what a settled day rests on' },
  { id: 'C24', why: 'ReplacePunch refuses what would make a session longer than the maximum' },
  { id: 'C27', why: 'ReplacePunch moves the punch and both of its dates in one transaction' },
  { id: 'D15', why: 'ClockOut refuses a moment before the arrival: OUT_BEFORE_IN' },
  { id: 'E1', why: 'ClockOut refuses a moment before the arrival: OUT_BEFORE_IN' },
  { id: 'E2', why: 'ClockIn refuses while a session is open: ALREADY_CLOCKED_IN' },
  { id: 'E3', why: 'a correction refuses a session that overlaps another: OVERLAPS' },
  {
    id: 'E6',
    why: 'ClockIn succeeds days later and refuses within the window of the open session',
  },
  { id: 'E7', why: 'ClockIn refuses a moment within a session: OVERLAPS' },
  { id: 'E9', why: 'ClockOut refuses while nothing is open: NOT_CLOCKED_IN' },
  { id: 'E10', why: 'ClockOut refuses a moment before the arrival: OUT_BEFORE_IN' },
  { id: 'E12', why: 'ClockOut refuses to span another session: OVERLAPS' },
  { id: 'E14', why: 'ReplacePunch refuses to move an arrival into another session: OVERLAPS' },
  { id: 'E15', why: 'commands name the invalid field, the missing punch, the missing right' },
  { id: 'E16', why: 'voiding several punches, one of them missing: all or nothing' },
  { id: 'E17', why: 'ReplacePunch refuses to move an end past the other: OUT_BEFORE_IN' },
  { id: 'E18', why: 'ClockIn refuses a moment within a session: OVERLAPS' },
  { id: 'E19', why: 'ReplacePunch refuses to move an arrival into another session: OVERLAPS' },
  { id: 'E20', why: 'ClockIn refuses a third punch where two sessions touch' },
  { id: 'E22', why: 'ClockOut refuses the instant of the arrival' },
  { id: 'E23', why: 'ClockOut refuses to end a session within another: OVERLAPS' },
  { id: 'E24', why: 'VoidPunch takes the departure back' },
  { id: 'E25', why: 'two writers of the same punch: one is stored, the other gets the original' },
  { id: 'E26', why: 'two create-only marks at once: one is stored, the other is ABORTED' },
  { id: 'E28', why: 'RecordPunches answers a log sent again with the originals' },
  {
    id: 'E31',
    why: 'ClockIn again with the same request id; while open; for the future; overlapping',
  },
];

/** Worked time and dates are tested; the overtime itself comes with its rules. */
export const WAITING_FOR_OVERTIME: readonly WaitingCase[] = [
  { id: 'D7', why: 'two hours of overtime in both zones' },
];
