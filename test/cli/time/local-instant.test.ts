// Times as they are written in a log, and the instants at which a wall clock showed them.

import { expect } from 'chai';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { instantsOfWallTime, parseWrittenTime } from '../../../src/cli/time/local-instant.js';
import { localInstantText } from '../../../src/cli/time/local-time.js';

const iso = (epochMs: number) => new Date(epochMs).toISOString().replace('.000Z', 'Z');

describe('times as they are written', () => {
  const INSTANTS: [string, string][] = [
    ['2026-03-02T09:00:00Z', '2026-03-02T09:00:00Z'],
    ['2026-03-02T09:00:00z', '2026-03-02T09:00:00Z'],
    ['2026-03-02 09:00:00+01:00', '2026-03-02T08:00:00Z'],
    ['2026-03-02T09:00-0330', '2026-03-02T12:30:00Z'],
    ['2026-03-02T23:59:59 +05:45', '2026-03-02T18:14:59Z'],
  ];
  for (const [text, instant] of INSTANTS) {
    it(`${text} is ${instant}`, () => {
      const written = parseWrittenTime(text);
      expect(written?.kind === 'INSTANT' && iso(written.epochMs)).to.equal(instant);
    });
  }

  const LOCAL: [string, string, number][] = [
    ['2026-03-02 09:00', '2026-03-02T09:00:00Z', 0],
    ['2026-03-02 9:05:07', '2026-03-02T09:05:07Z', 0],
    ['2026-03-02T09:00:00.25', '2026-03-02T09:00:00Z', 250_000_000],
    ['2026-03-02T09:00:00,123456789', '2026-03-02T09:00:00Z', 123_456_789],
    ['1900-01-01 00:00', '1900-01-01T00:00:00Z', 0],
  ];
  for (const [text, wall, nanos] of LOCAL) {
    it(`${text} is local`, () => {
      expect(parseWrittenTime(text)).to.deep.equal({
        kind: 'LOCAL',
        wallMs: Date.parse(wall),
        nanos,
      });
    });
  }

  const NONE = [
    '',
    'now',
    '2026-03-02',
    '09:00',
    '02.03.2026 09:00',
    '03/02/2026 09:00',
    '2026-02-30 09:00',
    '2025-02-29 09:00',
    '2026-13-01 09:00',
    '2026-00-10 09:00',
    '2026-03-02 24:00',
    '2026-03-02 09:60',
    '2026-03-02 09:00:60',
    '1899-12-31 09:00',
    '2026-03-02T09:00:00+24:00',
    '2026-03-02T09:00:00+01:60',
    '2026-03-02 09:00 PM',
    '1772442000',
  ];
  for (const text of NONE) {
    it(`'${text}' is none`, () => expect(parseWrittenTime(text)).to.equal(undefined));
  }
});

describe('instants of a wall time', () => {
  const CASES: [string, string, string[]][] = [
    ['2026-03-02T09:00:00Z', 'Europe/Berlin', ['2026-03-02T08:00:00Z']],
    ['2026-03-29T01:59:59Z', 'Europe/Berlin', ['2026-03-29T00:59:59Z']],
    ['2026-03-29T02:00:00Z', 'Europe/Berlin', []],
    ['2026-03-29T02:59:59Z', 'Europe/Berlin', []],
    ['2026-03-29T03:00:00Z', 'Europe/Berlin', ['2026-03-29T01:00:00Z']],
    ['2026-10-25T02:00:00Z', 'Europe/Berlin', ['2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z']],
    ['2026-10-25T03:00:00Z', 'Europe/Berlin', ['2026-10-25T02:00:00Z']],
    [
      '2026-04-05T01:45:00Z',
      'Australia/Lord_Howe',
      ['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z'],
    ],
    ['2011-12-30T12:00:00Z', 'Pacific/Apia', []],
    ['2026-10-25T02:30:00Z', 'Antarctica/Troll', ['2026-10-25T00:30:00Z', '2026-10-25T02:30:00Z']],
    ['2026-03-02T09:00:00Z', 'UTC', ['2026-03-02T09:00:00Z']],
  ];
  for (const [wall, zone, instants] of CASES) {
    it(`${wall.slice(0, -1)} in ${zone}`, () => {
      expect(instantsOfWallTime(Date.parse(wall), zone).map(iso)).to.deep.equal(instants);
    });
  }

  const ZONES = ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Africa/Casablanca'];

  it('are those of Temporal, at any minute of these years', () => {
    const minutes = fc.integer({
      min: Date.UTC(1975, 0) / 60_000,
      max: Date.UTC(2036, 0) / 60_000,
    });
    fc.assert(
      fc.property(minutes, fc.constantFrom(...ZONES), (minute, zone) => {
        const wallMs = minute * 60_000;
        const wall = Temporal.PlainDateTime.from(iso(wallMs).slice(0, -1));
        const expected = new Set(
          (['earlier', 'later'] as const)
            .map((disambiguation) => wall.toZonedDateTime(zone, { disambiguation }))
            // A skipped time is moved to one that was shown.
            .filter((zoned) => zoned.toPlainDateTime().equals(wall))
            .map((zoned) => zoned.epochMilliseconds),
        );
        expect(instantsOfWallTime(wallMs, zone)).to.deep.equal([...expected].sort((a, b) => a - b));
      }),
    );
  });

  it('are told so that they can be read again, exactly', () => {
    const seconds = fc.integer({ min: Date.UTC(1975, 0) / 1000, max: Date.UTC(2036, 0) / 1000 });
    fc.assert(
      fc.property(seconds, fc.constantFrom('UTC', ...ZONES), (second, zone) => {
        const written = parseWrittenTime(localInstantText(second * 1000, zone));
        expect(written).to.deep.equal({ kind: 'INSTANT', epochMs: second * 1000, nanos: 0 });
      }),
    );
    expect(localInstantText(Date.parse('2026-10-25T01:30:00Z'), 'Europe/Berlin')).to.equal(
      '2026-10-25T02:30:00+01:00',
    );
  });
});
