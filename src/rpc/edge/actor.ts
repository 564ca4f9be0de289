// The name that is recorded with what a caller does. A backend that acts for a person says for whom;
// both are recorded, as `payroll for jane`, so that nobody can pass for another.

import { AttendanceError, invalidField } from '../../domain/facts/errors.js';
import { ACT_SCOPE, ANONYMOUS, type Caller, type CallHeaders } from './caller.js';

/** The header in which a backend says for whom it acts. */
export const ACTOR_HEADER = 'x-attendance-actor';

/**
 * Visible ASCII and spaces in between, 1 to 128 characters. No comma: transports join equal headers
 * with it, and two names would look like one.
 */
const ACTOR_NAME = /^[!-+\--~](?:[ -+\--~]{0,126}[!-+\--~])?$/;

/**
 * What to record. While callers are not authenticated the header is ignored: nothing is recorded
 * that anybody could have made up.
 */
export function actorOf(caller: Caller, headers: CallHeaders): string {
  if (caller === ANONYMOUS) return caller.name;
  const told = headers.get(ACTOR_HEADER);
  if (told === null) return caller.name;
  if (!caller.scopes.has(ACT_SCOPE)) {
    throw new AttendanceError({ kind: 'SCOPE_REQUIRED', scopes: [ACT_SCOPE] });
  }
  if (!ACTOR_NAME.test(told)) {
    const description =
      'must be 1 to 128 visible ASCII characters, with spaces in between and without commas: send ' +
      'the header once, with the id of the person';
    throw invalidField(ACTOR_HEADER, 'ACTOR_INVALID', description);
  }
  return `${caller.name} for ${told}`;
}
