// Reads figures about what is stored, each with one statement that walks one index.

import { type DayCounts, type FigureReads, MAX_COUNTED_DAYS } from '../../app/ports/figures.js';
import { ANOMALIES, type Anomaly } from '../../domain/facts/day.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { Database, Row } from '../postgres/database.js';
import { number } from '../postgres/rows.js';

export const FEED_POSITION = {
  name: 'feed_position',
  text: 'select position, recorded_at from feed_head where id = 1',
};

export const COUNT_DAYS = {
  name: 'count_days',
  text: `
    select anomalies, count(*) as days
    from (
      select anomalies from attendance_day
      where date - date '1900-01-01' = $1::date - date '1900-01-01'
      limit ${MAX_COUNTED_DAYS}
    ) d
    group by anomalies`,
};

export function createFigureReads(reads: Database): FigureReads {
  return {
    async feedHead() {
      const [row] = await reads.query(FEED_POSITION);
      if (row === undefined) throw new Error('feed_head has lost its row');
      const recordedAt = number(row, 'recorded_at') as RecordTime;
      return { position: number(row, 'position'), recordedAt };
    },
    async countDays(epochDay) {
      return countsOf(await reads.query(COUNT_DAYS, fromEpochDay(epochDay)));
    },
  };
}

function countsOf(rows: readonly Row[]): DayCounts {
  const anomalies = new Map<Anomaly, number>();
  let days = 0;
  for (const row of rows) {
    const [bits, count] = [number(row, 'anomalies'), number(row, 'days')];
    days += count;
    for (const [place, anomaly] of ANOMALIES.entries()) {
      if ((bits & (1 << place)) === 0) continue;
      anomalies.set(anomaly, (anomalies.get(anomaly) ?? 0) + count);
    }
  }
  return { days, anomalies };
}
