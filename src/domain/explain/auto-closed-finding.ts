// What is found about a session that a rule closes.

import type { AutoCloseRule } from '../roster/shift.js';
import type { Instant } from '../time/time.js';

/** A rule that closes a session without a departure. AUTO_CLOSES: it has not done so yet. */
export type AutoClosedFinding = {
  readonly rule: 'AUTO_CLOSED' | 'AUTO_CLOSES';
  readonly shiftId: string;
  readonly inTime: Instant;
  readonly closeTime: Instant;
  readonly by: AutoCloseRule;
  /** Present with PLANNED_END: the end before the tolerance. */
  readonly plannedEndTime?: Instant;
  /** Present with PLANNED_WORK: the work before the tolerance. */
  readonly plannedSeconds?: number;
  /** The tolerance, or with LENGTH the length. */
  readonly afterSeconds: number;
  /** Whether it closes before what the rule says, because a session cannot last that long. */
  readonly isCut: boolean;
};
