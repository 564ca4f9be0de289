// The contract of imports of punches, whatever the cache: recorded under an id, listed, taken back
// step by step, and told again.

import { type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type Attendance, AttendanceSchema } from '../../gen/attendance/v1/attendance_pb.js';
import { type PunchImport, PunchOutcome } from '../../gen/attendance/v1/clock_service_pb.js';
import { PunchKind, type PunchSchema } from '../../gen/attendance/v1/punch_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { Asking, anomaliesOf, DAY, onDay, something, wordOf } from './asking.js';
import { somebody } from './contract.js';

const { IN, OUT } = PunchKind;
const { RECORDED, DUPLICATE, REJECTED } = PunchOutcome;
/** Causes of revisions: a punch, one taken back. */
const PUNCHED = 3;
const VOIDED = 4;

type Told = MessageInitShape<typeof PunchSchema>;

interface Terms {
  readonly importId?: string;
  readonly restore?: boolean;
  readonly validateOnly?: boolean;
}

/** An arrival and a departure, as a device numbers them. */
function shift(employeeId: string, from: string, to: string): Told[] {
  const told = { employeeId, deviceId: 'gate' };
  return [
    { ...told, time: onDay(from), kind: IN, eventId: '1' },
    { ...told, time: onDay(to), kind: OUT, eventId: '2' },
  ];
}

/** Recorded, standing, voided, replaced. */
function countsOf(punchImport: PunchImport | undefined): readonly number[] {
  if (punchImport === undefined) expect.fail('no import in the answer');
  const { punchCount, standingCount, voidedCount, replacedCount } = punchImport;
  return [punchCount, standingCount, voidedCount, replacedCount].map(Number);
}

export function describePunchImports(serviceOf: () => TestService): void {
  const asking = new Asking(serviceOf);
  const clock = () => serviceOf().clock;
  const record = async (punches: readonly Told[], terms: Terms = {}) =>
    (await clock().recordPunches({ ...terms, punches: [...punches] })).results;
  const outcomes = async (punches: readonly Told[], terms: Terms = {}) =>
    (await record(punches, terms)).map(({ outcome }) => outcome);
  const undo = (importId: string, maxPunches = 0) =>
    clock().voidImport({ importId, reason: 'wrong zone', maxPunches });

  async function listed(importId: string): Promise<PunchImport | undefined> {
    let pageToken = '';
    do {
      const page = await clock().listImports({ pageSize: 7, pageToken });
      const found = page.punchImports.find((each) => each.importId === importId);
      if (found !== undefined) return found;
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return undefined;
  }

  /** A day but for its history, and why it is so. */
  async function explained(employeeId: string): Promise<unknown> {
    const request = { employeeId, date: DAY, includeExplanations: true };
    const { attendance, explanations } = await serviceOf().client.getAttendance(request);
    if (attendance === undefined) expect.fail('no attendance in the answer');
    expect(explanations).to.not.deep.equal([]);
    return [withoutHistory(attendance), explanations];
  }

  describe('imports of punches', () => {
    it('Q1 the wrong import is taken back and told right: as if it had been right at once', async () => {
      const [late, once] = [somebody(), somebody()];
      const [wrong, right] = [something(), something()];
      await record(shift(late, '07:00', '15:00'), { importId: wrong });
      const { voidedCount, punchImport } = await undo(wrong);
      expect([voidedCount, ...countsOf(punchImport)]).to.deep.equal([2, 2, 0, 2, 0]);
      expect(wordOf(await asking.everywhere(late))).to.equal('UNSCHEDULED');
      for (const employeeId of [late, once]) {
        const told = shift(employeeId, '08:00', '16:00');
        expect(await outcomes(told, { importId: right })).to.deep.equal([RECORDED, RECORDED]);
      }
      expect(anomaliesOf(await asking.everywhere(late))).to.deep.equal([]);
      expect(await explained(late)).to.deep.equal(await explained(once));
      expect(await asking.causes(late)).to.deep.equal([PUNCHED, VOIDED, PUNCHED]);
      const punches = await asking.punches(late);
      expect(punches.map(({ importId }) => importId)).to.deep.equal([wrong, right, wrong, right]);
      expect(punches[0]?.voided?.reason).to.equal('wrong zone');
      expect(countsOf(await listed(right))).to.deep.equal([4, 4, 0, 0]);
    });

    it('Q2 told right before the wrong one is taken back, no conflict of event ids stays', async () => {
      const employeeId = somebody();
      const [wrong, right] = [something(), something()];
      await record(shift(employeeId, '07:00', '15:00'), { importId: wrong });
      await record(shift(employeeId, '08:00', '16:00'), { importId: right });
      const before = await asking.everywhere(employeeId);
      expect(anomaliesOf(before)).to.include('EVENT_ID_CONFLICT');
      const asOfTime = before.updateTime ?? expect.fail('no time of the change');
      const asked = { employeeId, date: DAY, includeExplanations: true };
      const told = await serviceOf().client.getAttendance(asked);
      await undo(wrong);
      const day = await asking.everywhere(employeeId);
      expect([day.workedDuration?.seconds, anomaliesOf(day)]).to.deep.equal([28_800n, []]);
      // What was known before stays known, flags and their explanations included.
      const past = await serviceOf().client.getAttendance({ ...asked, asOfTime });
      expect(past.explanations).to.deep.equal(told.explanations);
      expect(await asking.get(employeeId, DAY, asOfTime)).to.deep.equal(before);
    });

    it('Q3 in steps, each punch once, with what is left', async () => {
      const ids = [somebody(), somebody(), somebody()];
      const importId = something();
      await record(
        ids.flatMap((id) => shift(id, '08:00', '16:00')),
        { importId },
      );
      const steps: (readonly number[])[] = [];
      for (let left = 6; left > 0; ) {
        const { voidedCount, punchImport } = await undo(importId, 4);
        left = Number(punchImport?.standingCount);
        steps.push([voidedCount, left]);
      }
      expect(steps).to.deep.equal([
        [4, 2],
        [2, 0],
      ]);
      expect((await undo(importId)).voidedCount).to.equal(0);
      for (const id of ids) expect(wordOf(await asking.everywhere(id))).to.equal('UNSCHEDULED');
    });

    it('Q4 many at once take each punch back once', async () => {
      const ids = Array.from({ length: 5 }, () => somebody());
      const importId = something();
      await record(
        ids.flatMap((id) => shift(id, '08:00', '16:00')),
        { importId },
      );
      const answers = await Promise.all(Array.from({ length: 4 }, () => undo(importId, 7)));
      const { voidedCount } = await undo(importId);
      const sum = answers.reduce((all, answer) => all + answer.voidedCount, voidedCount);
      expect(sum).to.equal(10);
      expect(countsOf(await listed(importId))).to.deep.equal([10, 0, 10, 0]);
      for (const id of ids) expect((await asking.get(id)).revision).to.be.within(2, 3);
    });

    it('Q5 what a person voided or replaced before stays as it is', async () => {
      const employeeId = await asking.added(somebody());
      const importId = something();
      const results = await record(shift(employeeId, '08:00', '16:00'), { importId });
      const [first = '', last = ''] = results.map(({ punchId }) => punchId);
      const extra = { employeeId, time: onDay('20:00'), kind: IN };
      const [more] = await record([extra], { importId });
      await clock().voidPunch({ employeeId, punchIds: [more?.punchId ?? ''], reason: 'not hers' });
      const time = onDay('08:30');
      await clock().replacePunch({ employeeId, punchId: first, time, reason: 'queue' });
      expect(countsOf(await listed(importId))).to.deep.equal([3, 1, 1, 1]);
      const { voidedCount, punchImport } = await undo(importId);
      expect([voidedCount, ...countsOf(punchImport)]).to.deep.equal([1, 3, 0, 2, 1]);
      const punches = await asking.punches(employeeId);
      const standing = punches.filter(({ voided }) => voided === undefined);
      expect(standing.map((each) => [each.replacesPunchId, each.importId])).to.deep.equal([
        [first, ''],
      ]);
      expect(punches.find(({ punchId }) => punchId === last)?.voided?.reason).to.equal(
        'wrong zone',
      );
      expect(punches.find(({ punchId }) => punchId === more?.punchId)?.voided?.reason).to.equal(
        'not hers',
      );
    });

    it('Q6 a duplicate stays with who recorded it first', async () => {
      const employeeId = somebody();
      const told = shift(employeeId, '08:00', '16:00');
      const [first, second] = [something(), something()];
      await record(told.slice(0, 1));
      expect(await outcomes(told, { importId: first })).to.deep.equal([DUPLICATE, RECORDED]);
      expect(await outcomes(told, { importId: second })).to.deep.equal([DUPLICATE, DUPLICATE]);
      expect(await listed(second)).to.equal(undefined);
      expect(countsOf((await undo(first)).punchImport)).to.deep.equal([1, 0, 1, 0]);
      expect((await refusalOf(undo(second))).reason).to.equal('IMPORT_NOT_FOUND');
      expect(anomaliesOf(await asking.everywhere(employeeId))).to.deep.equal(['MISSING_OUT']);
    });

    it('Q7 a stream belongs to an import as a call does', async () => {
      const employeeId = somebody();
      const importId = something();
      async function* chunks() {
        for (const punch of shift(employeeId, '08:00', '16:00')) {
          yield { punches: [punch], importId };
        }
      }
      await clock().importPunches(chunks());
      expect((await undo(importId)).voidedCount).to.equal(2);
      const restored = async function* () {
        yield { punches: shift(employeeId, '08:00', '16:00'), importId, restore: true };
      };
      expect((await clock().importPunches(restored())).recordedCount).to.equal(2n);
      expect((await asking.everywhere(employeeId)).workedDuration?.seconds).to.equal(28_800n);
    });

    it('Q8 the newest first, in pages whose tokens belong to the list', async () => {
      const ids = [something(), something(), something()];
      for (const importId of ids) {
        await record([{ employeeId: somebody(), time: onDay('08:00') }], { importId });
      }
      const first = await clock().listImports({ pageSize: 2 });
      const next = await clock().listImports({ pageSize: 1, pageToken: first.nextPageToken });
      const found = [...first.punchImports, ...next.punchImports];
      expect(found.map(({ importId }) => importId)).to.deep.equal(ids.toReversed());
      expect(found[0]).to.deep.include({ actor: 'anonymous', punchCount: 1n });
      expect(found[0]?.firstRecordTime).to.deep.equal(found[0]?.lastRecordTime);
      expect((await refusalOf(clock().listImports({ pageToken: 'x' }))).fields).to.deep.equal([
        'page_token',
      ]);
    });

    it('Q9 what is asked for wrongly is refused with its field', async () => {
      const refused = async (call: Promise<unknown>) => (await refusalOf(call)).fields;
      expect(await refused(record([], { importId: 'a b' }))).to.deep.equal(['import_id']);
      expect(await refused(undo(''))).to.deep.equal(['import_id']);
      expect(await refused(undo('x'.repeat(65)))).to.deep.equal(['import_id']);
      expect(await refused(undo('x', -1))).to.deep.equal(['max_punches']);
      const noReason = clock().voidImport({ importId: 'x', reason: '' });
      expect(await refused(noReason)).to.deep.equal(['reason']);
    });
  });

  describe('punches told again on purpose', () => {
    it('Q20 a voided punch counts again: a new one, and the history keeps both', async () => {
      const employeeId = somebody();
      const told = shift(employeeId, '08:00', '16:00');
      const first = await record(told);
      const punchIds = first.map(({ punchId }) => punchId);
      await clock().voidPunch({ employeeId, punchIds, reason: 'not theirs' });
      const plain = await record(told);
      expect(plain.map(({ outcome, voided }) => [outcome, voided])).to.deep.equal([
        [DUPLICATE, true],
        [DUPLICATE, true],
      ]);
      const again = await record(told, { restore: true });
      expect(again.map(({ outcome, restored }) => [outcome, restored])).to.deep.equal([
        [RECORDED, true],
        [RECORDED, true],
      ]);
      expect(again.map(({ punchId }) => punchId)).to.not.include.members(punchIds);
      const day = await asking.everywhere(employeeId);
      expect([day.workedDuration?.seconds, anomaliesOf(day)]).to.deep.equal([28_800n, []]);
      expect(await asking.causes(employeeId)).to.deep.equal([PUNCHED, VOIDED, PUNCHED]);
      const kept = await asking.punches(employeeId);
      expect(kept.map(({ voided }) => voided?.reason)).to.deep.equal([
        'not theirs',
        undefined,
        'not theirs',
        undefined,
      ]);
      const once = await record(told, { restore: true });
      expect(once.map(({ outcome, restored }) => [outcome, restored])).to.deep.equal([
        [DUPLICATE, false],
        [DUPLICATE, false],
      ]);
      expect(once.map(({ punchId }) => punchId)).to.deep.equal(again.map(({ punchId }) => punchId));
      const between = kept[0]?.voided?.voidTime;
      if (between === undefined) expect.fail('no time of the void');
      expect(wordOf(await asking.get(employeeId, DAY, between))).to.equal('UNSCHEDULED');
    });

    it('Q21 a replaced punch is not restored: its replacement counts', async () => {
      const employeeId = await asking.added(somebody());
      const told = shift(employeeId, '08:00', '16:00');
      const [first] = await record(told);
      const request = { employeeId, punchId: first?.punchId ?? '', time: onDay('09:00') };
      await clock().replacePunch({ ...request, reason: 'queue' });
      expect(await outcomes(told, { restore: true })).to.deep.equal([DUPLICATE, DUPLICATE]);
      expect((await asking.everywhere(employeeId)).workedDuration?.seconds).to.equal(25_200n);
    });

    it('Q22 told to look only, it says what would become of each, and stores nothing', async () => {
      const [known, nobody] = [somebody(), somebody()];
      const told = shift(known, '08:00', '16:00');
      const [first] = await record(told);
      const punchId = first?.punchId ?? '';
      await clock().voidPunch({ employeeId: known, punchIds: [punchId], reason: 'not theirs' });
      const asked = [...told, ...shift(nobody, '08:00', '16:00'), { employeeId: 'a b' }];
      const look = async (restore: boolean) =>
        (await record(asked, { restore, validateOnly: true, importId: something() })).map(
          (result) => [result.outcome, result.voided, result.restored, result.punchId !== ''],
        );
      const others = [
        [DUPLICATE, false, false, true],
        [RECORDED, false, false, false],
        [RECORDED, false, false, false],
        [REJECTED, false, false, false],
      ];
      const before = await asking.punches(known);
      expect(await look(false)).to.deep.equal([[DUPLICATE, true, false, true], ...others]);
      expect(await look(true)).to.deep.equal([[RECORDED, false, true, false], ...others]);
      expect(await asking.punches(known)).to.deep.equal(before);
      const unknown = clock().listPunches({ employeeId: nobody });
      expect((await refusalOf(unknown)).reason).to.equal('EMPLOYEE_NOT_FOUND');
    });

    it('Q23 a look beside a call that records takes nothing of it along', async () => {
      const employeeId = somebody();
      await record([{ employeeId, time: onDay('07:00'), kind: IN }]);
      const told = shift(employeeId, '08:00', '16:00');
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => record(told, { validateOnly: index % 3 !== 0 })),
      );
      expect(answers.flat().some(({ error }) => error !== undefined)).to.equal(false);
      expect((await asking.punches(employeeId)).length).to.equal(3);
    });
  });
}

/** What two employees of one history can share. */
function withoutHistory(day: Attendance): unknown {
  const json = toJson(AttendanceSchema, day) as Record<string, unknown>;
  const { employeeId: _, revision, etag, updateTime, ...rest } = json;
  expect([revision, etag, updateTime]).to.not.include(undefined);
  return rest;
}
