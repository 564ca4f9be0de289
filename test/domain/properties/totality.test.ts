// Whatever was punched under whatever roster, there is a day, soon.

import { expect } from 'chai';
import fc from 'fast-check';
import { derive } from '../../../src/domain/engine/derive.js';
import {
  PUNCH_KINDS,
  type Punch,
  type Timeline,
  timelineOf,
} from '../../../src/domain/facts/punch.js';
import { plan, planDays } from '../../../src/domain/roster/plan.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { runs } from '../../support/runs.js';
import { anyDeclaration, day, scenarios } from '../support/arbitraries.js';

const anyTime = fc.oneof(
  fc.constantFrom(Date.UTC(1900, 0, 1), Date.UTC(9999, 11, 31, 23, 59, 59, 999), 0, -1),
  fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }),
);

const strayPunches = fc.array(
  fc.record({
    time: anyTime.map((time) => time as Instant),
    kind: fc.constantFrom(...PUNCH_KINDS),
    deviceId: fc.constantFrom('', 'gate'),
    eventId: fc.constantFrom('', '1'),
    position: fc.option(fc.constant({ latitude: -90, longitude: 180 }), { nil: undefined }),
    flags: fc.constant([]),
  }),
  { maxLength: 5 },
);

/** How often the time of one punch is looked at, on average; a quadratic reading does so 20,000 times. */
const LOOKS_AT_EACH = 25;
const MANY = 20_000;

describe('a day', () => {
  it('can be told whatever was punched, under overlapping shifts too', () => {
    const unsound = scenarios({ isUnsound: true });
    fc.assert(
      fc.property(unsound, strayPunches, anyDeclaration, (scenario, stray, declaration) => {
        const punches = timelineOf([...scenario.punches, ...stray]);
        for (const each of scenario.plans) {
          const { work } = derive({ declaration, punches }, each);
          expect(work.workedSeconds).to.be.at.least(0);
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('can be told on the first date there is and on the last', () => {
    const edges = [day('1900-01-01'), day('1900-01-02'), day('9999-12-30'), day('9999-12-31')];
    fc.assert(
      fc.property(
        scenarios({ isUnsound: true }),
        strayPunches,
        fc.constantFrom(...edges),
        ({ roster, employee, plans, punches: made }, stray, epochDay) => {
          const near = plan(roster, employee, epochDay);
          const shift = near.start - (plans[6]?.start ?? 0);
          const moved = made.map(
            (punch): Punch => ({ ...punch, time: (punch.time + shift) as Instant }),
          );
          const { work } = derive(
            { declaration: undefined, punches: timelineOf([...moved, ...stray]) },
            near,
          );
          expect(work.workedSeconds).to.be.at.least(0);
        },
      ),
      { numRuns: runs(300) },
    );
  });

  const stuck: readonly [string, (index: number, start: number) => Partial<Punch>][] = [
    ['one instant', (index, start) => ({ time: start as Instant, eventId: String(index) })],
    ['one day', (index, start) => ({ time: (start + index * 4000) as Instant })],
    [
      'one day, in and out',
      (index, start) => ({
        time: (start + index * 4000) as Instant,
        kind: index % 2 === 0 ? 'IN' : 'OUT',
      }),
    ],
    ['many weeks', (index, start) => ({ time: (start + (index - MANY / 2) * 600_000) as Instant })],
  ];
  for (const [name, make] of stuck) {
    it(`is told in few looks at ${MANY} punches: ${name}`, () => {
      fc.assert(
        fc.property(scenarios(), ({ roster, employee, firstDay }) => {
          const [first] = planDays(roster, employee, firstDay, firstDay);
          if (first === undefined) return;
          const plain = { kind: 'UNSPECIFIED', deviceId: '', eventId: '', flags: [] } as const;
          let looks = 0;
          const punches = Array.from({ length: MANY }, (_, index): Punch => {
            const { time = first.start, ...rest } = make(index, first.start);
            return {
              ...plain,
              position: undefined,
              ...rest,
              get time() {
                looks += 1;
                return time;
              },
            };
          });
          // In order as they are made; of one instant, all are alike.
          const timeline = punches as readonly Punch[] as Timeline;
          derive({ declaration: undefined, punches: timeline }, first);
          expect(looks).to.be.below(LOOKS_AT_EACH * MANY);
        }),
        { numRuns: 10 },
      );
    });
  }
});
