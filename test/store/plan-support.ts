// Tables of any size, and how statements are explained on the store's own connections.

import type { Row } from '../../src/store/postgres/database.js';
import type { StoreFixture } from './support.js';

const ROWS = `
  insert into employee (employee_id, employee_name)
    select 'p-' || lpad(n::text, 5, '0'), 'Person' from generate_series(1, $1) n
    on conflict do nothing;`;

/** Rows for that many employees and days. */
export async function fill(fixture: StoreFixture, employees: number, days: number): Promise<void> {
  await fixture.rows(ROWS.replace('$1', String(employees)));
  await fixture.rows(`
    insert into attendance_day (employee_id, date, status, origin, portion, revision, recorded_at,
                                engine_version)
    select employee_id, date '2026-01-01' + n, 1, 1, 1, 1, now(), 1
    from employee, generate_series(0, ${days - 1}) n on conflict do nothing`);
  await fixture.rows(`
    insert into attendance_change (position, recorded_at, employee_id, date, revision, sequence,
                                   cause, actor, status, origin, portion, engine_version)
    select row_number() over (), now(), employee_id, date, 1, 1, 1, 'x', 1, 1, 1, 1
    from attendance_day on conflict do nothing`);
  await fixture.rows(`
    insert into mark (employee_id, sequence, date, kind, status, portion, actor, received_at,
                      revision, request_id, payload_hash, import_id)
    select employee_id, date - date '2025-12-31', date, 1, 1, 1, 'x', now(), 1, gen_random_uuid(), '',
           case when random() < 0.1 then 'march' end
    from attendance_day on conflict do nothing`);
  await fixture.rows(`
    insert into punch (employee_id, sequence, time, kind, source, device_id, event_id, actor,
                       received_at, recorded_at, request_id, payload_hash, import_id)
    select employee_id, 1000 + (date - date '2025-12-31'), date + interval '9 hours', 2, 2, 'door',
           (date - date '2025-12-31')::text, 'x', now(), now(), gen_random_uuid(), '',
           case when random() < 0.1 then 'march' end
    from attendance_day on conflict do nothing`);
  await fixture.rows(`
    insert into punch_import (import_id, actor, first_recorded_at, last_recorded_at, punches)
    select employee_id, 'x', now(), now(), 1 from employee on conflict do nothing`);
  await fixture.rows(`
    insert into mark_import (import_id, actor, first_recorded_at, last_recorded_at, marks)
    select employee_id, 'x', now(), now(), 1 from employee on conflict do nothing`);
  await fixture.rows(`
    insert into punch_correction (employee_id, sequence, punches, reason, actor, received_at, recorded_at,
                            request_id, payload_hash)
    select employee_id, 2000, '{1001}', 'x', 'x', now(), now(), gen_random_uuid(), ''
    from employee on conflict do nothing`);
  await fixture.rows(`
    insert into roster_change (change_id, recorded_at, actor, employee_id, finished_at)
    select row_number() over (), now(), 'x', employee_id, case when random() < 0.99 then now() end
    from employee on conflict do nothing`);
  await fixture.rows(`
    insert into stale_days (employee_id, change_id, first_date, last_date, since, done_at)
    select employee_id, c, '2026-01-01', '2026-12-31', now(),
           case when random() < 0.99 then now() else 'infinity' end
    from employee, generate_series(1, 4) c on conflict do nothing`);
  await fixture.rows(`
    insert into shift_user (shift_id, employee_id)
    select s, employee_id from employee, unnest('{a,b,c}'::text[]) s on conflict do nothing`);
}

/** Employees and days by which a large table is one: some 30,000 rows, hundreds of pages. */
export const LARGE = [500, 60] as const;

/** Runs statements as they are on one connection, which keeps what was prepared on it. */
export async function onOneConnection<T>(
  { database }: StoreFixture,
  work: (run: (text: string) => Promise<Row[]>) => Promise<T>,
): Promise<T> {
  return await database.session((session) =>
    work(async (text) => {
      const [rows = []] = await session.pipeline([{ statement: { name: '', text }, values: [] }]);
      return rows;
    }),
  );
}

export function explanationOf(name: string, values: readonly unknown[]): string {
  const literals = values.map((value) => `'${String(value)}'`).join(', ');
  return `explain (costs off) execute ${name}${values.length > 0 ? `(${literals})` : ''}`;
}

export function textOf(rows: readonly Row[]): string {
  return rows.map((row) => Object.values(row).join()).join('\n');
}

/** The sizes and the statistics that a table goes through, in this order. */
export const STAGES: readonly [
  name: string,
  prepare: (fixture: StoreFixture) => Promise<unknown>,
][] = [
  ['empty tables', async () => {}],
  ['young tables, never analysed', async (fixture) => await fill(fixture, 20, 3)],
  ['young tables, analysed', async (fixture) => await fixture.rows('analyze')],
  [
    'large tables with the statistics of young ones',
    async (fixture) => await fill(fixture, ...LARGE),
  ],
  ['large tables, analysed', async (fixture) => await fixture.rows('analyze')],
];
