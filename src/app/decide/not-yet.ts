import type { RecordTime } from '../../domain/time/time.js';

/** Stands for the record time until the commit determines it. */
export const NOT_YET = 0 as RecordTime;
