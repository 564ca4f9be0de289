// Dates as people say them: which texts are one, and which date that is in a zone at a moment.

import { expect } from 'chai';
import { dateArgument, dateOf, withDatesBehind } from '../../../src/cli/time/date-argument.js';

const NOON = '2026-03-02T12:00:00Z';
const UNASKED = () => expect.fail('the zone does not matter');

describe('a date on the command line', () => {
  const rows: readonly [id: string, text: string, zone: string, now: string, date: string][] = [
    ['D1', 'today', 'UTC', NOON, '2026-03-02'],
    ['D2', 'Today', 'UTC', NOON, '2026-03-02'],
    ['D3', 'yesterday', 'UTC', NOON, '2026-03-01'],
    ['D4', '-7d', 'UTC', NOON, '2026-02-23'],
    ['D5', '+7d', 'UTC', NOON, '2026-03-09'],
    ['D6', '-0d', 'UTC', NOON, '2026-03-02'],
    ['D7', '+0d', 'UTC', NOON, '2026-03-02'],
    ['D8', 'today-7d', 'UTC', NOON, '2026-02-23'],
    ['D9', 'today+7D', 'UTC', NOON, '2026-03-09'],
    ['D10', '-9999d', 'UTC', NOON, '1998-10-16'],
    ['D11 across a leap day', '-2d', 'UTC', '2028-03-01T12:00:00Z', '2028-02-28'],
    ['D12 across the year', 'yesterday', 'UTC', '2026-01-01T00:00:00Z', '2025-12-31'],
    ['D13 before midnight', 'today', 'Europe/Berlin', '2026-03-02T22:59:59Z', '2026-03-02'],
    ['D14 after it', 'today', 'Europe/Berlin', '2026-03-02T23:00:00Z', '2026-03-03'],
    ['D15 far in the east', 'today', 'Pacific/Kiritimati', NOON, '2026-03-03'],
    ['D16 far in the west', 'yesterday', 'Pacific/Midway', '2026-03-02T10:59:59Z', '2026-02-28'],
    ['D17 when clocks go forward', '-1d', 'Europe/Berlin', '2026-03-29T22:30:00Z', '2026-03-29'],
    ['D18 when clocks go back', '+1d', 'Europe/Berlin', '2026-10-24T22:30:00Z', '2026-10-26'],
  ];
  for (const [id, text, zone, now, date] of rows) {
    it(`${id}: ${text} in ${zone} at ${now} is ${date}`, async () => {
      expect(await dateOf(dateArgument(text), () => zone, Date.parse(now))).to.equal(date);
    });
  }

  it('D19 a date is itself, and no zone is asked for', async () => {
    expect(await dateOf(dateArgument('2026-03-02'), UNASKED)).to.equal('2026-03-02');
  });

  const none = ['', 'now', 'tomorow', '7d', '-d', '-7', '-7w', '- 7d', '-10000d', '2026-02-30'];
  for (const text of none) {
    it(`D20 '${text}' is none`, () => {
      expect(() => dateArgument(text)).to.throw(/a real date .* today, yesterday, -7d or \+7d/);
    });
  }
});

describe('-7d among the arguments', () => {
  const isFlag = (option: string) => option === '--json';
  const rows: readonly [id: string, args: string, as: string][] = [
    ['D21 of a command', 'get 007 -7d', 'get 007 today-7d'],
    ['D22 after a flag', 'get 007 --json -7d', 'get 007 --json today-7d'],
    ['D23 after --', 'get 007 -- -7d', 'get 007 -- today-7d'],
    ['D24 of an option', 'list --from -7d', 'list --from -7d'],
    ['D25 of a note', 'mark 007 -1d absent --note -7d', 'mark 007 today-1d absent --note -7d'],
    ['D26 that is none', 'get 007 -7 -7dd --7d', 'get 007 -7 -7dd --7d'],
  ];
  for (const [id, args, as] of rows) {
    it(`${id}: ${args} is ${as}`, () => {
      expect(withDatesBehind(args.split(' '), isFlag).join(' ')).to.equal(as);
    });
  }
});
