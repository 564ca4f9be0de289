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

-- What was going on when this migration ran: changes that days had yet to follow, those that they
-- had, for answers as of then, and employees who were set aside.
insert into stale_days (employee_id, change_id, first_date, last_date, since, done_at)
select u.employee_id, c.change_id, c.start_date - 30, c.end_date + 30, c.recorded_at,
       coalesce(c.finished_at, 'infinity')
from roster_change c
cross join lateral (
  select c.employee_id where c.employee_id is not null
  union
  select employee_id from shift_user where shift_id = c.shift_id
  union
  select employee_id from calendar_user where calendar_id = c.calendar_id
  union
  select s.employee_id
  from shift_version v join shift_user s on s.shift_id = v.shift_id
  where v.definition ->> 'calendarId' = c.calendar_id
) u
where c.finished_at is null or c.finished_at > c.recorded_at
on conflict do nothing;

update stale_days s
set done_at = greatest(s.done_at, f.mended_at), tries = f.tries, retry_at = f.retry_at,
    reason = f.reason
from sweep_failure f
where f.employee_id = s.employee_id and f.change_id = s.change_id;

update roster_change c set finished_at = null
where finished_at is not null
  and exists (select from stale_days s where s.change_id = c.change_id and s.done_at = 'infinity');

-- Changes that concern nobody have nothing to wait for.
update roster_change c
set finished_at = (select recorded_at from feed_head where id = 1)
where finished_at is null
  and not exists (select from stale_days s where s.change_id = c.change_id);

drop table sweep_failure;
drop index roster_change_finished;
alter table roster_change drop column swept_employee_id, drop column leased_until;
