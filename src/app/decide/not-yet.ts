import type { RecordTime } from '../../domain/time/time.js';

/** A time of recording, until the commit tells it. */
export const NOT_YET = 0 as RecordTime;
