// Who follows which policy, from when on.

import { expect } from 'chai';
import { NO_EXTRA_TIME_RULES } from '../../../src/domain/roster/extra-time.js';
import {
  type Policies,
  type PolicyFollower,
  type PolicyStart,
  policySteps,
} from '../../../src/domain/roster/policy.js';
import { DEFAULT_OFF_SHIFT_RULES } from '../../../src/domain/roster/shift.js';

interface VersionSetup {
  readonly from?: number;
  readonly groups?: readonly string[];
  readonly isDefault?: boolean;
}

function policiesOf(setup: Readonly<Record<string, readonly VersionSetup[]>>): Policies {
  return new Map(
    Object.entries(setup).map(([policyId, versions]) => [
      policyId,
      versions.map(({ from = -Infinity, groups = [], isDefault = false }) => ({
        fromDay: from,
        policy: {
          policyId,
          name: String(from),
          groupIds: groups,
          isDefault,
          offShift: DEFAULT_OFF_SHIFT_RULES,
          work: undefined,
          maxCommandAgeDays: 0,
          refusesOutsideGeofence: false,
          extraTime: NO_EXTRA_TIME_RULES,
        },
      })),
    ]),
  );
}

const MANY = policiesOf({
  field: [{}, { from: 200 }],
  office: [{ groups: ['north'] }, { from: 100, groups: ['south'] }],
  usual: [{ from: 50, isDefault: true }],
});

/** As `date policy@version source`. */
function stepsOf(policies: Policies, groupId: string, own: readonly PolicyStart[] = []): string[] {
  const follower: PolicyFollower = { groupId, policies: own };
  return policySteps(policies, follower).map(({ fromDay, followed }) => {
    if (followed === undefined) return `${fromDay} none`;
    const { policy, source } = followed;
    return `${fromDay} ${policy.policyId}@${policy.name} ${source}`;
  });
}

const CASES: readonly [title: string, group: string, own: readonly PolicyStart[], string[]][] = [
  ['the default, once there is one', '', [], ['-Infinity none', '50 usual@50 DEFAULT']],
  [
    'of a group, while the policy names it',
    'north',
    [],
    ['-Infinity office@-Infinity GROUP', '100 usual@50 DEFAULT'],
  ],
  [
    'from when the policy names the group',
    'south',
    [],
    ['-Infinity none', '50 usual@50 DEFAULT', '100 office@100 GROUP'],
  ],
  [
    'their own before all others, in its versions',
    'north',
    [{ fromDay: 150, policyId: 'field' }],
    [
      '-Infinity office@-Infinity GROUP',
      '100 usual@50 DEFAULT',
      '150 field@-Infinity EMPLOYEE',
      '200 field@200 EMPLOYEE',
    ],
  ],
  [
    'their own until it ends',
    'north',
    [
      { fromDay: -Infinity, policyId: 'field' },
      { fromDay: 60, policyId: undefined },
    ],
    ['-Infinity field@-Infinity EMPLOYEE', '60 office@-Infinity GROUP', '100 usual@50 DEFAULT'],
  ],
  [
    'that of the group while their own is not in effect',
    'south',
    [{ fromDay: -Infinity, policyId: 'usual' }],
    ['-Infinity none', '50 usual@50 EMPLOYEE'],
  ],
  [
    'the same as if a policy that is no more were none',
    'south',
    [{ fromDay: 70, policyId: 'gone' }],
    ['-Infinity none', '50 usual@50 DEFAULT', '100 office@100 GROUP'],
  ],
];

describe('who follows which policy', () => {
  for (const [title, groupId, own, expected] of CASES) {
    it(title, () => expect(stepsOf(MANY, groupId, own)).to.deep.equal(expected));
  }

  it('nobody any where there are none', () => {
    expect(stepsOf(new Map(), 'north', [{ fromDay: 1, policyId: 'x' }])).to.deep.equal([
      '-Infinity none',
    ]);
  });

  it('no group is none', () => {
    const odd = policiesOf({ odd: [{ groups: ['', 'north'] }] });
    expect(stepsOf(odd, '')).to.deep.equal(['-Infinity none']);
  });
});
