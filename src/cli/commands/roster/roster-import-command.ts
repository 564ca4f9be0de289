// roster import: reads who should work when from a handwritten file.

import { type Command, Option } from 'commander';
import type { RosterResult } from '../../roster/roster-apply.js';
import { applyRoster } from '../../roster/roster-apply.js';
import type { RosterFile } from '../../roster/roster-file.js';
import { readRosterFile } from '../../roster/roster-file.js';
import { OVERLAP_WORDS, type OverlapWord } from '../../roster/roster-notation.js';
import { planRoster } from '../../roster/roster-plan.js';
import { readKnownRoster } from '../../roster/roster-snapshot.js';
import { followingHint, problemLines, rosterSummary } from '../../roster/roster-text.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { EXIT_INTERRUPTED, EXIT_REJECTS, ExitError, writeLine } from '../../terminal/console.js';
import { examples } from '../day-commands.js';

interface ImportOptions extends SharedOptions {
  readonly dryRun: boolean;
  readonly reason?: string;
  readonly onOverlap?: OverlapWord;
}

const EXPLANATION = `
The file is UTF-8. Its first line names the columns, in any order and only those you need; each
row has a type, which says what it is about and which columns count:

  shift       shift, start, end; and if you like from (a change of the shift: since which date),
              zone, calendar, late_grace, early_grace, accept_before, accept_after,
              max_session_length, half_day_threshold, absent_threshold, half_day_boundary,
              target, core,
              breaks, deduct_excess_only, min_break_length, paid_break_limit, break_types,
              repeat_window, repeat_any_kind, pairing, hours_counted, round_in, round_out, round_breaks,
              round_worked, auto_close, count_from_start, count_to_end, min_overtime,
              works_on_holidays, geofence, archived
  holiday     calendar, date, name; and portion: whole, first or second (half of the date)
  policy      policy; and from (a change of it: since which date), name, groups, default,
              max_command_age_days, refuse_outside_geofence; of the
              time of shifts without rules of their own breaks, deduct_excess_only and so on to
              auto_close; of work outside shifts off_shift_gap, off_shift_max_length,
              off_shift_attribution, off_shift_day_start, and off_shift_breaks and so on to
              off_shift_round_worked; of timesheets overtime, premiums, week_start,
              undertime_tolerance
  employee    employee; and name, zone, group, joined, left, shift (of every date without an
              assignment), calendar, policy (their own), archived; a move to another zone or
              another policy is a row of its own, with only employee, from, zone and policy: a
              zone or a policy without from is that of all dates, past ones too
  assignment  employee, from, cycle; and to (the last date), anchor (the cycle's first day),
              on_overlap
  override    employee, date, shift (instead of what is assigned; off: a day off)

Times of day are 06:00, lengths 15m, 2h, 1h30m or 90s, breaks "30m after 6h; 45m after 9h". Types of
breaks are "lunch 12:00-13:00 by-clock; rest 15m paid": an id, and what applies of a window of the
day, a length, paid, and by-clock (what was not taken is deducted). Flexible
hours have a target, 8h, and if you like a core time, 10:00-15:00. A cycle
is its days, by spaces: early*5 off*2 is five days early and two off, early+late are two shifts
on one day. A shift that ends before it starts ends on the next date. A rounding is "nearest 15m",
"up 15m grace 5m" or down. auto_close says when a session closes if nobody clocks out: "1h after
planned-end", "1h after planned-work" or "12h after arrival". A geofence is "52.52 13.405 200m": degrees north, degrees east, radius.
pairing is typed or alternating, hours_counted every-pair or first-in-to-last-out; archived,
default, deduct_excess_only, repeat_any_kind, count_from_start, count_to_end and works_on_holidays
are yes or no. groups are ids by spaces; off_shift_attribution is start-date, end-date,
most-worked-date or split-at-midnight. examples/roster.csv is a small company with a night shift, and
roster export writes the whole roster in this form.

overtime is rules in the order in which they take worked time, such as "daily day tolerance 10m
first:2h:125 rest::150; weekly week after 40h; sunday all on sun+holiday": an id, what it is beyond (day:
the plan of the day, or after a length; week: after a length; all: all work), and what applies of on
(mon to sun, holiday, off), tolerance, block, limit, and tiers, each label:length:percent. premiums are
such as "night 22:00-06:00 25%; sunday on sun+holiday 50% added": an id, and what applies of a window,
on, a percent, and added (beside other rules). week_start is mon to sun.

A shift that has all of breaks to auto_close empty follows the policy of whoever works it; one that
says any of them counts by these alone, and pairing typed says no more than that. An employee's policy
is the id of one, or (none) for that of the group or the default.

What is there already is updated, the rest is created; the same file again changes nothing. A
column that the file does not have leaves things as they are, an empty cell takes them away.
Nothing is deleted: what the file does not mention stays; see roster delete. An assignment is known
by its employee and its from. One without a to goes on beside a new one, and the shifts of both add
up; so a row that meets such a one says under on_overlap which is meant: replace ends that one on
the date before, add keeps both. --on-overlap is for the rows that do not say it. To change a rota,
add a row with its from and replace. The order of the rows does not matter. A row of an archived employee brings the employee back unless its
archived says yes; archived shifts stay archived. What is to be archived is archived last.

If any row cannot be read, all such rows are told and nothing is sent. What only the service can
judge, such as shifts that overlap, is told when that row's turn comes: what was done stays, and
the same file, mended, does the rest. --dry-run asks the service about each row beforehand, except
for rows that depend on others that would be created or changed before them: it says how many.

Exit codes: 0 all done, 1 the file is wrong, 3 the service refuses some rows, 130 interrupted.`;

/** Adds the command to the group. */
export function addRosterImport(roster: Command, surroundings: Surroundings): void {
  roster
    .command('import')
    .summary('bring the roster to what a CSV file says')
    .description('Brings shifts, holidays, policies, employees and rotas to what a CSV file says.')
    .argument('<file>', 'the roster')
    .option(
      '--dry-run',
      'change nothing: only tell what would be created, updated and refused',
      false,
    )
    .addOption(
      new Option(
        '--on-overlap <action>',
        'of assignments that meet one without an end: whether they replace it or add to it',
      ).choices(OVERLAP_WORDS),
    )
    .option('--reason <text>', 'why, for the history; the name of the file if not given')
    .addHelpText('after', EXPLANATION)
    .addHelpText(
      'after',
      examples(
        'roster import examples/roster.csv --dry-run',
        'roster import examples/roster.csv --reason "rota of March"',
        'roster import nights.csv --on-overlap replace',
      ),
    )
    .action(async (path: string, _: unknown, self: Command) => {
      await importRoster(path, self.optsWithGlobals<ImportOptions>(), surroundings);
    });
}

async function importRoster(
  path: string,
  options: ImportOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { stdout, stderr } = surroundings;
  const file = await readRosterFile(path);
  await refuseIfWrong(file.problems, path, surroundings);
  const stop = new AbortController();
  const release = surroundings.onInterrupt(() => {
    stderr.write('Stopping after the calls under way; once more to stop at once.\n');
    const message = `Stopped. What was done stays done: attendance roster import ${path} goes on.`;
    stop.abort(new ExitError(EXIT_INTERRUPTED, message));
  });
  let result: RosterResult;
  try {
    result = await withClient(options, surroundings, async (client) => {
      const { onOverlap } = options;
      const known = await readKnownRoster(client, file.entries);
      const plan = planRoster(file.entries, known, { onOverlap });
      await refuseIfWrong(plan.problems, path, surroundings);
      return await applyRoster(plan, {
        client,
        dryRun: options.dryRun,
        reason: options.reason ?? `roster import ${path}`,
        stop: stop.signal,
      });
    });
  } finally {
    release();
  }
  const lines = options.json ? [JSON.stringify(result)] : rosterSummary(result, path);
  for (const line of lines) await writeLine(stdout, line);
  const hint = followingHint(result);
  if (hint !== undefined) await writeLine(stderr, hint);
  if (result.refused.length > 0) throw new ExitError(EXIT_REJECTS);
}

async function refuseIfWrong(
  problems: RosterFile['problems'],
  path: string,
  { stderr }: Surroundings,
): Promise<void> {
  if (problems.length === 0) return;
  for (const line of problemLines(problems)) await writeLine(stderr, line);
  throw new ExitError(1, `Nothing was sent. Mend ${path} and import it again.`);
}
