// Checks of single values that shifts and rosters share. They take any number, NaN too.

import type { FieldViolation } from '../facts/errors.js';
import { lengthText } from '../time/duration-text.js';

/** The bounds of a length in whole seconds, both included. */
export interface LengthBounds {
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

/** A field's path from its message's path. '' is the request itself. */
export function fieldPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The violation of a length, if any: it must be whole seconds between the bounds. */
export function checkLength(
  seconds: number,
  { minSeconds, maxSeconds }: LengthBounds,
  field: string,
): FieldViolation[] {
  const right = `must be ${lengthText(minSeconds)} to ${lengthText(maxSeconds)}`;
  const sent = `it is ${lengthText(seconds)}`;
  if (!Number.isSafeInteger(seconds)) {
    const description = `${right}, in whole seconds; ${sent}`;
    return [{ field, reason: 'NOT_WHOLE_SECONDS', description }];
  }
  if (seconds >= minSeconds && seconds <= maxSeconds) return [];
  const reason =
    seconds < 0 ? 'LENGTH_NEGATIVE' : seconds < minSeconds ? 'LENGTH_TOO_SHORT' : 'LENGTH_TOO_LONG';
  return [{ field, reason, description: `${right}; ${sent}` }];
}
