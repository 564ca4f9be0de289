// Single values that people type: their form, and how they are shown.

export { isIsoDate } from '../time/iso-date.js';

export const EMPLOYEE_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Hours of a day: `10:00-12:00`. */
const HOURS = /^((?:[01][0-9]|2[0-3]):[0-5][0-9])-((?:[01][0-9]|2[0-3]):[0-5][0-9])$/;

/** Undefined if the text is not `HH:MM-HH:MM`. */
export function parseHours(
  text: string,
): { readonly startTimeOfDay: string; readonly endTimeOfDay: string } | undefined {
  const [, startTimeOfDay, endTimeOfDay] = HOURS.exec(text) ?? [];
  if (startTimeOfDay === undefined || endTimeOfDay === undefined) return undefined;
  return startTimeOfDay === endTimeOfDay ? undefined : { startTimeOfDay, endTimeOfDay };
}

/** The form of the numbers on cards and chips. */
export const BADGE_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/** A value for a person: bounded, on one line. */
export function shown(value: string): string {
  const MAX_SHOWN = 40;
  return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value);
}
