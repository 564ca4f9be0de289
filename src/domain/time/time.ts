// Two kinds of time that must not be mixed up: when something happened in the world, and when this
// service committed it.

/** Milliseconds since 1970-01-01T00:00:00Z: a moment in the world, as a clock shows it. */
export type Instant = number & { readonly __brand: 'Instant' };

/**
 * Microseconds since 1970-01-01T00:00:00Z at which a transaction was recorded. Strictly increasing
 * over commits, with PostgreSQL's own precision, and exact in a double until 2255.
 */
export type RecordTime = number & { readonly __brand: 'RecordTime' };

/** The second of a moment. Drops fractions. */
export function wholeSecond(time: Instant): Instant {
  return (Math.floor(time / 1000) * 1000) as Instant;
}

/** The moment of a record time, rounded down. */
export function instantOf(recorded: RecordTime): Instant {
  return Math.floor(recorded / 1000) as Instant;
}
