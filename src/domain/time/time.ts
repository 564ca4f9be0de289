// Two kinds of time that must not be mixed up: when something happened in the world,
// and when this service committed what it was told.

/** Milliseconds since 1970-01-01T00:00:00Z: a moment in the world, as a clock tells it. */
export type Instant = number & { readonly __brand: 'Instant' };

/**
 * Microseconds since 1970-01-01T00:00:00Z: when a transaction was recorded. Strictly
 * increasing over commits, in PostgreSQL's own precision, and exact in a double until 2255.
 */
export type RecordTime = number & { readonly __brand: 'RecordTime' };

/** The second a moment falls in: what is beyond it is dropped. */
export function wholeSecond(time: Instant): Instant {
  return (Math.floor(time / 1000) * 1000) as Instant;
}

/** The moment a record time falls in, rounded down. */
export function instantOf(recorded: RecordTime): Instant {
  return Math.floor(recorded / 1000) as Instant;
}
