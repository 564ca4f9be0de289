// What is right for each field, in words: what a caller is told of a field that is refused.

import { type DescField, getOption, hasOption } from '@bufbuild/protobuf';
import {
  type FieldRules,
  field as fieldRules,
  Ignore,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import type { FieldViolation } from '../../domain/facts/errors.js';
import { quoted } from './free-text.js';

/** In place of a value that is not shown back. */
export const NOT_SHOWN = Symbol('a list or a message');

/** The longest piece of a refused value that is shown back. */
const MAX_SHOWN = 40;

const DATE_HELP = 'must be a real date, YYYY-MM-DD, from 1900-01-01 to 9999-12-31';
const ID_HELP = 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -';
export const TIME_HELP = 'must be a time such as 2026-03-02T08:00:00Z, from 1900 to 9999';
const BADGE_ID_HELP = 'must be 1 to 64 characters of A-Z a-z 0-9 . _ : -';
const NUMBER_ID_HELP = 'must be an id from an earlier answer, such as 42';
const TIME_OF_DAY_HELP = 'must be a local time of day, HH:MM, from 00:00 to 23:59';

/** What is right for a field, by its name: names mean the same in every message. */
const HELP: Readonly<Record<string, string>> = {
  employee_id: ID_HELP,
  employee_name: 'must be 1 to 200 characters when it is given, or left out',
  date: DATE_HELP,
  start_date: `${DATE_HELP}, or empty`,
  end_date: `${DATE_HELP}, or empty`,
  start_time_of_day: TIME_OF_DAY_HELP,
  end_time_of_day: TIME_OF_DAY_HELP,
  time_zone: 'must be the IANA name of a time zone, such as Europe/Berlin',
  time: TIME_HELP,
  calendar_id: ID_HELP,
  quarantine_ids: 'must be 1 to 1000 ids of punches in quarantine, each once',
  employee_ids: 'must be at most 1000 ids, each once: send several calls',
  leave_type_ids: 'must be at most 16 ids of leave types',
  name: 'must be 1 to 200 characters',
  status:
    'must be PRESENT, ABSENT, HALF_DAY, ON_LEAVE, REMOTE, HOLIDAY or DAY_OFF (ATTENDANCE_STATUS_...)',
  statuses: 'must be at most 16 known statuses, none of them UNSPECIFIED',
  portion: 'must be DAY_PORTION_WHOLE_DAY, DAY_PORTION_FIRST_HALF or DAY_PORTION_SECOND_HALF',
  note: 'must be at most 1000 characters',
  basis: 'must be OVERTIME_BASIS_DAY, OVERTIME_BASIS_WEEK or OVERTIME_BASIS_ALL_WORK',
  weekdays: 'must be days of the week, each once: WEEKDAY_MONDAY to WEEKDAY_SUNDAY',
  week_start: 'must be WEEKDAY_MONDAY to WEEKDAY_SUNDAY, or left out',
  percent: 'must be 0 to 1000',
  reason: 'must be 1 to 1000 characters',
  request_id: 'must be a UUID such as 6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d, or empty',
  etag: 'must be an etag as read, with its quotes, or empty',
  requests: 'must be at most 1000 items: send several batches',
  punch_ids: 'must be 1 to 100 ids of punches, each once',
  assignment_id: NUMBER_ID_HELP,
  device_id: 'must be at most 128 characters',
  event_id: 'must be at most 128 characters',
  group_ids: 'must be at most 200 ids of groups, each once',
  labels:
    'must be at most 20, with keys of 1 to 64 characters other than __proto__, and values of at most 200',
  max_marks: 'must not be negative: 0 asks for the most',
  max_punches: 'must not be negative: 0 asks for the most',
  page_size: 'must not be negative: 0 asks for the default',
  page_token: 'must be a next_page_token as received, or empty',
  as_of_time: 'must be a past time, or left out',
  cursor: 'must be a cursor as received, or empty',
  heartbeat_interval: 'must be from 1s to 300s, or left out',
};

/** What is right for a text of a pattern of the contract, whatever its field is called. */
const PATTERN_HELP: ReadonlyMap<string, string> = new Map([
  ['^[A-Za-z0-9._-]{1,64}$', ID_HELP],
  ['^[A-Za-z0-9._:-]{1,64}$', BADGE_ID_HELP],
  ['^[1-9][0-9]{0,14}$', NUMBER_ID_HELP],
  ['^[0-9]{4}-[0-9]{2}-[0-9]{2}$', DATE_HELP],
  ['^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^$', `${DATE_HELP}, or empty`],
  ['^([01][0-9]|2[0-3]):[0-5][0-9]$', TIME_OF_DAY_HELP],
  [
    '^(0[0-9]|1[01]):[0-5][0-9]$|^12:00$',
    'must be a local time of day, HH:MM, from 00:00 to 12:00',
  ],
]);

/** Of rules that a field must be given by: the library's words name no field. */
const REQUIRED = 'value is required';

/**
 * What is right for a field: by its name, else as its rule says. Of a list, `isItem` tells that
 * it is one item that is refused, not their number.
 */
export function helpFor(field: DescField, rule: string, isItem: boolean): string {
  const { name } = field;
  if (field.fieldKind === 'list' && !isItem) return HELP[name] ?? rule;
  const ofPattern = PATTERN_HELP.get(patternOf(field));
  if (ofPattern !== undefined) return `${ofPattern}${mayBeEmpty(field) ? ', or empty' : ''}`;
  const known = HELP[name];
  if (known !== undefined) return mayBeLeftOut(field, known);
  if (field.enum !== undefined) {
    const names = field.enum.values.filter(({ number }) => number > 0).map((value) => value.name);
    return `must be ${names.join(' or ')}`;
  }
  return rule === REQUIRED ? 'must be given' : rule;
}

/** Of a text, or of the items of a list of texts; empty without one. */
function patternOf(field: DescField): string {
  const type = rulesOf(field)?.type;
  const rules = type?.case === 'repeated' ? type.value.items?.type : type;
  return rules?.case === 'string' ? rules.value.pattern : '';
}

/** A text that is required in some messages, and in others not, is described as it is here. */
function mayBeLeftOut(field: DescField, help: string): string {
  const type = rulesOf(field)?.type;
  const isRequired = type?.case !== 'string' || type.value.minLen > 0n || type.value.pattern !== '';
  return isRequired && !mayBeEmpty(field)
    ? help
    : help.replace(/^must be 1 to (\d+)/, 'must be at most $1');
}

/** As many as the contract has fields: the library reads them from bytes at every look. */
const rulesByField = new Map<DescField, FieldRules | undefined>();

/** The rules that the contract states for a field; undefined without any. */
export function rulesOf(field: DescField): FieldRules | undefined {
  if (rulesByField.has(field)) return rulesByField.get(field);
  const rules = hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined;
  rulesByField.set(field, rules);
  return rules;
}

function mayBeEmpty(field: DescField): boolean {
  return rulesOf(field)?.ignore === Ignore.IF_ZERO_VALUE;
}

/** The items of a batch, each of which is refused alone. */
export function isCheckedApart(field: DescField): boolean {
  const type = rulesOf(field)?.type;
  return type?.case === 'repeated' && type.value.items?.ignore === Ignore.ALWAYS;
}

/** A refused field, with what is right for it and what was sent. */
export function refusal(
  path: string,
  name: string,
  value: unknown,
  help = HELP[name] ?? 'is not valid',
): FieldViolation {
  const missing = value === '' || value === undefined;
  return {
    field: path,
    reason: `${name.toUpperCase()}_${missing ? 'REQUIRED' : 'INVALID'}`,
    description: missing || value === NOT_SHOWN ? help : `${help}; it is ${shown(value)}`,
  };
}

function shown(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const cut = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value;
  return quoted(cut);
}

/** A field that was left out where it may not be. */
export function missing(path: string, name: string): FieldViolation {
  return refusal(path, name, '', (HELP[name] ?? 'must be given').replace(/, or empty$/, ''));
}

/** A length is shown as the words for it, not as a text that was sent. */
export class Shown {
  readonly #words: string;

  constructor(words: string) {
    this.#words = words;
  }

  toString(): string {
    return this.#words;
  }
}
