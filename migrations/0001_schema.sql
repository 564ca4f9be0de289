-- Facts in, days out: marks and punches as they came, the roster, the days that follow from both, and
-- the feed of every change.
--
-- Employee ids compare and sort byte by byte. Instants are timestamptz, lengths seconds. Numbers in
-- smallint columns are places in the lists of src/domain, counted from 1; lists only grow.
-- There are no foreign keys between these tables: every write holds the employee's row lock and
-- has created the employee before, and the check would cost on every row.

create table employee (
  employee_id text collate "C" primary key
    check (employee_id ~ '^[A-Za-z0-9._-]{1,64}$'),
  employee_name text not null default '',
  -- The number of facts recorded for the employee; every commit that touches them raises it.
  version bigint not null default 0 check (version >= 0),
  created_at timestamptz not null default now(),
  -- The latest change of what is the employee's own in the roster; 0: there was none.
  roster_version bigint not null default 0 check (roster_version >= 0),
  -- The group of the detail row that holds now.
  group_id text collate "C" not null default ''
) with (fillfactor = 70);

create index employee_by_group on employee (group_id, employee_id) where group_id <> '';

-- Declarations and their withdrawals. Never deleted; only voided_by is ever set later.
create table mark (
  employee_id text collate "C" not null,
  -- Counts the employee's facts from 1.
  sequence bigint not null,
  date date not null,
  kind smallint not null check (kind in (1, 2)),
  status smallint check (status between 1 and 7),
  portion smallint check (portion between 1 and 3),
  -- The kind of leave; null: none.
  leave_type_id text collate "C" check (leave_type_id is null or status = 4),
  -- Leave by the hour: seconds from midnight, the end by less than a day after the start.
  leave_start_second integer check (leave_start_second between 0 and 86399),
  leave_end_second integer,
  note text not null default '',
  reason text not null default '',
  actor text not null,
  received_at timestamptz not null,
  request_id uuid,
  payload_hash bytea,
  -- The day's revision after this fact: what a repeated request is answered from.
  revision integer not null check (revision >= 0),
  -- The import that recorded it; null: none.
  import_id text collate "C",
  -- The fact that took it back, with its import: a mark_void.
  voided_by bigint,
  primary key (employee_id, sequence),
  check ((kind = 1) = (status is not null and portion is not null)),
  check ((leave_start_second is null) = (leave_end_second is null)),
  check (leave_start_second is null or (status = 4 and portion = 1
    and leave_end_second - leave_start_second between 1 and 86399)),
  check ((request_id is null) = (payload_hash is null))
);

-- What stands for a date: for taking back an import. Its condition on the date holds for every row and
-- follows from any date asked for: statements that look for a number have the primary key alone.
create index mark_of_date on mark (employee_id, date, sequence)
  where voided_by is null and date is not null;
-- What is left of an import to take back.
create index mark_of_import on mark (import_id, employee_id, date, sequence)
  where import_id is not null and voided_by is null;
create unique index mark_request on mark (employee_id, request_id) where request_id is not null;

-- Marks of an import, taken back.
create table mark_void (
  employee_id text collate "C" not null,
  sequence bigint not null,
  date date not null,
  import_id text collate "C" not null,
  marks bigint[] not null,
  reason text not null,
  actor text not null,
  received_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (employee_id, sequence)
);

-- Imports of marks, with their sums: kept in the transactions that record and take back marks.
create table mark_import (
  import_id text collate "C" primary key check (import_id ~ '^[A-Za-z0-9._-]{1,64}$'),
  -- Who sent the first mark.
  actor text not null,
  first_recorded_at timestamptz not null,
  last_recorded_at timestamptz not null,
  marks bigint not null check (marks > 0),
  voided bigint not null default 0 check (voided between 0 and marks)
) with (fillfactor = 70);

create index mark_import_by_time on mark_import (first_recorded_at, import_id);

-- Kinds of leave, revision by revision: never edited but for superseded_at. Marks and days have the id
-- alone.
create table leave_type (
  leave_type_id text collate "C" not null check (leave_type_id ~ '^[A-Za-z0-9._-]{1,64}$'),
  revision integer not null check (revision >= 1),
  name text not null,
  is_paid boolean not null,
  is_archived boolean not null,
  reason text not null default '',
  actor text not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz not null default 'infinity',
  primary key (leave_type_id, revision)
);

create index leave_type_now on leave_type (leave_type_id, revision) where superseded_at = 'infinity';

-- Held by whoever sets a leave type, so that their number stays bounded.
create table leave_type_head (
  id smallint primary key check (id = 1)
);

insert into leave_type_head (id) values (1);

-- What follows from the facts; can be dropped and derived again. A day whose marks were cleared
-- keeps its row, for its revision, with no status.
create table attendance_day (
  employee_id text collate "C" not null,
  date date not null,
  status smallint,
  origin smallint,
  portion smallint,
  other_half_status smallint,
  leave_type_id text collate "C",
  other_half_leave_type_id text collate "C",
  -- Leave by the hour (src/domain/facts/leave-times-text.ts); null: none.
  leave_times text,
  note text not null default '',
  -- What the punches come to (src/domain/engine/work-codec.ts); null: nothing planned, nothing punched.
  work text,
  -- The anomalies it has once it is settled, one bit each.
  anomalies integer not null default 0,
  -- Until when the clock may still change what is read; null: it never does.
  settles_at timestamptz,
  revision integer not null check (revision >= 1),
  recorded_at timestamptz not null,
  -- The rules and the zone data it was derived with (ENGINE_VERSION).
  engine_version integer not null,
  primary key (employee_id, date),
  check ((status is null) = (origin is null) and (status is null) = (portion is null))
) with (fillfactor = 85);

-- By day number, not by date: statements about one employee's days then have one index they can
-- take, the primary key. With a choice, the planner takes whichever is cheap for the statistics
-- of the moment, and walks through everybody's days of a month for one employee's.
create index attendance_day_by_date
  on attendance_day ((date - date '1900-01-01'), employee_id);

-- The feed: one row per change of a day, with the day as it became. Positions are dense and in
-- commit order; recorded_at rises with every transaction.
create table attendance_change (
  position bigint primary key,
  recorded_at timestamptz not null,
  employee_id text collate "C" not null,
  date date not null,
  revision integer not null,
  sequence bigint not null,
  cause smallint not null,
  actor text not null,
  reason text not null default '',
  status smallint,
  origin smallint,
  portion smallint,
  other_half_status smallint,
  leave_type_id text collate "C",
  other_half_leave_type_id text collate "C",
  leave_times text,
  note text not null default '',
  work text,
  anomalies integer not null default 0,
  settles_at timestamptz,
  engine_version integer not null
);

create unique index attendance_change_of_day on attendance_change (employee_id, date, revision);

-- Where the feed stands: one row, locked from the taking of positions to the commit, so that
-- order of positions, order of times and order of commits are one.
create table feed_head (
  id smallint primary key check (id = 1),
  position bigint not null,
  recorded_at timestamptz not null
) with (fillfactor = 10);

insert into feed_head (id, position, recorded_at) values (1, 0, clock_timestamp());

-- Signs page tokens, so that every instance accepts what another gave out and nobody else's.
create table page_token_key (
  id smallint primary key check (id = 1),
  key bytea not null
);

insert into page_token_key (id, key)
values (1, sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

-- Someone touched a clock. Never deleted; only the columns that say what became of a punch
-- (flags, conflict_times, voided_by, voided_at) are ever set later.
create table punch (
  employee_id text collate "C" not null,
  -- Its number among the employee's facts: its punch_id.
  sequence bigint not null,
  time timestamptz not null,
  -- Counted from 1: UNSPECIFIED, IN, OUT, BREAK_START, BREAK_END.
  kind smallint not null check (kind between 1 and 5),
  source smallint not null check (source between 1 and 4),
  device_id text collate "C" not null default '',
  event_id text collate "C" not null default '',
  time_zone text not null default '',
  latitude double precision,
  longitude double precision,
  accuracy_meters double precision not null default 0,
  labels jsonb,
  note text not null default '',
  -- 1: CLOCK_SKEW, 2: EVENT_ID_CONFLICT, added up.
  flags smallint not null default 0,
  -- When EVENT_ID_CONFLICT came or went after that: an earlier use of its event id came in, or was
  -- taken back. In order; null: never.
  conflict_times timestamptz[],
  actor text not null,
  received_at timestamptz not null,
  recorded_at timestamptz not null,
  request_id uuid,
  payload_hash bytea,
  -- The day that its call was answered with, and that day's revision then: what a repeated
  -- request is answered from. Null for facts that no day was answered for.
  answer_date date,
  answer_revision integer,
  -- The punch that this one replaces, and why.
  replaces bigint,
  reason text not null default '',
  -- The fact that took it back: a punch that replaces it, or a punch_correction.
  voided_by bigint,
  voided_at timestamptz,
  -- The import that recorded it; null: none, as of most punches.
  import_id text collate "C",
  -- The badge that the device named instead of the employee; null: it named the employee.
  badge_id text collate "C",
  primary key (employee_id, sequence),
  check ((latitude is null) = (longitude is null)),
  check ((request_id is null) = (payload_hash is null)),
  check ((voided_by is null) = (voided_at is null))
) with (fillfactor = 90);

-- A range of an employee's time. Its condition holds for every row and follows from any bound on
-- the time: so only statements that have one can take it, and those that look for a number, as
-- cheap for the statistics of an empty table, have the primary key alone.
create index punch_by_time on punch (employee_id, time, sequence) where time is not null;
-- One punch that counts per device, event, instant and kind. A correction may say again what another
-- corrected, and a punch that was taken back may be told again on purpose.
create unique index punch_identity on punch (employee_id, device_id, event_id, time, kind)
  where replaces is null and voided_by is null;
create unique index punch_request on punch (employee_id, request_id) where request_id is not null;
-- What is left of an import to take back: by time, so that those of one day go together.
create index punch_of_import on punch (import_id, employee_id, time, sequence)
  where import_id is not null and voided_by is null;
-- What came by a badge and counts: taken back if the badge was never that employee's.
create index punch_of_badge on punch (badge_id, employee_id, time, sequence)
  where badge_id is not null and voided_by is null;

-- Imports of punches, with their sums: kept in the transactions that record and void punches, so
-- that nobody has to count.
create table punch_import (
  import_id text collate "C" primary key check (import_id ~ '^[A-Za-z0-9._-]{1,64}$'),
  -- Who sent the first punch.
  actor text not null,
  first_recorded_at timestamptz not null,
  last_recorded_at timestamptz not null,
  -- 0 while all that it sent is in quarantine.
  punches bigint not null check (punches >= 0),
  -- Those of them that were taken back, without or with another in their place.
  voided bigint not null default 0 check (voided >= 0),
  replaced bigint not null default 0 check (replaced >= 0),
  check (voided + replaced <= punches)
) with (fillfactor = 70);

create index punch_import_by_time on punch_import (first_recorded_at, import_id);

-- Punches taken back without another in their place, and corrections of several punches at once.
create table punch_correction (
  employee_id text collate "C" not null,
  sequence bigint not null,
  -- What its call was answered with, in order: those taken back, and those recorded.
  punches bigint[] not null,
  -- The days that its call was answered with, and their revisions then.
  answer_dates date[] not null default '{}',
  answer_revisions integer[] not null default '{}',
  reason text not null,
  actor text not null,
  received_at timestamptz not null,
  recorded_at timestamptz not null,
  request_id uuid,
  payload_hash bytea,
  primary key (employee_id, sequence),
  check ((request_id is null) = (payload_hash is null))
);

create unique index punch_correction_request on punch_correction (employee_id, request_id)
  where request_id is not null;

-- Badges, also those that are nobody's: locked by whoever changes whose a badge is, and by whoever
-- puts its punches into quarantine; shared by whoever records its punches for an employee.
create table badge (
  badge_id text collate "C" primary key check (badge_id ~ '^[A-Za-z0-9._:-]{1,64}$'),
  -- Raised with everything that decides where its punches belong.
  version bigint not null default 0,
  -- The version that its punches follow: where it is not the version, some are to be moved.
  settled_version bigint not null default 0,
  -- Who changed last whose it is, and why: said of punches that are taken back for it.
  changed_by text not null default '',
  change_reason text not null default '',
  is_open boolean not null generated always as (version <> settled_version) stored
) with (fillfactor = 70);

create index badge_open on badge (badge_id) where is_open;

-- Whose a badge is, by date. Dated twice, like the roster. A row is never edited but for what says
-- who superseded it, and why: with the next row of the assignment, or without one, if the badge
-- was never the employee's.
create table badge_assignment (
  badge_id text collate "C" not null,
  assignment_id bigint not null,
  -- Counts the rows of an assignment from 1.
  revision integer not null,
  employee_id text collate "C" not null,
  start_date date not null,
  end_date date not null default 'infinity',
  -- Where the dates begin and end, and the instants at which they do: from, included, until, not.
  time_zone text not null,
  start_time timestamptz not null,
  end_time timestamptz not null default 'infinity',
  actor text not null,
  reason text not null default '',
  recorded_at timestamptz not null,
  superseded_at timestamptz not null default 'infinity',
  superseded_by text not null default '',
  superseded_reason text not null default '',
  primary key (badge_id, assignment_id, revision),
  check (end_date >= start_date)
);

create index badge_assignment_of on badge_assignment (employee_id, badge_id, assignment_id, revision);
create sequence badge_assignment_id;

-- What requests about badges were answered with.
create table badge_request (
  request_id uuid primary key,
  payload_hash bytea not null,
  badge_id text collate "C" not null,
  assignment_id bigint not null,
  revision integer not null,
  recorded_at timestamptz not null default now()
);

-- Punches of badges that are nobody's at their time. A row leaves when its punch is recorded for an
-- employee; one that a person discarded stays, so that it does not come back with the next log.
create table quarantined_punch (
  quarantine_id bigint generated always as identity primary key,
  badge_id text collate "C" not null,
  time timestamptz not null,
  kind smallint not null check (kind between 1 and 5),
  source smallint not null check (source between 1 and 4),
  device_id text collate "C" not null default '',
  event_id text collate "C" not null default '',
  time_zone text not null default '',
  latitude double precision,
  longitude double precision,
  accuracy_meters double precision not null default 0,
  labels jsonb,
  note text not null default '',
  flags smallint not null default 0,
  actor text not null,
  received_at timestamptz not null,
  import_id text collate "C",
  quarantined_at timestamptz not null,
  -- Whether it counts again for an employee from whom it was taken back with an assignment.
  restore boolean not null default false,
  -- Why no employee can have it, although the badge is somebody's; empty: not tried.
  blocked text not null default '',
  discarded_at timestamptz,
  discarded_by text not null default '',
  discard_reason text not null default '',
  is_waiting boolean not null generated always as (discarded_at is null) stored
);

create unique index quarantined_punch_identity
  on quarantined_punch (badge_id, device_id, event_id, time, kind);
create index quarantined_punch_of_badge on quarantined_punch (badge_id, time, quarantine_id)
  where is_waiting and time is not null;
create index quarantined_punch_waiting on quarantined_punch (quarantine_id) where is_waiting;
-- Ordered by what the other indexes cannot give: with a choice, the planner would walk through all
-- badges for the punches of one.
create index quarantined_punch_in_badge on quarantined_punch (badge_id, (quarantine_id + 0))
  where is_waiting;
create index quarantined_punch_of_import on quarantined_punch (import_id, (quarantine_id + 0))
  where is_waiting and import_id is not null;

-- How many wait: one row, kept in the transactions that change it.
create table quarantine_head (
  id smallint primary key check (id = 1),
  waiting bigint not null check (waiting >= 0)
) with (fillfactor = 10);

insert into quarantine_head (id, waiting) values (1, 0);

-- Rows of the roster are dated twice: by when they apply (dates in the rows) and by since when we
-- know them (recorded_at), until when (superseded_at, 'infinity' for what is known now). A row
-- is never edited but for its superseded_at.

-- Every change of the roster, dense and in commit order: who, when, why, what; and how far the
-- stored days have followed it (reads never wait for that).
create table roster_change (
  change_id bigint primary key,
  recorded_at timestamptz not null,
  actor text not null,
  reason text not null default '',
  -- What was changed: one of them.
  employee_id text collate "C",
  shift_id text collate "C",
  calendar_id text collate "C",
  policy_id text collate "C",
  -- The dates it is about; infinite where it has no end.
  start_date date not null default '-infinity',
  end_date date not null default 'infinity',
  request_id uuid,
  payload_hash bytea,
  -- The resource that the request was answered with, as the handler encodes it.
  answer jsonb,
  -- What followed so far, and since when nothing is left.
  employees_done bigint not null default 0,
  days_derived bigint not null default 0,
  days_changed bigint not null default 0,
  finished_at timestamptz,
  -- On how many dates overrides of a changed shift's users now overlap with it.
  shift_overlaps bigint not null default 0,
  check (num_nonnulls(employee_id, shift_id, calendar_id, policy_id) = 1),
  check ((request_id is null) = (payload_hash is null))
) with (fillfactor = 70);

create unique index roster_change_request on roster_change (request_id)
  where request_id is not null;
create index roster_change_unfinished on roster_change (change_id) where finished_at is null;
-- Which version of what all employees share was in force at a time.
create index roster_change_shared on roster_change (recorded_at) where employee_id is null;
-- The latest change of a policy.
create index roster_change_of_policy on roster_change (policy_id, recorded_at)
  where policy_id is not null;

-- The version of what all employees share (shifts and holidays): the change that made it. Locked
-- by whoever changes that, shared by whoever changes what is an employee's own.
create table roster_head (
  id smallint primary key check (id = 1),
  -- The latest change of any kind.
  change_id bigint not null,
  -- The latest change of what all employees share.
  shared_version bigint not null
) with (fillfactor = 10);

insert into roster_head (id, change_id, shared_version) values (1, 0, 0);

-- A shift, once: by which change it was archived, and since when; never taken back.
create table shift (
  shift_id text collate "C" primary key check (shift_id ~ '^[A-Za-z0-9._-]{1,64}$'),
  archived_by bigint,
  archived_at timestamptz not null default 'infinity',
  check ((archived_by is null) = (archived_at = 'infinity'))
);

-- A shift as it is from a date on ('-infinity': always was).
create table shift_version (
  shift_id text collate "C" not null,
  effective_date date not null,
  change_id bigint not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz not null default 'infinity',
  definition jsonb not null,
  primary key (shift_id, effective_date, change_id)
);

-- Which shifts ever named a calendar as their own.
create index shift_version_by_calendar on shift_version ((definition ->> 'calendarId'), shift_id)
  where definition ->> 'calendarId' is not null;

-- A policy as it is from a date on ('-infinity': always was).
create table policy_version (
  policy_id text collate "C" not null check (policy_id ~ '^[A-Za-z0-9._-]{1,64}$'),
  effective_date date not null,
  change_id bigint not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz not null default 'infinity',
  definition jsonb not null,
  primary key (policy_id, effective_date, change_id)
);

create table holiday (
  calendar_id text collate "C" not null,
  date date not null,
  change_id bigint not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz not null default 'infinity',
  name text not null,
  -- The number of the contract's DayPortion.
  portion smallint not null,
  primary key (calendar_id, date, change_id)
);

-- What is an employee's own: zones, group, employment, default shift, calendar, archived.
create table employee_detail (
  employee_id text collate "C" not null,
  change_id bigint not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz not null default 'infinity',
  detail jsonb not null,
  primary key (employee_id, change_id)
);

create table shift_assignment (
  employee_id text collate "C" not null,
  assignment_id bigint not null,
  change_id bigint not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz not null default 'infinity',
  start_date date not null,
  end_date date not null default 'infinity',
  anchor_date date not null,
  cycle jsonb not null,
  primary key (employee_id, assignment_id, change_id)
);

create table date_override (
  employee_id text collate "C" not null,
  date date not null,
  change_id bigint not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz not null default 'infinity',
  shift_ids text[] not null,
  primary key (employee_id, date, change_id)
);

-- Who ever had a shift in an assignment, an override or as default, and who ever had a calendar:
-- whose days a change of it may touch. Only grows.
create table shift_user (
  shift_id text collate "C" not null,
  employee_id text collate "C" not null,
  primary key (shift_id, employee_id)
);
create table calendar_user (
  calendar_id text collate "C" not null,
  employee_id text collate "C" not null,
  primary key (calendar_id, employee_id)
);
-- The same of those who ever had a policy of their own. Groups and the default are in its definition.
create table policy_user (
  policy_id text collate "C" not null,
  employee_id text collate "C" not null,
  primary key (policy_id, employee_id)
);

-- Requests that left the roster as it was. They make no change, and yet a repetition must do
-- nothing, whatever has been changed since. Those that made one are in roster_change.
create table roster_request (
  request_id uuid primary key,
  payload_hash bytea not null,
  -- What it was answered with, as roster_change.answer.
  answer jsonb not null,
  recorded_at timestamptz not null default now()
);

-- One answer to "is this stored day right?": it is, unless an open row here is about it.

-- Dates of an employee whose stored days have yet to follow a roster change. Written in the change's own
-- transaction. Kept when they are done, since answers as of a past moment go by them too.
create table stale_days (
  employee_id text collate "C" not null,
  change_id bigint not null,
  -- Both included; infinite where the change has no end.
  first_date date not null,
  last_date date not null,
  -- When the change was recorded, and since when all days are right again (infinite: not yet).
  since timestamptz not null,
  done_at timestamptz not null default 'infinity',
  -- For the indexes of workers: reads of one employee cannot take them by mistake.
  is_open boolean not null generated always as (done_at = 'infinity') stored,
  -- How often it was tried in vain, from when on it is tried again, and why it failed.
  tries integer not null default 0,
  retry_at timestamptz not null default '-infinity',
  reason text not null default '',
  primary key (employee_id, change_id)
) with (fillfactor = 70);

-- Whose they are: of one employee, those open now or at a past moment.
create index stale_days_of on stale_days (employee_id, done_at);
-- Of everybody, those open at a past moment.
create index stale_days_done on stale_days (done_at, employee_id);
-- What is to be done next.
create index stale_days_due on stale_days (retry_at, change_id, employee_id)
  where is_open;
-- Whether anything of a change is left.
create index stale_days_open on stale_days (change_id) where is_open;

-- What a probe writes to, and takes back, while writes are refused because the disk is full
-- (src/store/postgres/health.ts). Each row fills a page, so that it takes space on the disk; kept from
-- vacuum, which would leave pages to be used again.
create table write_probe (filler text not null) with (autovacuum_enabled = off);
alter table write_probe alter column filler set storage plain;
