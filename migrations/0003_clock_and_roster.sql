-- Punches and the roster, and days that follow from both.
--
-- Rows of the roster are dated twice: by when they apply (dates in the rows) and by since when we
-- know them (recorded_at), until when (superseded_at, 'infinity' for what is known now). A row
-- is never edited but for its superseded_at. Numbers in smallint columns are places in the lists
-- of src/domain, counted from 1; lists only grow.

alter table employee
  -- The latest change of what is the employee's own in the roster; 0: there was none.
  add column roster_version bigint not null default 0 check (roster_version >= 0),
  -- The group of the detail row that holds now.
  add column group_id text collate "C" not null default '';

create index employee_by_group on employee (group_id, employee_id) where group_id <> '';

-- What a day's punches come to (src/domain/engine/work-codec.ts; null: nothing planned, nothing punched),
-- the plan that it was derived under, and until when the clock may still change what is read.
alter table attendance_day
  add column work text,
  add column plan_hash bigint,
  add column settles_at timestamptz;
alter table attendance_change
  add column work text,
  add column plan_hash bigint,
  add column settles_at timestamptz;

-- Someone touched a clock. Never deleted; only the columns that say what became of a punch
-- (flags, voided_by, voided_at) are ever set later.
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
  -- When EVENT_ID_CONFLICT was found later: an earlier use of its event id had come in.
  flagged_at timestamptz,
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
  -- The fact that took it back: a punch that replaces it, or a punch_void.
  voided_by bigint,
  voided_at timestamptz,
  primary key (employee_id, sequence),
  check ((latitude is null) = (longitude is null)),
  check ((request_id is null) = (payload_hash is null)),
  check ((voided_by is null) = (voided_at is null))
) with (fillfactor = 90);

-- A range of an employee's time. Its condition holds for every row and follows from any bound on
-- the time: so only statements that have one can take it, and those that look for a number, as
-- cheap for the statistics of an empty table, have the primary key alone.
create index punch_by_time on punch (employee_id, time, sequence) where time is not null;
-- One recorded punch per device, event, instant and kind. A correction may say again what another
-- corrected.
create unique index punch_identity on punch (employee_id, device_id, event_id, time, kind)
  where replaces is null;
create unique index punch_request on punch (employee_id, request_id) where request_id is not null;

-- Punches taken back without another in their place.
create table punch_void (
  employee_id text collate "C" not null,
  sequence bigint not null,
  punches bigint[] not null,
  reason text not null,
  actor text not null,
  received_at timestamptz not null,
  recorded_at timestamptz not null,
  request_id uuid,
  payload_hash bytea,
  primary key (employee_id, sequence),
  check ((request_id is null) = (payload_hash is null))
);

create unique index punch_void_request on punch_void (employee_id, request_id)
  where request_id is not null;

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
  -- The dates it is about; infinite where it has no end.
  start_date date not null default '-infinity',
  end_date date not null default 'infinity',
  request_id uuid,
  payload_hash bytea,
  -- The resource that the request was answered with, as the handler encodes it.
  answer jsonb,
  -- The last employee whose days have followed, and the sweep's sums.
  swept_employee_id text collate "C" not null default '',
  employees_done bigint not null default 0,
  days_derived bigint not null default 0,
  days_changed bigint not null default 0,
  finished_at timestamptz,
  -- Whoever sweeps says until when; others leave it alone until then.
  leased_until timestamptz,
  check (num_nonnulls(employee_id, shift_id, calendar_id) = 1),
  check ((request_id is null) = (payload_hash is null))
) with (fillfactor = 70);

-- Whose days could not follow a change: the change is finished without them, they are tried again
-- from retry_at on, and until mended_at (infinite: not yet) their days are derived as they are read.
create table sweep_failure (
  employee_id text collate "C" not null,
  change_id bigint not null,
  reason text not null,
  failed_at timestamptz not null,
  tries integer not null default 1,
  retry_at timestamptz not null,
  mended_at timestamptz not null default 'infinity',
  primary key (employee_id, change_id)
);

-- Few are open at a time: they are found by the employee, or looked through by whoever retries.
create index sweep_failure_open on sweep_failure (mended_at, employee_id, retry_at);

create unique index roster_change_request on roster_change (request_id)
  where request_id is not null;
create index roster_change_unfinished on roster_change (change_id) where finished_at is null;
-- Which changes were unfinished at a past moment: for lists as of then.
create index roster_change_finished on roster_change (finished_at) where finished_at is not null;
-- Which version of what all employees share was in force at a time.
create index roster_change_shared on roster_change (recorded_at) where employee_id is null;

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

create table holiday (
  calendar_id text collate "C" not null,
  date date not null,
  change_id bigint not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz not null default 'infinity',
  name text not null,
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
