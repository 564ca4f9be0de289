// Overtime and premiums of timesheets as columns: one for each rule, tier and percent that anybody has.

import type { OvertimeLine, PremiumLine, TimesheetDay } from '../../client/index.js';
import { minutesText, secondsOf } from './total-columns.js';

/** What days and totals have in common. */
export type ExtraLines = Pick<TimesheetDay, 'overtime' | 'premiums'>;

/** The lines of one rule, tier and percent. */
export interface ExtraColumn {
  /** In tables of people. */
  readonly heading: string;
  /** In lists of totals. */
  readonly word: string;
  /** In files. */
  readonly name: string;
  readonly secondsIn: (lines: ExtraLines) => number;
}

/** By name of the rule: overtime first. */
export function extraColumnsOf(all: readonly ExtraLines[]): readonly ExtraColumn[] {
  const found = new Map<string, ExtraColumn>();
  const add = (column: ExtraColumn) => {
    if (!found.has(column.name)) found.set(column.name, column);
  };
  for (const { overtime, premiums } of all) {
    for (const line of overtime) add(overtimeColumn(line));
    for (const line of premiums) add(premiumColumn(line));
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function overtimeColumn(line: OvertimeLine): ExtraColumn {
  const [said, name] = [saidOf(line), nameOf(line)];
  return {
    heading: `OT ${said}`,
    word: `overtime ${said}`,
    name: `overtime_${name}_hours`,
    secondsIn: ({ overtime }) => sumOf(overtime.filter((each) => nameOf(each) === name)),
  };
}

function premiumColumn(line: PremiumLine): ExtraColumn {
  const [said, name] = [saidOf(line), nameOf(line)];
  return {
    heading: said,
    word: `premium ${said}`,
    name: `premium_${name}_hours`,
    secondsIn: ({ premiums }) => sumOf(premiums.filter((each) => nameOf(each) === name)),
  };
}

/** The overtime of a day, `daily/first 125% 1:00, weekly 0:30`. */
export function overtimeText({ overtime }: ExtraLines): string {
  return linesText(overtime);
}

/** The premiums of a day, `night 25% 7:00`. */
export function premiumsText({ premiums }: ExtraLines): string {
  return linesText(premiums);
}

type Line = OvertimeLine | PremiumLine;

function linesText(lines: readonly Line[]): string {
  const texts = lines.map((line) => `${saidOf(line)} ${minutesText(secondsOf(line.duration))}`);
  return texts.join(', ') || '-';
}

/** `daily/first 125%`. */
function saidOf(line: Line): string {
  return `${ruleOf(line)}${line.percent === 0 ? '' : ` ${line.percent}%`}`;
}

/** `daily/first@125`: no two lines have the same, because ids have neither of the signs. */
function nameOf(line: Line): string {
  return `${ruleOf(line)}${line.percent === 0 ? '' : `@${line.percent}`}`;
}

function ruleOf(line: Line): string {
  const label = 'label' in line ? line.label : '';
  return label === '' ? line.ruleId : `${line.ruleId}/${label}`;
}

function sumOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { duration }) => sum + secondsOf(duration), 0);
}
