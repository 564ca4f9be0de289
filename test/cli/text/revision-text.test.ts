// What a change of a day comes to in words.

import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { causeText, changeText } from '../../../src/cli/text/revision-text.js';
import {
  Anomaly,
  AttendanceOrigin,
  AttendanceRevisionSchema,
  AttendanceStatus,
  RevisionCause,
} from '../../../src/client/index.js';

const DAY = {
  date: '2026-03-02',
  status: AttendanceStatus.PRESENT,
  origin: AttendanceOrigin.DERIVED,
  firstInTime: timestampFromDate(new Date('2026-03-02T08:00:00Z')),
  workedDuration: { seconds: 28_800n },
};

describe('a change of a day in words', () => {
  const CHANGES: [string, object, object, readonly [string, string]][] = [
    [
      'another status alone',
      { status: AttendanceStatus.ABSENT },
      { status: AttendanceStatus.ON_LEAVE, origin: AttendanceOrigin.MARKED },
      ['absent', 'on leave'],
    ],
    [
      'a departure',
      { ...DAY, anomalies: [Anomaly.MISSING_OUT] },
      { ...DAY, lastOutTime: timestampFromDate(new Date('2026-03-03T01:00:00Z')) },
      ['present, out -, missing out', 'present, out 02:00 (Tue 3 Mar), no anomalies'],
    ],
    [
      'time worked',
      DAY,
      { ...DAY, workedDuration: { seconds: 27_000n } },
      ['present, worked 8:00', 'present, worked 7:30'],
    ],
    [
      'a declaration of what was so already',
      DAY,
      { ...DAY, origin: AttendanceOrigin.MARKED, note: 'seen' },
      ['present, derived', 'present, marked "seen"'],
    ],
  ];
  for (const [what, before, after, says] of CHANGES) {
    it(what, () => {
      const revision = create(AttendanceRevisionSchema, { before, after });
      expect(changeText(revision, 'Europe/Berlin')).to.deep.equal(says);
    });
  }

  it('has words for every cause', () => {
    const causes = Object.values(RevisionCause).filter((cause) => typeof cause === 'number');
    const words = causes.map(causeText);
    expect(new Set(words).size).to.equal(causes.length);
    expect(words).to.include.members(['punch recorded', 'punch taken back', 'roster changed']);
  });
});
