-- Facts in, days out: the roster's employees, the marks as they were told, the days that follow
-- from them, and the feed of every change.
--
-- Employee ids compare and sort byte by byte. Instants are timestamptz, lengths seconds. Numbers in
-- smallint columns are places in the lists of src/domain/facts/day.ts, counted from 1; lists only grow.
-- There are no foreign keys between these tables: every write holds the employee's row lock and
-- has created the employee before, and the check would cost on every row.

create table employee (
  employee_id text collate "C" primary key
    check (employee_id ~ '^[A-Za-z0-9._-]{1,64}$'),
  employee_name text not null default '',
  -- The number of facts recorded for the employee; every commit that touches them raises it.
  version bigint not null default 0 check (version >= 0),
  created_at timestamptz not null default now()
) with (fillfactor = 70);

-- Declarations and their withdrawals: never updated, never deleted.
create table mark (
  employee_id text collate "C" not null,
  -- Counts the employee's facts from 1.
  sequence bigint not null,
  date date not null,
  kind smallint not null check (kind in (1, 2)),
  status smallint check (status between 1 and 7),
  portion smallint check (portion between 1 and 3),
  note text not null default '',
  reason text not null default '',
  actor text not null,
  received_at timestamptz not null,
  request_id uuid,
  payload_hash bytea,
  -- The day's revision after this fact: what a repeated request is answered from.
  revision integer not null check (revision >= 0),
  primary key (employee_id, sequence),
  check ((kind = 1) = (status is not null and portion is not null)),
  check ((request_id is null) = (payload_hash is null))
);

create unique index mark_request on mark (employee_id, request_id) where request_id is not null;

-- What follows from the facts; can be dropped and derived again. A day whose marks were cleared
-- keeps its row, for its revision, with no status.
create table attendance_day (
  employee_id text collate "C" not null,
  date date not null,
  status smallint,
  origin smallint,
  portion smallint,
  other_half_status smallint,
  note text not null default '',
  revision integer not null check (revision >= 1),
  recorded_at timestamptz not null,
  engine_version smallint not null,
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
  note text not null default '',
  engine_version smallint not null
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
