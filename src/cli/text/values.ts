// Single values that people type: what they may be, and how they are shown.

export { isIsoDate } from '../time/iso-date.js';

export const EMPLOYEE_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** As cards and chips are numbered. */
export const BADGE_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/** A value for a person: bounded, on one line. */
export function shown(value: string): string {
  const MAX_SHOWN = 40;
  return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value);
}
