// The made-up month: the same for the same seed, with all it is meant to have; and the month
// in a running service, looked at as an administrator would. By hand with 5,000 employees:
// bench/company/main.ts.

import { expect } from 'chai';
import { audit } from '../../bench/company/audit.js';
import { companyMonth } from '../../bench/company/company.js';
import { clientsOf, loadMarks, loadPunches, loadRoster } from '../../bench/company/load.js';
import { describeVariants } from '../e2e/support/variants.js';

const SIZE = 60;
/** In the service half of them do: it is asked for every one of their days. */
const SERVED = 30;
const SEED = 20_260_301;
const TIMEOUT_MS = 120_000;

describe('a made-up month', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(companyMonth(SIZE, SEED)).to.deep.equal(companyMonth(SIZE, SEED));
    expect(companyMonth(SIZE, SEED)).to.not.deep.equal(companyMonth(SIZE, SEED + 1));
  });

  it('has everything that a month can have', () => {
    const { truth, uploads, punchCount, workers } = companyMonth(SIZE, SEED);
    const statuses = new Set(truth.map(({ status }) => status));
    expect([...statuses].sort()).to.deep.equal([
      'ABSENT',
      'DAY_OFF',
      'HOLIDAY',
      'ON_LEAVE',
      'PRESENT',
    ]);
    const flags = new Set(truth.flatMap((day) => day.flags));
    expect([...flags].sort()).to.deep.equal([
      'DUPLICATE_PUNCH',
      'MISSING_OUT',
      'WORKED_ON_HOLIDAY',
    ]);
    const sent = uploads.flat();
    expect(sent.length).to.be.above(punchCount);
    expect(new Set(sent.map((each) => `${each.deviceId} ${each.eventId}`)).size).to.equal(
      punchCount,
    );
    expect(workers.some(({ joinDate }) => joinDate !== undefined)).to.equal(true);
    expect(workers.some(({ leaveDate }) => leaveDate !== undefined)).to.equal(true);
  });
});

describeVariants('a made-up month in the service', (serviceOf) => {
  it(`every day of ${SERVED} employees is as it was made up`, async function () {
    this.timeout(TIMEOUT_MS);
    const month = companyMonth(SERVED, SEED);
    const clients = clientsOf(serviceOf().baseUrl);
    await loadRoster(clients, month);
    await loadMarks(clients, month);
    const sent = month.uploads.flat().length;
    expect(await loadPunches(clients, month)).to.deep.equal({
      recorded: month.punchCount,
      duplicates: sent - month.punchCount,
      rejected: 0,
    });
    const { findings, days } = await audit(clients, month);
    expect(findings).to.deep.equal([]);
    expect(days).to.equal(month.truth.length);
  });
});
