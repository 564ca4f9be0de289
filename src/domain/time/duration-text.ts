// Writes a length of time as people do. The same text everywhere, whatever the machine's language.

/**
 * `7 h 30 min`, `45 s`, `24 h`. Omits parts that are 0, except `0 min` itself. Takes any number of
 * seconds; a fraction is shown as it is, `1.5 s`.
 */
export function lengthText(seconds: number): string {
  if (!Number.isSafeInteger(seconds)) return `${seconds} s`;
  if (seconds === 0) return '0 min';
  if (seconds < 0) return `-${lengthText(-seconds)}`;
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** A time of day in seconds after midnight, as `HH:MM`. */
export function timeOfDayText(secondOfDay: number): string {
  return new Date(secondOfDay * 1000).toISOString().slice(11, 16);
}
