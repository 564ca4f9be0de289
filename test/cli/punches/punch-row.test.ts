// One row of a device's log: whose punch, when, and what is refused with which reason.

import { expect } from 'chai';
import { ImportFileError } from '../../../src/cli/csv/csv-file.js';
import { parsePunchHeader, parsePunchRow } from '../../../src/cli/punches/punch-row.js';
import { kindWord, parseKind } from '../../../src/cli/text/punch-kind.js';
import { PunchKind } from '../../../src/client/index.js';

const COLUMNS = ['employee', 'time', 'kind', 'zone', 'fold', 'device', 'event_id'];
const HEADER = parsePunchHeader(COLUMNS);
const NO_DEFAULTS = { zone: undefined, deviceId: '' };
const BERLIN = { zone: 'Europe/Berlin', deviceId: 'gate' };

function parsed(
  cells: Partial<Record<string, string>>,
  defaults = NO_DEFAULTS as typeof BERLIN | typeof NO_DEFAULTS,
) {
  const row: Record<string, string | undefined> = {
    employee: '007',
    time: '2026-03-02T09:00:00Z',
    kind: 'IN',
    ...cells,
  };
  const fields = COLUMNS.map((column) => row[column] ?? '');
  return parsePunchRow(fields, HEADER, defaults);
}

const secondsOf = (iso: string) => BigInt(Date.parse(iso) / 1000);

describe('the kinds of punches', () => {
  const { IN, OUT, BREAK_START, BREAK_END } = PunchKind;
  const KINDS: [string, PunchKind | undefined][] = [
    ['IN', IN],
    ['in', IN],
    ['Check-In', IN],
    ['CHECK_IN', IN],
    ['C/In', IN],
    ['PUNCH_KIND_IN', IN],
    ['0', IN],
    ['1', OUT],
    ['check out', OUT],
    ['Clock-Out', OUT],
    ['BREAK_START', BREAK_START],
    ['break-end', BREAK_END],
    ['end  break', BREAK_END],
    ['', undefined],
    ['2', undefined],
    ['255', undefined],
    ['banana', undefined],
    ['constructor', undefined],
  ];
  for (const [text, kind] of KINDS) {
    it(`'${text}' is ${kind === undefined ? 'left open' : kindWord(kind)}`, () => {
      expect(parseKind(text)).to.equal(kind);
    });
  }
});

describe('a row of a log', () => {
  it('with everything', () => {
    const row = {
      zone: 'Europe/Berlin',
      device: 'gate-1',
      event_id: '17',
      time: '2026-03-02 09:00:00.5',
    };
    expect(parsed(row)).to.deep.equal({
      kind: 'PUNCH',
      punch: {
        employeeId: '007',
        time: { seconds: secondsOf('2026-03-02T08:00:00Z'), nanos: 500_000_000 },
        kind: PunchKind.IN,
        deviceId: 'gate-1',
        eventId: '17',
        timeZone: 'Europe/Berlin',
      },
      remarks: { openKind: undefined, tookEarlier: false },
    });
  });

  it('takes zone and device from the defaults where it has none', () => {
    expect(parsed({ time: '2026-07-02 09:00' }, BERLIN))
      .to.have.property('punch')
      .that.deep.includes({
        deviceId: 'gate',
        timeZone: 'Europe/Berlin',
        time: { seconds: secondsOf('2026-07-02T07:00:00Z'), nanos: 0 },
      });
  });

  it('without a kind, or with 255, is by turns and remembered', () => {
    for (const kind of ['', '255']) {
      const row = parsed({ kind });
      expect(row).to.have.property('punch').that.includes({ kind: PunchKind.UNSPECIFIED });
      expect(row).to.have.property('remarks').that.includes({ openKind: kind });
    }
  });

  const TWICE = '2026-10-25 02:30';
  const FOLDS: [string, string, boolean][] = [
    ['', '2026-10-25T00:30:00Z', true],
    ['0', '2026-10-25T00:30:00Z', false],
    ['earlier', '2026-10-25T00:30:00Z', false],
    ['1', '2026-10-25T01:30:00Z', false],
    ['Later', '2026-10-25T01:30:00Z', false],
  ];
  for (const [fold, instant, tookEarlier] of FOLDS) {
    it(`in the hour that came twice, with fold '${fold}'`, () => {
      const row = parsed({ time: TWICE, fold }, BERLIN);
      expect(row).to.have.nested.property('punch.time.seconds').that.equals(secondsOf(instant));
      expect(row).to.have.property('remarks').that.includes({ tookEarlier });
    });
  }

  it('with a fold at any other time is as without', () => {
    expect(parsed({ time: '2026-03-02 09:00', fold: '1' }, BERLIN))
      .to.have.nested.property('punch.time.seconds')
      .that.equals(secondsOf('2026-03-02T08:00:00Z'));
  });

  it('takes a date of its own column with a time of day', () => {
    const header = parsePunchHeader(['Employee_ID', 'Date', 'Time']);
    const row = parsePunchRow(['7', '2026-03-02', '9:00'], header, BERLIN);
    expect(row)
      .to.have.nested.property('punch.time.seconds')
      .that.equals(secondsOf('2026-03-02T08:00:00Z'));
  });

  const BAD: [string, Partial<Record<string, string>>, string, RegExp][] = [
    ['no employee', { employee: ' ' }, 'BAD_EMPLOYEE', /employee "" is not 1 to 64/],
    ['an id that is none', { employee: 'a b' }, 'BAD_EMPLOYEE', /"a b"/],
    ['no time', { time: '' }, 'BAD_TIME', /time "" is neither like/],
    ['another notation', { time: '02.03.2026 9:00' }, 'BAD_TIME', /2026-03-02 09:00$/],
    ['a year that is none of ours', { time: '0026-03-02 09:00' }, 'BAD_TIME', /1900 to 9999$/],
    ['a day that no calendar has', { time: '2026-02-30T09:00Z' }, 'BAD_TIME', /is no time that a/],
    ['the first day of all', { time: '1900-01-01T09:00Z' }, 'BAD_TIME', /not from 1900-01-02 to/],
    ['the last day of all', { time: '9999-12-31T09:00Z' }, 'BAD_TIME', /to 9999-12-30 \(UTC\)$/],
    [
      'a local time without a zone',
      { time: '2026-03-02 09:00' },
      'NO_ZONE',
      /give --zone, or a column/,
    ],
    ['a zone that is none', { zone: 'Mars/Olympus' }, 'BAD_ZONE', /"Mars\/Olympus"/],
    ['an offset for a zone', { zone: '+01:00' }, 'BAD_ZONE', /Europe\/Berlin is$/],
    [
      'a skipped time',
      { time: '2026-03-29 02:30', zone: 'Europe/Berlin' },
      'SKIPPED_TIME',
      /set forward over it/,
    ],
    [
      'a fold that is none',
      { time: TWICE, zone: 'Europe/Berlin', fold: '2' },
      'BAD_FOLD',
      /"2" is neither 0/,
    ],
    ['a long device', { device: 'x'.repeat(129) }, 'BAD_DEVICE', /longer than 128/],
    ['a line break in an event id', { event_id: '1\n2' }, 'BAD_EVENT_ID', /quote never closed/],
  ];
  for (const [what, cells, code, says] of BAD) {
    it(`with ${what} is refused: ${code}`, () => {
      const row = parsed(cells);
      expect(row).to.include({ kind: 'BAD', code });
      expect(row).to.have.property('description').that.matches(says);
    });
  }

  it('with a field too few is refused', () => {
    expect(parsePunchRow(['7'], HEADER, BERLIN)).to.include({ kind: 'BAD', code: 'BAD_ROW' });
  });
});

describe('the first line of a log', () => {
  const WRONG: [string[], RegExp][] = [
    [[], /"employee" is missing \(the file is empty\)/],
    [['employee'], /"time" is missing \(found: employee\)/],
    [
      ['employee', 'employee_id', 'time'],
      /more than one column for the employee: employee, employee_id/,
    ],
    [['employee', 'time', 'Time'], /more than one column for the time/],
  ];
  for (const [columns, says] of WRONG) {
    it(`of ${columns.join(',') || 'nothing'} will not do`, () => {
      expect(() => parsePunchHeader(columns)).to.throw(ImportFileError, says);
    });
  }
});
