// The distance of a punch from where it was expected.

import type { Position } from './punch.js';

/** The earth's mean radius (IUGG). */
const EARTH_METERS = 6_371_008.8;

/** Along the great circle of a sphere. The error is below 0.6 %. */
export function distanceMeters(a: Position, b: Position): number {
  const latitude = radians(b.latitude - a.latitude);
  const longitude = radians(b.longitude - a.longitude);
  const chord =
    Math.sin(latitude / 2) ** 2 +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(longitude / 2) ** 2;
  return 2 * EARTH_METERS * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
