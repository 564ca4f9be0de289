// Reads the roster as known after a change or at a time. Both are exact, whatever else the snapshot
// shows, because rows keep until when they were known. Lateral joins with a limit or an order find
// the rows of each wanted item by index, and never read all employees' rows.

import type { Statement } from '../postgres/database.js';

/** Rows of that alias known at `at`. */
function knownAt(alias: string, at: string): string {
  return `${alias}.recorded_at <= ${at} and ${alias}.superseded_at > ${at}`;
}

/**
 * The shared roster after change $1. One row without a shift if there is none, no row if there is
 * no such change.
 */
export const READ_SHIFT_VERSIONS: Statement = {
  name: 'read_shift_versions',
  text: `
    select v.shift_id, v.effective_date, v.definition
    from roster_change c
    left join shift_version v on ${knownAt('v', 'c.recorded_at')}
    where c.change_id = $1::bigint
    order by v.shift_id, v.effective_date`,
};

export const READ_HOLIDAYS: Statement = {
  name: 'read_holidays',
  text: `
    select h.calendar_id, h.date, h.name, h.portion
    from roster_change c
    join holiday h on ${knownAt('h', 'c.recorded_at')}
    where c.change_id = $1::bigint
    order by h.calendar_id, h.date`,
};

export const READ_POLICY_VERSIONS: Statement = {
  name: 'read_policy_versions',
  text: `
    select p.policy_id, p.effective_date, p.definition
    from roster_change c
    join policy_version p on ${knownAt('p', 'c.recorded_at')}
    where c.change_id = $1::bigint
    order by p.policy_id, p.effective_date`,
};

/** The change that made the shared roster as it was at a time. */
export const SHARED_VERSION_AS_OF: Statement = {
  name: 'shared_version_as_of',
  text: `
    select change_id from roster_change
    where employee_id is null and recorded_at <= $1::timestamptz
    order by recorded_at desc
    limit 1`,
};

/** The employees whose own rosters are wanted, and at which moment. */
interface Wanted {
  readonly name: string;
  readonly text: string;
}

/** $1: employee ids, $2: the latest change of each. */
const AT_CHANGE: Wanted = {
  name: 'at_change',
  text: `
    (select t.employee_id, c.recorded_at as at
     from unnest($1::text[], $2::bigint[]) t (employee_id, change_id)
     cross join lateral (
       select recorded_at from roster_change c where c.change_id = t.change_id limit 1
     ) c) w`,
};

/** $1: employee ids, $2: a time. */
const AT_TIME: Wanted = {
  name: 'at_time',
  text: `
    (select t.employee_id, $2::timestamptz as at from unnest($1::text[]) t (employee_id)) w`,
};

export interface EmployeeStatements {
  /** One row for each wanted employee; its detail is null if there was none. */
  readonly details: Statement;
  /** Sorted by employee and number. */
  readonly assignments: Statement;
  readonly overrides: Statement;
}

function employeeStatements(wanted: Wanted): EmployeeStatements {
  return {
    details: {
      name: `details_${wanted.name}`,
      text: `
        select w.employee_id, d.change_id, d.recorded_at, d.detail
        from ${wanted.text}
        left join lateral (
          select * from employee_detail d
          where d.employee_id = w.employee_id collate "C" and ${knownAt('d', 'w.at')}
          limit 1
        ) d on true`,
    },
    assignments: {
      name: `assignments_${wanted.name}`,
      text: `
        select a.employee_id, a.assignment_id, a.change_id, a.recorded_at, a.start_date,
               a.end_date, a.anchor_date, a.cycle
        from ${wanted.text}
        cross join lateral (
          select * from shift_assignment a
          where a.employee_id = w.employee_id collate "C" and ${knownAt('a', 'w.at')}
          order by a.assignment_id
        ) a`,
    },
    overrides: {
      name: `overrides_${wanted.name}`,
      text: `
        select o.employee_id, o.date, o.shift_ids
        from ${wanted.text}
        cross join lateral (
          select * from date_override o
          where o.employee_id = w.employee_id collate "C" and ${knownAt('o', 'w.at')}
          order by o.date
        ) o`,
    },
  };
}

export const EMPLOYEES_AT_CHANGE = employeeStatements(AT_CHANGE);
export const EMPLOYEES_AT_TIME = employeeStatements(AT_TIME);

/** The current assignments; $1: employee ids. */
export const READ_OWN_ASSIGNMENTS: Statement = {
  name: 'read_own_assignments',
  text: `
    select a.employee_id, a.assignment_id, a.change_id, a.recorded_at, a.start_date, a.end_date,
           a.anchor_date, a.cycle
    from unnest($1::text[]) t (employee_id)
    cross join lateral (
      select * from shift_assignment a
      where a.employee_id = t.employee_id collate "C" and a.superseded_at = 'infinity'
      order by a.assignment_id
    ) a`,
};
