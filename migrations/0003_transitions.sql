-- Changes of days by time alone, for streams: told once, at a position of the feed, with the day as
-- it was known then.
create table attendance_transition (
  -- In the feed: its positions are shared with attendance_change.
  position bigint primary key,
  recorded_at timestamptz not null,
  -- The time that passed.
  at timestamptz not null,
  employee_id text collate "C" not null,
  date date not null,
  -- The stored day that was known, and when it was recorded: 0 and null where none was stored.
  revision integer not null,
  day_recorded_at timestamptz,
  status smallint not null,
  origin smallint not null,
  portion smallint not null,
  other_half_status smallint,
  leave_type_id text collate "C",
  other_half_leave_type_id text collate "C",
  leave_times text,
  note text not null default '',
  work text,
  engine_version integer not null
);

-- How far transitions are told: in the order of their times, employees and dates, those up to this
-- one; and every change of the feed up to the position was known then. One row. Without a time,
-- nobody has asked for a stream yet, and nothing is told.
create table transition_head (
  id smallint primary key check (id = 1),
  position bigint not null default 0,
  at timestamptz,
  employee_id text collate "C" not null default '',
  date date not null default '1900-01-01',
  -- Who tells them, until when; then another process may.
  teller text not null default '',
  lease_until timestamptz not null default '-infinity'
) with (fillfactor = 10);

insert into transition_head (id) values (1);
