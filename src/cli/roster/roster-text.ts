// The texts of a roster import for a person.

import { escapedText, table } from '../terminal/console.js';
import type { RosterResult } from './roster-apply.js';
import type { RosterProblem } from './roster-file.js';
import type { RowType } from './roster-row.js';
import { ROW_TYPES } from './roster-row.js';

/** The most problems that are printed at once. After repair of these, the rest is shown. */
const MAX_TOLD_PROBLEMS = 50;

const PLURALS: Readonly<Record<RowType, string>> = {
  shift: 'shifts',
  holiday: 'holidays',
  policy: 'policies',
  employee: 'employees',
  assignment: 'assignments',
  override: 'overrides',
};

/** One line per problem, by line of the file: `line 7: start is empty: this shift needs it`. */
export function problemLines(problems: readonly RosterProblem[]): readonly string[] {
  const inOrder = problems.toSorted((a, b) => a.line - b.line);
  const told = inOrder
    .slice(0, MAX_TOLD_PROBLEMS)
    .map(({ line, says }) => escapedText(`line ${line}: ${says}`));
  const left = problems.length - told.length;
  return left > 0 ? [...told, `and ${left} more`] : told;
}

/** The counts by type, the refusals, and what to do next. */
export function rosterSummary(result: RosterResult, path: string): readonly string[] {
  const { sent, counts, broughtBack, remarks, refused, held, unjudged } = result;
  const [created, updated] = sent ? ['CREATED', 'UPDATED'] : ['TO CREATE', 'TO UPDATE'];
  const rows = ROW_TYPES.map((type) => {
    const { created, updated, same } = counts[type];
    return [PLURALS[type], String(created), String(updated), String(same)];
  });
  const lines = [...table(['', created, updated, 'AS IT WAS'], rows)];
  lines.push(...[broughtBack, remarks, refused].flatMap(problemLines));
  if (held > 0) lines.push(`${held} further rows were not sent: they may need what was refused.`);
  if (unjudged > 0) {
    lines.push(`Not judged, because they depend on rows that would be done before: ${unjudged}.`);
  }
  if (refused.length > 0 && !sent) {
    lines.push('The service would refuse these rows, and hold back what may need them: mend them.');
  } else if (refused.length > 0) {
    lines.push(`What was done stays. Mend these rows and run: attendance roster import ${path}`);
  }
  if (!sent) lines.push(`Nothing was changed. Do it with: attendance roster import ${path}`);
  return lines;
}

/** What continues after the import; undefined if nothing does. */
export function followingHint({ following }: RosterResult): string | undefined {
  if (following === 0) return undefined;
  return (
    `Reads follow at once. Stored days are still following ${following} of these changes: ` +
    'attendance roster changes --unfinished'
  );
}
