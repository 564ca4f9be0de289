// How far, in dates, a shift, a punch and a roster change can have an effect. Too wide is safe and
// slow; too narrow loses days. The properties of the engine verify these values.

/**
 * Windows of shifts this many dates apart can touch. A window covers 24 hours at most, and less if
 * it begins before its date. So it begins after the midnight before its date, and ends before the
 * second midnight after it.
 */
export const NEIGHBOUR_DAYS = 2;

/** The same with several zones: the midnights of one date can be 26 hours apart. */
export const FAR_NEIGHBOUR_DAYS = 4;

/**
 * A period of off-shift work covers less than twice the longest session, and its date can begin at
 * noon: four dates. Two more are for dates that a zone, or a move across the date line, leaves
 * without any time.
 */
export const OFF_SHIFT_DAYS = 6;

/**
 * How far the date that a punch counts for can be from the punch's UTC date: two more, for the
 * zones.
 */
export const PUNCH_DAYS = 8;

/** How far from a stored day its punches can count under another roster. */
export const NEAR_DAYS = 2 * PUNCH_DAYS;

/**
 * How far outside its own dates a roster change can change days: windows meet those of neighbouring
 * dates, and off-shift work is read in weekly blocks (plan.ts).
 */
export const CHANGE_DAYS = 30;
