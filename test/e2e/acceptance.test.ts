// The acceptance cases once more, over the wire: each row as a SimulateAttendanceRequest to the
// running service, and its answer compared with what the row expects. The rows themselves, and
// the first run of them against the rules alone, are in ../domain/cases/.

import { expect } from 'chai';
import { ALL_CASES } from '../domain/cases/rows/all.js';
import { expectDay, expectNothingWorked } from '../domain/support/day-view.js';
import { Notation } from '../domain/support/notation.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';
import { seenDayOf, seenFindingsOf } from './support/simulated-day.js';
import { simulationRequestOf } from './support/simulation-request.js';

describe('acceptance over the wire', () => {
  let database: TestDatabase;
  let running: TestService;

  before(async () => {
    database = await createTestDatabase();
    running = await startTestService({ databaseUrl: database.url });
  });

  after(async () => {
    await running?.stop();
    await database?.drop();
  });

  for (const row of ALL_CASES) {
    it(`${row.id} ${row.title} (${row.source})`, async () => {
      const { days } = await running.client.simulateAttendance(simulationRequestOf(row));
      const notation = new Notation(row);
      const unmet = new Set(Object.keys(row.days));
      for (const simulated of days) {
        const attendance = simulated.attendance ?? expect.fail('a day without attendance');
        const date = notation.sayDate(attendance.date);
        const day = seenDayOf(attendance);
        if (unmet.delete(date)) expectDay(row, date, day, seenFindingsOf(simulated));
        else expectNothingWorked(date, day);
      }
      expect([...unmet], 'dates that were not answered').to.deep.equal([]);
    });
  }
});
