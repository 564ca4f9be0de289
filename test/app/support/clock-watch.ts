// What is to be seen of a clock from outside: when somebody was there, by the days that are
// stored, and whether a command's punch did what the command says and nothing else. Says the
// rules once more, without any of the code that decides.

import type { DaysAround } from '../../../src/app/ports/day-reads.js';
import type { ClockCommand } from '../../../src/app/ports/facts.js';
import { BEFORE_ALL, sessionsOpenAt } from '../../../src/domain/engine/closing-forms.js';
import { derivedDay } from '../../../src/domain/engine/day-under-plan.js';
import type { Break, Session, StoredDay } from '../../../src/domain/facts/day.js';
import { timelineOf } from '../../../src/domain/facts/punch.js';
import { type DayPlan, planDays } from '../../../src/domain/roster/plan.js';
import type { EmployeeRoster } from '../../../src/domain/roster/roster.js';
import { fromEpochDay } from '../../../src/domain/time/local-date.js';
import { wholeSecond } from '../../../src/domain/time/time.js';
import { MIA } from './facts.js';
import type { ModelStore } from './model-store.js';

/** When somebody was there, whatever shift's end or midnight was in between. */
export interface Span {
  readonly in: number | undefined;
  readonly out: number | undefined;
  readonly breaks: readonly Break[];
  /** Without an end: when it is given up. */
  readonly closesAt: number | undefined;
  readonly shiftId: string | undefined;
  /** When a rule closes it; undefined: none does. */
  readonly autoCloseAt: number | undefined;
}

/** The sessions of a day, without an end where a rule made it: a departure can still do so. */
export function standingSessions(day: StoredDay | undefined): readonly Session[] {
  return day?.result === undefined ? [] : sessionsOpenAt(day.result.work, BEFORE_ALL);
}

/** By beginning. */
export function spansIn(store: ModelStore): readonly Span[] {
  // Whoever leaves and comes in one second needs two keys for it.
  const [left, came] = [new Set<number>(), new Set<number>()];
  for (const { time, kind, voided } of store.punches(MIA)) {
    if (voided === undefined && kind === 'OUT') left.add(wholeSecond(time));
    if (voided === undefined && kind === 'IN') came.add(wholeSecond(time));
  }
  const sessions: Session[] = [...store.storedDates(MIA)].flatMap((day) =>
    standingSessions(store.day(MIA, fromEpochDay(day))),
  );
  sessions.sort((a, b) => (a.in ?? a.out ?? 0) - (b.in ?? b.out ?? 0));
  const spans: Span[] = [];
  for (const { in: start, out, breaks, closesAt, shiftId, autoClose } of sessions) {
    const autoCloseAt = autoClose?.at;
    const before = spans.at(-1);
    const isCut = before !== undefined && before.out !== undefined && before.out === start;
    const cut = before?.out ?? 0;
    if (!isCut || (left.has(cut) && came.has(cut))) {
      spans.push({ in: start, out, breaks, closesAt, shiftId, autoCloseAt });
      continue;
    }
    const joined = joinBreaks(before.breaks, breaks, cut);
    spans[spans.length - 1] = { ...before, out, closesAt, autoCloseAt, breaks: joined };
  }
  return spans;
}

function joinBreaks(first: readonly Break[], second: readonly Break[], cut: number): Break[] {
  const [last, next] = [first.at(-1), second[0]];
  if (last?.end !== cut || next?.start !== cut) return [...first, ...second];
  return [...first.slice(0, -1), { start: last.start, end: next.end }, ...second.slice(1)];
}

function isSame(a: Span, b: Span): boolean {
  return said(a) === said(b);
}

function said({ in: start, out, breaks }: Span): string {
  return JSON.stringify([start ?? null, out ?? null, breaks.map(({ start: s, end }) => [s, end])]);
}

/** What is in the one and not in the other. */
export function changed(
  before: readonly Span[],
  after: readonly Span[],
): { readonly gone: readonly Span[]; readonly made: readonly Span[] } {
  return {
    gone: before.filter((span) => !after.some((other) => isSame(span, other))),
    made: after.filter((span) => !before.some((other) => isSame(span, other))),
  };
}

/** Whether a command's punch did what the command says, and nothing else. */
export function isAsNamed(
  command: ClockCommand,
  second: number,
  before: readonly Span[],
  after: readonly Span[],
): boolean {
  const { gone, made } = changed(before, after);
  const [made1, made2] = made;
  const [gone1, gone2] = gone;
  if (made1 === undefined || made2 !== undefined || gone2 !== undefined) return false;
  if (command === 'CLOCK_IN') {
    // An arrival told late belongs to the departure that had none.
    const isFound = gone1 === undefined ? made1.out === undefined : gone1.out === made1.out;
    return made1.in === second && isFound && gone1?.in === undefined;
  }
  // Of two arrivals the first counts, until a window shows that the second one is the later visit's.
  if (gone1 === undefined) return isOfLast(command, second, made1, before);
  if (gone1.in === undefined || gone1.out !== undefined) return false;
  if (made1.in !== gone1.in) return false;
  const pauses = JSON.stringify(made1.breaks);
  const last = gone1.breaks.at(-1);
  const isOnBreak = last !== undefined && last.end === undefined;
  if (isOnBreak && last.start > second) return false;
  const others = isOnBreak ? gone1.breaks.slice(0, -1) : gone1.breaks;
  const ended = isOnBreak && last.start < second ? [{ start: last.start, end: second }] : [];
  if (command === 'CLOCK_OUT') {
    return made1.out === second && pauses === JSON.stringify([...others, ...ended]);
  }
  if (made1.out !== undefined) return false;
  if (command === 'END_BREAK') {
    return isOnBreak && pauses === JSON.stringify([...others, ...ended]);
  }
  return !isOnBreak && pauses === JSON.stringify([...others, { start: second }]);
}

/** Whether a session is made, after one without an end, of an arrival that was set aside. */
function isOfLast(
  command: ClockCommand,
  second: number,
  made: Span,
  before: readonly Span[],
): boolean {
  const open = before.findLast(({ in: start }) => start !== undefined && start < second);
  if (open?.in === undefined || open.out !== undefined) return false;
  if (made.in === undefined || made.in <= open.in) return false;
  if (command === 'CLOCK_OUT') return made.out === second;
  return command === 'START_BREAK' && made.breaks.at(-1)?.start === second;
}

/** Whether no two of them were at the same time. */
export function areApart(spans: readonly Span[]): boolean {
  let until = -Infinity;
  return spans.every(({ in: start, out }) => {
    if (start === undefined) return (out ?? until) >= until;
    const isApart = start >= until;
    until = out ?? start;
    return isApart;
  });
}

/** The session without an end that a moment may be in. */
export function openAround(spans: readonly Span[], second: number): Span | undefined {
  return spans.findLast(
    ({ in: start, out, closesAt }) =>
      start !== undefined && out === undefined && start <= second && second < (closesAt ?? 0),
  );
}

export function isPaused({ breaks }: Span): boolean {
  const last = breaks.at(-1);
  return last !== undefined && last.end === undefined;
}

/** The days around a moment, as the store of PostgreSQL reads them. */
export function daysAround(
  store: ModelStore,
  employee: EmployeeRoster,
  now: number,
  reach: { readonly before: number; readonly after: number },
): DaysAround {
  const utcDay = Math.floor(now / 86_400_000);
  const [first, last] = [utcDay - 1 - reach.before, utcDay + 1 + reach.after];
  const plans = planDays(store.roster, employee, first, last);
  const standing = timelineOf(store.punches(MIA).filter(({ voided }) => voided === undefined));
  const known = plans.map((plan) => ({ plan, day: knownOn(store, plan, standing) }));
  const index = known.findIndex(({ plan: { start, end } }) => start <= now && now < end);
  const today = known[index];
  if (today === undefined) throw new Error(`no date has ${now}`);
  const days = known.slice(index - reach.before, index + reach.after + 1);
  return { employeeName: '', today, days };
}

function knownOn(store: ModelStore, plan: DayPlan, standing: ReturnType<typeof timelineOf>) {
  return derivedDay(store.day(MIA, plan.date), plan, standing);
}
