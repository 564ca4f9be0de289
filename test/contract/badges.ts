// The contract of badges, whatever the cache: whose a punch is that names a badge, the quarantine of
// those that are nobody's, and the way back of a badge that was given to the wrong person.

import { randomUUID } from 'node:crypto';
import { type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { AttendanceSchema } from '../../gen/attendance/v1/attendance_pb.js';
import type { QuarantinedPunch } from '../../gen/attendance/v1/badge_pb.js';
import { PunchOutcome } from '../../gen/attendance/v1/clock_service_pb.js';
import { PunchKind, type PunchSchema } from '../../gen/attendance/v1/punch_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';
import { Asking, at, DAY, NEXT_DAY, onDay, something, wordOf } from './asking.js';
import { somebody } from './contract.js';

const { IN, OUT } = PunchKind;
const { RECORDED, DUPLICATE, REJECTED, QUARANTINED } = PunchOutcome;

type Told = MessageInitShape<typeof PunchSchema>;

/** An arrival and a departure on one day, as a device numbers them. */
function shiftOf(whose: { employeeId: string } | { badgeId: string }, date = DAY): Told[] {
  const told = { ...whose, deviceId: 'gate' };
  return [
    { ...told, time: at(`${date}T08:00`), kind: IN, eventId: `${date}-1` },
    { ...told, time: at(`${date}T16:00`), kind: OUT, eventId: `${date}-2` },
  ];
}

export function describeBadges(serviceOf: () => TestService): void {
  const asking = new Asking(serviceOf);
  const clock = () => serviceOf().clock;
  const record = async (
    punches: readonly Told[],
    terms: { importId?: string; restore?: boolean; validateOnly?: boolean } = {},
  ) => (await clock().recordPunches({ ...terms, punches: [...punches] })).results;
  const outcomes = async (punches: readonly Told[], terms = {}) =>
    (await record(punches, terms)).map(({ outcome }) => outcome);
  const added = () => asking.added(somebody());
  const assign = async (badgeId: string, employeeId: string, startDate = DAY, more = {}) => {
    const answer = await clock().assignBadge({ badgeId, employeeId, startDate, ...more });
    return answer.badgeAssignment?.assignmentId ?? expect.fail('no assignment in the answer');
  };
  const retract = (badgeId: string, assignmentId: string) =>
    clock().retractBadge({ badgeId, assignmentId, reason: 'another badge' });

  async function waiting(badgeId: string): Promise<QuarantinedPunch[]> {
    const found: QuarantinedPunch[] = [];
    let pageToken = '';
    do {
      const page = await clock().listQuarantinedPunches({ badgeId, pageSize: 1, pageToken });
      found.push(...page.quarantinedPunches);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return found;
  }

  /** A day but for whose it is and its history. */
  async function dayOf(employeeId: string, date = DAY): Promise<unknown> {
    const day = toJson(AttendanceSchema, await asking.everywhere(employeeId, date)) as object;
    const without = { employeeId: '', revision: 0, etag: '', updateTime: '' };
    return { ...day, ...without };
  }

  async function asNamed(employeeId: string, ...dates: readonly string[]): Promise<void> {
    const named = await added();
    for (const date of dates) {
      await record(shiftOf({ employeeId: named }, date));
      expect(await dayOf(employeeId, date), date).to.deep.equal(await dayOf(named, date));
    }
  }

  describe('badges', () => {
    it('B1 a punch of a badge is that of the employee whose it is', async () => {
      const [employeeId, badgeId] = [await added(), something()];
      await assign(badgeId, employeeId);
      const results = await record(shiftOf({ badgeId }));
      expect(results.map(({ outcome }) => outcome)).to.deep.equal([RECORDED, RECORDED]);
      expect(results.map((result) => result.employeeId)).to.deep.equal([employeeId, employeeId]);
      const punches = await asking.punches(employeeId);
      expect(punches.map((punch) => punch.badgeId)).to.deep.equal([badgeId, badgeId]);
      expect(await outcomes(shiftOf({ badgeId }))).to.deep.equal([DUPLICATE, DUPLICATE]);
      expect(await outcomes(shiftOf({ employeeId }))).to.deep.equal([DUPLICATE, DUPLICATE]);
      await asNamed(employeeId, DAY);
    });

    it('B2 of an unknown badge it waits, and counts from the first punch on', async () => {
      const [employeeId, badgeId] = [await added(), something()];
      const results = await record(shiftOf({ badgeId }));
      expect(results.map(({ outcome }) => outcome)).to.deep.equal([QUARANTINED, QUARANTINED]);
      const again = await record(shiftOf({ badgeId }));
      expect(again.map(({ outcome }) => outcome)).to.deep.equal([DUPLICATE, DUPLICATE]);
      const ids = results.map(({ quarantineId }) => quarantineId);
      expect(again.map(({ quarantineId }) => quarantineId)).to.deep.equal(ids);
      const there = await waiting(badgeId);
      expect(there.map(({ quarantineId }) => quarantineId)).to.deep.equal(ids);
      expect(there.map(({ punch }) => [punch?.badgeId, punch?.employeeId])).to.deep.equal([
        [badgeId, ''],
        [badgeId, ''],
      ]);
      const answer = await clock().assignBadge({ badgeId, employeeId, startDate: DAY });
      expect([answer.settled, answer.waitingCount]).to.deep.equal([true, 0n]);
      expect(await waiting(badgeId)).to.deep.equal([]);
      expect(await outcomes(shiftOf({ badgeId }))).to.deep.equal([DUPLICATE, DUPLICATE]);
      expect((await asking.punches(employeeId)).length).to.equal(2);
      await asNamed(employeeId, DAY);
    });

    it('B3 only what is within the dates becomes theirs; the badge is handed on', async () => {
      const [first, second, badgeId] = [await added(), await added(), something()];
      await record([...shiftOf({ badgeId }), ...shiftOf({ badgeId }, NEXT_DAY)]);
      await assign(badgeId, first, DAY, { endDate: DAY });
      expect((await waiting(badgeId)).length).to.equal(2);
      expect(await asking.punches(first)).to.have.length(2);
      await assign(badgeId, second, NEXT_DAY);
      expect(await waiting(badgeId)).to.deep.equal([]);
      await asNamed(first, DAY);
      await asNamed(second, NEXT_DAY);
      expect(wordOf(await asking.everywhere(first, NEXT_DAY))).to.equal('UNSCHEDULED');
    });

    it('B4 a badge is one employee’s at a time; handing on ends the other assignment', async () => {
      const [first, second, badgeId] = [await added(), await added(), something()];
      const assignmentId = await assign(badgeId, first);
      const refused = await refusalOf(assign(badgeId, second, NEXT_DAY));
      expect(refused).to.include({ reason: 'BADGE_ASSIGNED' });
      await record([...shiftOf({ badgeId }), ...shiftOf({ badgeId }, NEXT_DAY)]);
      expect(await asking.punches(first)).to.have.length(4);
      await assign(badgeId, second, NEXT_DAY, { handOn: true, reason: 'left' });
      await asNamed(first, DAY);
      await asNamed(second, NEXT_DAY);
      expect(wordOf(await asking.everywhere(first, NEXT_DAY))).to.equal('UNSCHEDULED');
      const { badgeAssignments } = await clock().listBadges({ badgeId });
      expect(
        badgeAssignments.map((each) => [each.employeeId, each.startDate, each.endDate]),
      ).to.deep.equal([
        [first, DAY, DAY],
        [second, NEXT_DAY, ''],
      ]);
      expect(badgeAssignments[0]).to.include({ assignmentId, revision: 2, reason: 'left' });
      expect(await refusalOf(assign(badgeId, first, DAY, { handOn: true }))).to.include({
        reason: 'BADGE_ASSIGNED',
      });
    });

    it('B5 one employee has several badges', async () => {
      const [employeeId, one, other] = [await added(), something(), something()];
      const [arrival, departure] = [shiftOf({ badgeId: one })[0], shiftOf({ badgeId: other })[1]];
      if (arrival === undefined || departure === undefined) expect.fail('a shift has two punches');
      await record([arrival, departure]);
      await assign(one, employeeId);
      await assign(other, employeeId);
      await asNamed(employeeId, DAY);
      const { badgeAssignments } = await clock().listBadges({ employeeId });
      expect(badgeAssignments.map(({ badgeId }) => badgeId)).to.have.members([one, other]);
    });

    it('B6 a wrong assignment is retracted: its punches are voided, and the right one gets them', async () => {
      const [wrong, right, badgeId] = [await added(), await added(), something()];
      await record(shiftOf({ badgeId }));
      const assignmentId = await assign(badgeId, wrong);
      await record(shiftOf({ badgeId }, NEXT_DAY));
      const before = (await asking.everywhere(wrong)).updateTime ?? expect.fail('no time');
      const told = await asking.get(wrong);
      const answer = await retract(badgeId, assignmentId);
      expect([answer.settled, answer.waitingCount]).to.deep.equal([true, 4n]);
      expect(answer.badgeAssignment?.supersedeReason).to.equal('another badge');
      for (const date of [DAY, NEXT_DAY]) {
        expect(wordOf(await asking.everywhere(wrong, date))).to.equal('UNSCHEDULED');
      }
      const punches = await asking.punches(wrong);
      expect(punches.map(({ voided }) => voided?.reason)).to.deep.equal(
        punches.map(() => 'another badge'),
      );
      expect(await outcomes(shiftOf({ badgeId }))).to.deep.equal([DUPLICATE, DUPLICATE]);
      await assign(badgeId, right);
      expect(await waiting(badgeId)).to.deep.equal([]);
      await asNamed(right, DAY, NEXT_DAY);
      // What was known before stays known.
      expect(await asking.get(wrong, DAY, before)).to.deep.equal(told);
      expect(await refusalOf(retract(badgeId, assignmentId))).to.include({
        reason: 'BADGE_ASSIGNMENT_NOT_FOUND',
      });
    });

    it('B7 retracted and assigned to the same employee again, they count again, once', async () => {
      const [employeeId, badgeId] = [await added(), something()];
      const assignmentId = await assign(badgeId, employeeId);
      await record(shiftOf({ badgeId }));
      await retract(badgeId, assignmentId);
      await assign(badgeId, employeeId);
      await asNamed(employeeId, DAY);
      const punches = await asking.punches(employeeId);
      expect(punches.map(({ voided }) => voided === undefined)).to.deep.equal([
        false,
        true,
        false,
        true,
      ]);
    });

    it('B8 what a person voided stays so, whatever becomes of the badge', async () => {
      const [employeeId, badgeId] = [await added(), something()];
      const assignmentId = await assign(badgeId, employeeId);
      const [arrival] = await record(shiftOf({ badgeId }));
      const punchIds = [arrival?.punchId ?? ''];
      await clock().voidPunch({ employeeId, punchIds, reason: 'a test' });
      await retract(badgeId, assignmentId);
      expect(await waiting(badgeId)).to.have.length(1);
      await assign(badgeId, employeeId);
      const standing = (await asking.punches(employeeId)).filter(({ voided }) => !voided);
      expect(standing.map(({ kind }) => kind)).to.deep.equal([OUT]);
    });

    it('B9 an assignment ends earlier and later', async () => {
      const [employeeId, badgeId] = [await added(), something()];
      const assignmentId = await assign(badgeId, employeeId);
      await record([...shiftOf({ badgeId }), ...shiftOf({ badgeId }, NEXT_DAY)]);
      await clock().endBadge({ badgeId, assignmentId, endDate: DAY, reason: 'lost' });
      expect(await waiting(badgeId)).to.have.length(2);
      expect(wordOf(await asking.everywhere(employeeId, NEXT_DAY))).to.equal('UNSCHEDULED');
      await clock().endBadge({ badgeId, assignmentId, endDate: NEXT_DAY });
      expect(await waiting(badgeId)).to.have.length(0);
      await asNamed(employeeId, DAY, NEXT_DAY);
      const early = clock().endBadge({ badgeId, assignmentId, endDate: '2026-03-01' });
      expect((await refusalOf(early)).reason).to.equal('INVALID_FIELD');
    });

    it('B10 what is discarded counts for nobody, and comes back only on request', async () => {
      const [employeeId, badgeId] = [await added(), something()];
      const results = await record(shiftOf({ badgeId }));
      const quarantineIds = results.map(({ quarantineId }) => quarantineId);
      const discard = () =>
        clock().discardQuarantinedPunches({ quarantineIds, reason: 'a visitor' });
      expect((await discard()).discardedCount).to.equal(2);
      expect((await discard()).discardedCount).to.equal(0);
      expect(await waiting(badgeId)).to.deep.equal([]);
      const again = await record(shiftOf({ badgeId }));
      expect(again.map(({ outcome, voided }) => [outcome, voided])).to.deep.equal([
        [DUPLICATE, true],
        [DUPLICATE, true],
      ]);
      await assign(badgeId, employeeId);
      expect(await outcomes(shiftOf({ badgeId }))).to.deep.equal([DUPLICATE, DUPLICATE]);
      expect(await asking.punches(employeeId).catch(() => [])).to.deep.equal([]);
      const restored = await outcomes(shiftOf({ badgeId }), { restore: true });
      expect(restored).to.deep.equal([RECORDED, RECORDED]);
      const last = await record(shiftOf({ badgeId }));
      expect(last.map(({ outcome, voided }) => [outcome, voided])).to.deep.equal([
        [DUPLICATE, false],
        [DUPLICATE, false],
      ]);
      await asNamed(employeeId, DAY);
    });

    it('B11 a discarded punch waits again if a log restores it', async () => {
      const badgeId = something();
      const results = await record(shiftOf({ badgeId }));
      const quarantineIds = results.map(({ quarantineId }) => quarantineId);
      await clock().discardQuarantinedPunches({ quarantineIds, reason: 'a visitor' });
      const restored = await record(shiftOf({ badgeId }), { restore: true });
      expect(restored.map(({ outcome }) => outcome)).to.deep.equal([QUARANTINED, QUARANTINED]);
      expect(await waiting(badgeId)).to.have.length(2);
    });

    it('B12 a voided import takes what waits with it', async () => {
      const [employeeId, badgeId, known, importId] = [
        await added(),
        something(),
        something(),
        something(),
      ];
      await assign(known, employeeId);
      await record(shiftOf({ badgeId }), { importId });
      const { punchImports } = await clock().listImports({ pageSize: 1000 });
      const listed = punchImports.find((each) => each.importId === importId);
      expect([listed?.punchCount, listed?.quarantinedCount]).to.deep.equal([0n, 2n]);
      await record(shiftOf({ badgeId: known }), { importId });
      const answer = await clock().voidImport({ importId, reason: 'wrong file' });
      expect([answer.voidedCount, answer.discardedCount]).to.deep.equal([2, 2]);
      expect(answer.punchImport).to.include({
        punchCount: 2n,
        standingCount: 0n,
        voidedCount: 2n,
        quarantinedCount: 0n,
      });
      await assign(badgeId, employeeId);
      expect(wordOf(await asking.everywhere(employeeId))).to.equal('UNSCHEDULED');
    });

    it('B13 released, a punch is of the import that brought it', async () => {
      const [employeeId, badgeId, importId] = [await added(), something(), something()];
      await record(shiftOf({ badgeId }), { importId });
      await assign(badgeId, employeeId);
      const answer = await clock().voidImport({ importId, reason: 'wrong file' });
      expect([answer.voidedCount, answer.discardedCount]).to.deep.equal([2, 0]);
    });

    it('B14 each request about a badge is done once, and answered as at first', async () => {
      const [employeeId, badgeId] = [await added(), something()];
      const request = { badgeId, employeeId, startDate: DAY, requestId: randomUUID() };
      const first = await clock().assignBadge(request);
      const ending = { badgeId, endDate: NEXT_DAY, requestId: randomUUID() };
      const assignmentId = first.badgeAssignment?.assignmentId ?? '';
      const ended = await clock().endBadge({ ...ending, assignmentId });
      expect((await clock().assignBadge(request)).badgeAssignment).to.deep.equal(
        first.badgeAssignment,
      );
      expect((await clock().endBadge({ ...ending, assignmentId })).badgeAssignment).to.deep.equal(
        ended.badgeAssignment,
      );
      const reused = clock().assignBadge({ ...request, startDate: NEXT_DAY });
      expect((await refusalOf(reused)).reason).to.equal('REQUEST_ID_REUSED');
    });

    it('B15 whose a badge was is known as of then, with who said so and why', async () => {
      const [wrong, right, badgeId] = [await added(), await added(), something()];
      const { badgeAssignment: said } = await clock().assignBadge({
        badgeId,
        employeeId: wrong,
        startDate: DAY,
        reason: 'by list',
      });
      if (said?.recordTime === undefined) expect.fail('no time of the assignment');
      const asOfTime = said.recordTime;
      await retract(badgeId, said.assignmentId);
      await assign(badgeId, right);
      const then = await clock().listBadges({ badgeId, asOfTime });
      expect(then.badgeAssignments).to.deep.equal([said]);
      const now = await clock().listBadges({ badgeId });
      expect(now.badgeAssignments.map((each) => each.employeeId)).to.deep.equal([right]);
      const all = await clock().listBadges({ badgeId, includeSuperseded: true });
      expect(all.badgeAssignments.map((each) => [each.reason, each.supersedeReason])).to.deep.equal(
        [
          ['by list', 'another badge'],
          ['', ''],
        ],
      );
    });

    it('B16 dates begin at midnight in the zone of the assignment', async () => {
      const [employeeId, badgeId] = [await added(), something()];
      await assign(badgeId, employeeId, DAY, { timeZone: 'Asia/Tokyo', endDate: DAY });
      const punch = { badgeId, deviceId: 'gate' };
      const told = [
        { ...punch, time: at('2026-03-01T14:59') },
        { ...punch, time: at('2026-03-01T15:00') },
        { ...punch, time: onDay('14:59') },
        { ...punch, time: onDay('15:00') },
      ];
      expect(await outcomes(told)).to.deep.equal([QUARANTINED, RECORDED, RECORDED, QUARANTINED]);
    });

    it('B17 judged only, nothing is kept', async () => {
      const badgeId = something();
      const [result] = await record(shiftOf({ badgeId }), { validateOnly: true });
      expect([result?.outcome, result?.quarantineId]).to.deep.equal([QUARANTINED, '']);
      expect(await waiting(badgeId)).to.deep.equal([]);
    });

    it('B18 one log names employees, badges and nonsense: each is judged alone', async () => {
      const [employeeId, badgeId, unknown] = [await added(), something(), something()];
      await assign(badgeId, employeeId);
      const [named] = shiftOf({ employeeId: somebody() });
      const [mine] = shiftOf({ badgeId });
      const [nobodys] = shiftOf({ badgeId: unknown });
      const both = { ...mine, employeeId };
      const neither = { time: onDay('08:00') };
      const told = [named, both, nobodys, mine, neither, nobodys].map((punch) => punch ?? {});
      expect(await outcomes(told)).to.deep.equal([
        RECORDED,
        REJECTED,
        QUARANTINED,
        RECORDED,
        REJECTED,
        DUPLICATE,
      ]);
    });

    it('B19 a badge is for an employee whom somebody added', async () => {
      const refused = await refusalOf(assign(something(), somebody()));
      expect(refused.reason).to.equal('EMPLOYEE_NOT_FOUND');
    });

    it('B20 a stream of logs counts what waits', async () => {
      const badgeId = something();
      const answer = await clock().importPunches(
        (async function* () {
          yield { punches: shiftOf({ badgeId }) };
          yield { punches: shiftOf({ badgeId }) };
        })(),
      );
      expect([answer.quarantinedCount, answer.duplicateCount]).to.deep.equal([2n, 2n]);
    });

    it('B21 logs, assignments and retractions at the same time lose and double nothing', async () => {
      const [wrong, right, badgeId] = [await added(), await added(), something()];
      const days = Array.from({ length: 10 }, (_, index) => `2026-04-${10 + index}`);
      const logs = days.map((date) => record(shiftOf({ badgeId }, date)));
      const assignmentId = await assign(badgeId, wrong, '2026-04-01');
      const more = days.map((date) => record(shiftOf({ badgeId }, date)));
      await retract(badgeId, assignmentId);
      await assign(badgeId, right, '2026-04-01');
      await Promise.all([...logs, ...more]);
      // What the calls left, as they met each other, follows in the background.
      await waitUntil('nothing waits', async () => (await waiting(badgeId)).length === 0, 20_000);
      const standing = (await asking.punches(right)).filter(({ voided }) => !voided);
      expect(standing).to.have.length(20);
      const theirs = await asking.punches(wrong).catch(() => []);
      expect(theirs.filter(({ voided }) => !voided)).to.deep.equal([]);
    });
  });
}
