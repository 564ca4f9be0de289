// What lets a stored day be shown without deriving it again: its work survives as text. Stale, by other
// rules or under another default zone the day is derived on the spot.

import { expect } from 'chai';
import fc from 'fast-check';
import { derivedDay, knownDay } from '../../src/domain/engine/day-under-plan.js';
import { derive, ENGINE_VERSION } from '../../src/domain/engine/derive.js';
import { parseWorkText, workText } from '../../src/domain/engine/work-codec.js';
import type { DayResult, StoredDay } from '../../src/domain/facts/day.js';
import { NO_PUNCHES } from '../../src/domain/facts/punch.js';
import { type DayPlan, zoneOfDay } from '../../src/domain/roster/plan.js';
import type { RecordTime } from '../../src/domain/time/time.js';
import { runs } from '../support/runs.js';
import { anyDeclaration, scenarios, zoneNamed } from './support/arbitraries.js';
import { works } from './support/works.js';

describe('Work as text', () => {
  it('comes back as it was, whatever the rules came to', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const plan of plans) {
          const { work } = derive({ declaration, punches: timeline }, plan);
          expect(parseWorkText(workText(work))).to.deep.equal(work);
        }
      }),
    );
  });

  it('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(works, (work) => {
        expect(parseWorkText(workText(work))).to.deep.equal(work);
      }),
    );
  });

  it('is nothing when it was written by somebody else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const work = parseWorkText(text);
        if (work !== undefined) expect(workText(work)).to.equal(text);
      }),
      { numRuns: runs(300) },
    );
  });

  it('is nothing with any of its values changed into something that does not belong', () => {
    fc.assert(
      fc.property(works, fc.constantFrom('x', 1.5, {}, true, -1), fc.nat(), (work, wrong, at) => {
        const fields = JSON.parse(workText(work) || '[]') as unknown;
        if (!Array.isArray(fields) || fields.length === 0) return;
        // Places of one level; deeper ones are lists of the same kind.
        fields[at % fields.length] = wrong;
        const read = parseWorkText(JSON.stringify(fields));
        if (read !== undefined) expect(JSON.parse(workText(read))).to.deep.equal(fields);
      }),
    );
  });
});

describe('A known day', () => {
  const stored = (plan: DayPlan, result: DayResult | undefined): StoredDay => ({
    date: plan.date,
    result,
    engineVersion: ENGINE_VERSION,
    revision: 3,
    recordedAt: 7 as RecordTime,
  });

  it('is the stored one where it is not stale, without a look at its punches', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const plan of plans) {
          const result = derive({ declaration, punches: timeline }, plan);
          const known = knownDay(stored(plan, result), plan, NO_PUNCHES);
          expect(known).to.deep.equal({ date: plan.date, result, revision: 3, recordedAt: 7 });
        }
      }),
    );
  });

  it('is not the stored one where it is stale: it may lack a punch', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const plan of plans) {
          const lacking = derive({ declaration, punches: NO_PUNCHES }, plan);
          const result = derive({ declaration, punches: timeline }, plan);
          const known = derivedDay(stored(plan, lacking), plan, timeline);
          expect(known).to.deep.equal({ date: plan.date, result, revision: 3, recordedAt: 7 });
        }
      }),
    );
  });

  it('is derived again where other rules or other zone data stored it', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const plan of plans) {
          const lacking = derive({ declaration, punches: NO_PUNCHES }, plan);
          const old = { ...stored(plan, lacking), engineVersion: ENGINE_VERSION - 1 };
          const known = knownDay(old, plan, timeline);
          expect(known.result).to.deep.equal(derive({ declaration, punches: timeline }, plan));
        }
      }),
    );
  });

  it('is derived again where the default zone was another one', () => {
    const away = zoneNamed('Antarctica/Troll');
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        // A shift may have that very zone, and its day is in it either way.
        for (const plan of plans.filter((each) => zoneOfDay(each) !== away)) {
          const lacking = derive(
            { declaration, punches: NO_PUNCHES },
            { ...plan, shifts: [], zone: away },
          );
          const known = knownDay(stored(plan, lacking), plan, timeline);
          expect(known.result).to.deep.equal(derive({ declaration, punches: timeline }, plan));
        }
      }),
    );
  });

  it('is derived when nothing was stored, or nothing stands any more', () => {
    fc.assert(
      fc.property(scenarios(), ({ plans, timeline }) => {
        for (const plan of plans) {
          const result = derive({ declaration: undefined, punches: timeline }, plan);
          const never = knownDay(undefined, plan, timeline);
          expect(never).to.deep.equal({
            date: plan.date,
            result,
            revision: 0,
            recordedAt: undefined,
          });
          const cleared = knownDay(stored(plan, undefined), plan, timeline);
          expect(cleared.result).to.deep.equal(result);
          expect(cleared.revision).to.equal(3);
        }
      }),
    );
  });
});
