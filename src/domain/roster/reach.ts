// How far, in dates, a shift, a punch and a change of the roster act. Wider is safe and slower; narrower
// loses days. The properties of the engine hold them to it.

/**
 * Windows of shifts this many dates apart can touch: a window covers 24 hours at most, and less where
 * it begins before its date. So it begins after the midnight before its date and ends before the
 * second midnight after it.
 */
export const NEIGHBOUR_DAYS = 2;

/** The same where not all is in one zone: one date's midnights can be 26 hours apart. */
export const FAR_NEIGHBOUR_DAYS = 4;

/**
 * A period of off-shift work covers less than twice the longest session, and its date can begin at
 * noon: four dates off, and two more for those that a zone, or a move across the date line, leaves
 * without any time.
 */
export const OFF_SHIFT_DAYS = 6;

/** How far from the UTC date of a punch the date can be that it counts for: one more than that. */
export const PUNCH_DAYS = 8;

/** How far from a stored day the date can be that its punches count for under another roster. */
export const NEAR_DAYS = 2 * PUNCH_DAYS;

/**
 * How far outside its own dates a change of the roster can move days: windows meet those of
 * neighbouring dates, and off-shift work is looked at in blocks of a week (plan.ts).
 */
export const CHANGE_DAYS = 30;
