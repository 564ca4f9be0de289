-- The service this one replaces kept one table, records(id, name, status, date). Where this
-- database is that service's own, its rows become employees and marks here, once; the table
-- itself is left as it is. Rows that say nothing usable are kept with the reason in
-- legacy_record_reject. Where there is no such table, nothing happens.
-- (`attendance import` does the same from a CSV file.)

do $migration$
declare
  known constant text[] := array['present', 'absent', 'halfday', 'onleave', 'leave', 'remote',
                                 'wfh', 'holiday', 'dayoff', 'weeklyoff'];
  codes constant smallint[] := array[1, 2, 3, 4, 4, 5, 5, 6, 7, 7];
begin
  if to_regclass('records') is null or (
    select count(*) from information_schema.columns
    where table_schema = current_schema() and table_name = 'records'
      and column_name in ('id', 'name', 'status', 'date')
  ) < 4 then
    return;
  end if;

  create temporary table legacy on commit drop as
    select r.id::text as id, btrim(r.name::text) as name, r.status::text as status,
           r.date::text as date,
           codes[array_position(known, lower(regexp_replace(r.status::text, '[\s_-]', '', 'g')))]
             as code
    from records r;

  create table legacy_record_reject (
    id text,
    name text,
    status text,
    date text,
    reason text not null
  );

  insert into legacy_record_reject
    select id, name, status, date, reason
    from (
      select l.*,
        case
          when id is null or id !~ '^[A-Za-z0-9._-]{1,64}$' then 'id is not an employee id'
          when name is null or name = '' or length(name) > 200 or name ~ '[[:cntrl:]]'
            then 'name is empty, longer than 200 characters, or has control characters'
          when code is null then 'status is not a known one'
          when date is null or date !~ '^\d{4}-\d{2}-\d{2}$' or date < '1900-01-01'
            then 'date is not between 1900-01-01 and 9999-12-31'
        end as reason
      from legacy l
    ) judged
    where reason is not null;

  delete from legacy l using legacy_record_reject r
    where l.id is not distinct from r.id and l.name is not distinct from r.name
      and l.status is not distinct from r.status and l.date is not distinct from r.date;

  insert into employee (employee_id, employee_name, version)
    select id, name, 1 from legacy;

  insert into mark (employee_id, sequence, date, kind, status, portion, actor, received_at, revision)
    select id, 1, date::date, 1, code, 1, 'legacy-import', now(), 1 from legacy;

  update feed_head
    set position = position + (select count(*) from legacy),
        recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
    where id = 1;

  insert into attendance_day (employee_id, date, status, origin, portion, revision, recorded_at,
                              engine_version)
    select l.id, l.date::date, l.code, 1, 1, 1, head.recorded_at, 1
    from legacy l, feed_head head;

  insert into attendance_change (position, recorded_at, employee_id, date, revision, sequence,
                                 cause, actor, status, origin, portion, engine_version)
    select head.position - count(*) over () + row_number() over (order by l.id collate "C"),
           head.recorded_at, l.id, l.date::date, 1, 1, 1, 'legacy-import', l.code, 1, 1, 1
    from legacy l, feed_head head;
end
$migration$;
