// The latest changes in memory: what follows a position is there without a gap, or it is not there.

import { expect } from 'chai';
import { EVERYBODY, type FeedFilter, type FeedPlace } from '../../../src/app/ports/feed.js';
import { RecentFeed } from '../../../src/app/watch/recent-feed.js';
import type { ShownEntry } from '../../../src/app/watch/shown-entry.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { RecordTime } from '../../../src/domain/time/time.js';

const at = (position: number): FeedPlace => ({ position, recordedAt: position as RecordTime });

/** A change of an employee, who is in a group. */
function change(position: number, employeeId = 'a', groupId = ''): ShownEntry {
  const entry = { ...at(position), employeeId, groupId };
  return { entry, attendance: { shifts: [], sessions: [] } } as unknown as ShownEntry;
}

describe('the recent feed', () => {
  let nowMs = 0;
  let feed: RecentFeed;

  beforeEach(() => {
    nowMs = 0;
    feed = new RecentFeed(at(10), () => nowMs);
    feed.add([change(11, 'a', 'g'), change(12, 'b', 'h'), change(13, 'c', 'g')], at(13));
  });

  const found = (position: number, filter: FeedFilter = EVERYBODY, limit = 10) => {
    const part = feed.behind(position, filter, limit);
    return part && [part.entries.map(({ entry }) => entry.position), part.through.position];
  };
  const ids = (...employeeIds: string[]): FeedFilter => ({
    employeeIds: new Set(employeeIds as EmployeeId[]),
    groupId: undefined,
  });
  const group = (groupId: string): FeedFilter => ({ employeeIds: undefined, groupId });

  const CASES: readonly [string, Parameters<typeof found>, unknown][] = [
    ['from where it begins', [10], [[11, 12, 13], 13]],
    ['from the middle', [11], [[12, 13], 13]],
    ['from the head', [13], [[], 13]],
    ['from before it begins', [9], undefined],
    ['from behind the head, which another reader has seen', [14], undefined],
    ['of employees', [10, ids('a', 'c')], [[11, 13], 13]],
    ['of nobody here', [10, ids('z')], [[], 13]],
    ['of a group', [10, group('g')], [[11, 13], 13]],
    ['up to a limit', [10, EVERYBODY, 2], [[11, 12], 12]],
    ['up to a limit that is the last match', [10, ids('a'), 1], [[11], 11]],
  ];
  for (const [what, args, expected] of CASES) {
    it(`has what follows ${what}`, () => {
      expect(found(...args)).to.deep.equal(expected);
    });
  }

  it('forgets what is older than ten seconds, even if nothing follows', () => {
    nowMs = 9000;
    feed.add([change(14)], at(14));
    nowMs = 10_001;
    expect(found(12)).to.equal(undefined);
    expect(found(13)).to.deep.equal([[14], 14]);
  });

  it('keeps a bounded number', () => {
    const many = Array.from({ length: 5000 }, (_, n) => change(14 + n));
    feed.add(many, at(5013));
    expect(found(1012)).to.equal(undefined);
    expect(found(5012)).to.deep.equal([[5013], 5013]);
  });
});
