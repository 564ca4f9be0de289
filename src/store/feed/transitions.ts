// Puts transitions into the feed, in a transaction that holds its head. What is told and how far are
// one commit, so that every transition is told once, whichever process does it and however it ends.

import { FEED_PAGE_POSITIONS } from '../../app/ports/feed.js';
import type { ToldState, Transition, TransitionStore } from '../../app/ports/transitions.js';
import { ENGINE_VERSION } from '../../domain/engine/derive.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import { type Instant, instantOf, type RecordTime } from '../../domain/time/time.js';
import {
  BEGIN,
  type Bound,
  bind,
  COMMIT,
  type Database,
  formatTimestamp,
  ROLLBACK,
  type Row,
  type Session,
} from '../postgres/database.js';
import { toStoreError } from '../postgres/errors.js';
import { number, resultArrays, text } from '../postgres/rows.js';
import { entriesOf, READ_FEED } from './read-feed.js';

/** From now on transitions are told: those after the time of the head, which knows all before it. */
export const BEGIN_TELLING = {
  name: 'begin_telling',
  text: `
    update transition_head t set position = h.position, at = h.recorded_at
    from feed_head h
    where t.id = 1 and t.at is null and h.id = 1`,
};

/** The right of $1 to tell, for $2 ms, unless another process has it. */
export const LEASE = {
  name: 'lease_telling',
  text: `
    update transition_head
    set teller = $1::text, lease_until = clock_timestamp() + $2::integer * interval '1 millisecond'
    where id = 1 and at is not null and (teller = $1::text or lease_until < clock_timestamp())
    returning position, at, employee_id, date`,
};

export const RELEASE = {
  name: 'release_telling',
  text: `
    update transition_head set lease_until = '-infinity' where id = 1 and teller = $1::text`,
};

export const LOCK_TOLD = {
  name: 'lock_told',
  text: 'select position, at, employee_id, date from transition_head where id = 1 for update',
};

/** Takes the feed's head, which stays locked until the commit. */
export const TAKE_HEAD = {
  name: 'take_head',
  text: `
    update feed_head
    set recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
    where id = 1
    returning position, recorded_at`,
};

/** At the positions behind $1, with the head's time $2. */
export const INSERT_TRANSITIONS = {
  name: 'insert_transitions',
  text: `
    insert into attendance_transition (position, recorded_at, at, employee_id, date, revision,
                                       day_recorded_at, status, origin, portion, other_half_status,
                                       leave_type_id, other_half_leave_type_id, leave_times, note,
                                       work, engine_version)
    select $1::bigint + t.n, $2::timestamptz, t.at, t.employee_id, t.date, t.revision,
           t.day_recorded_at, t.status, t.origin, t.portion, t.other_half_status, t.leave_type_id,
           t.other_half_leave_type_id, t.leave_times, t.note, t.work, $17::integer
    from unnest($3::timestamptz[], $4::text[], $5::date[], $6::integer[], $7::timestamptz[],
                $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[], $12::text[],
                $13::text[], $14::text[], $15::text[], $16::text[]) with ordinality
         t (at, employee_id, date, revision, day_recorded_at, status, origin, portion,
            other_half_status, leave_type_id, other_half_leave_type_id, leave_times, note, work, n)`,
};

export const ADVANCE_HEAD = {
  name: 'advance_head',
  text: 'update feed_head set position = $1::bigint where id = 1',
};

export const ADVANCE_TOLD = {
  name: 'advance_told',
  text: `
    update transition_head
    set position = $1::bigint, at = $2::timestamptz, employee_id = $3::text, date = $4::date
    where id = 1`,
};

export const ROSTER_CHANGE = {
  name: 'roster_change_now',
  text: 'select change_id from roster_head where id = 1',
};

/** More roster changes than this count as everybody's. */
const MAX_OWN_CHANGES = 50;

export const CHANGED_SINCE = {
  name: 'roster_changed_since',
  text: `
    select employee_id from roster_change where change_id > $1::bigint
    order by change_id limit ${MAX_OWN_CHANGES + 1}`,
};

/** See FeedReads.beginTelling. */
export async function beginTelling(database: Database): Promise<void> {
  await database.query(BEGIN_TELLING);
}

export function createTransitionStore(database: Database): TransitionStore {
  return {
    async lease(teller, leaseMs) {
      const [row] = await database.query(LEASE, teller, leaseMs);
      return row && stateOf(row);
    },
    async release(teller) {
      await database.query(RELEASE, teller);
    },
    tell: (state, position, decide) =>
      database
        .session((session) => tell(session, state, position, decide))
        .catch((error: unknown) => Promise.reject(toStoreError(error))),
    async rosterChange() {
      const [row] = await database.query(ROSTER_CHANGE);
      if (row === undefined) throw new Error('roster_head has lost its row');
      return number(row, 'change_id');
    },
    async changedSince(change) {
      const rows = await database.query(CHANGED_SINCE, change);
      if (rows.length > MAX_OWN_CHANGES || rows.some((row) => row.employee_id === null)) {
        return undefined;
      }
      return [...new Set(rows.map((row) => text(row, 'employee_id') as EmployeeId))];
    },
  };
}

function stateOf(row: Row): ToldState {
  return {
    position: number(row, 'position'),
    through: {
      at: instantOf(number(row, 'at') as RecordTime),
      employeeId: text(row, 'employee_id') as EmployeeId,
      date: text(row, 'date') as LocalDate,
    },
  };
}

/** For READ_FEED: any employee, of any group. */
const EVERYBODY = [null, ''] as const;

async function tell(
  session: Session,
  state: ToldState,
  position: number,
  decide: Parameters<TransitionStore['tell']>[2],
): Promise<ToldState | undefined> {
  const [, [told] = [], [head] = [], rows = []] = await session.pipeline([
    bind(BEGIN),
    bind(LOCK_TOLD),
    bind(TAKE_HEAD),
    bind(READ_FEED, position, ...EVERYBODY),
  ]);
  if (told === undefined || head === undefined) throw new Error('the feed has lost its head');
  const last = number(head, 'position');
  const isAsKnown = JSON.stringify(stateOf(told)) === JSON.stringify(state);
  const telling =
    isAsKnown && last <= position + FEED_PAGE_POSITIONS
      ? decide(await entriesOf(rows), number(head, 'recorded_at') as RecordTime)
      : undefined;
  if (telling === undefined) {
    await session.pipeline([bind(ROLLBACK)]);
    return undefined;
  }
  const { transitions, through } = telling;
  const next: ToldState = { position: last + transitions.length, through };
  await session.pipeline([
    ...insert(transitions, last, number(head, 'recorded_at')),
    bind(ADVANCE_TOLD, next.position, timestampOf(through.at), through.employeeId, through.date),
    bind(COMMIT),
  ]);
  return next;
}

function insert(transitions: readonly Transition[], behind: number, recordedAt: number): Bound[] {
  if (transitions.length === 0) return [];
  const days = transitions.map(({ day }) => day);
  return [
    bind(
      INSERT_TRANSITIONS,
      behind,
      formatTimestamp(recordedAt),
      transitions.map(({ at }) => timestampOf(at)),
      transitions.map(({ employeeId }) => employeeId),
      days.map(({ date }) => date),
      days.map(({ revision }) => revision),
      days.map(({ recordedAt: time }) => (time === undefined ? null : formatTimestamp(time))),
      ...resultArrays(days.map(({ result }) => result)).slice(0, DAY_COLUMNS),
      ENGINE_VERSION,
    ),
    bind(ADVANCE_HEAD, behind + transitions.length),
  ];
}

/** Of the columns of a result, all but the last two, which nobody looks for here. */
const DAY_COLUMNS = 9;

function timestampOf(at: Instant): string {
  return formatTimestamp(at * 1000);
}
