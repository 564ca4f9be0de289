// The totals of a timesheet: every case of the table, and what a total says of its dates.

import { expect } from 'chai';
import { totalPartsOf, totalsOf } from '../../../src/domain/timesheet/totals.js';
import { CASES } from './cases.js';
import { type SheetCase, sayTotals, sheetOf } from './sheet-case.js';

describe('totals of a timesheet', () => {
  for (const row of CASES) {
    it(`${row.id} ${row.title}`, () => {
      expect(sayTotals(totalsOf(sheetOf(row)))).to.deep.equal(row.totals);
    });
  }

  it('TS30 explains a total by its dates', () => {
    const [row] = CASES as [SheetCase];
    const parts = totalPartsOf(sheetOf(row).reverse());
    const late = parts.find(({ key }) => key.kind === 'LATE');
    const absent = parts.find(({ key }) => key.kind === 'ABSENT');
    expect(late?.parts).to.deep.equal([{ date: '2024-05-16', amount: 1200 }]);
    expect(absent?.parts).to.deep.equal([{ date: '2024-05-17', amount: 2 }]);
  });
});
