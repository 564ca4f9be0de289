// Rules of form, as the contract states them, with answers that say the way out.

import type { DescMessage, Message } from '@bufbuild/protobuf';
import { type Path, reflect } from '@bufbuild/protobuf/reflect';
import { createValidator, type Violation } from '@bufbuild/protovalidate';
import { AttendanceError, type FieldViolation } from '../domain/errors.js';
import { parseLocalDate } from '../domain/local-date.js';

/** Patterns stand in our own contract only and need no look-around: RegExp is safe and fast. */
const patterns = new Map<string, RegExp>();

const validator = createValidator({
  regexMatch: (pattern, text) => {
    let regex = patterns.get(pattern);
    if (regex === undefined) {
      regex = new RegExp(pattern, 'u');
      patterns.set(pattern, regex);
    }
    return regex.test(text);
  },
});

/** In place of a value that is not shown back. */
const NOT_SHOWN = Symbol('a list or a message');

/** The longest piece of a refused value that is shown back. */
const MAX_SHOWN = 40;

const DATE_HELP = 'must be a real date, YYYY-MM-DD, from 1900-01-01 to 9999-12-31';

/** What is right for a field, by its name: names mean the same in every message. */
const HELP: Readonly<Record<string, string>> = {
  employee_id: 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -',
  employee_name: 'must be 1 to 200 characters when it is given, or left out',
  date: DATE_HELP,
  start_date: `${DATE_HELP}, or empty`,
  end_date: `${DATE_HELP}, or empty`,
  status:
    'must be PRESENT, ABSENT, HALF_DAY, ON_LEAVE, REMOTE, HOLIDAY or DAY_OFF (ATTENDANCE_STATUS_...)',
  statuses: 'must be at most 16 known statuses, none of them UNSPECIFIED',
  portion: 'must be PORTION_WHOLE_DAY, PORTION_FIRST_HALF or PORTION_SECOND_HALF',
  note: 'must be at most 1000 characters',
  reason: 'must be 1 to 1000 characters',
  request_id: 'must be a UUID such as 6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d, or empty',
  etag: 'must be an etag as read from the day, with its quotes, or empty',
  requests: 'must be at most 1000 items: send several batches',
  page_size: 'must not be negative: 0 asks for the default',
  page_token: 'must be a next_page_token as received, or empty',
  as_of_time: 'must be a time that has passed, or left out',
};

/** A refused field, with what is right for it and what was sent. */
export function refusal(path: string, name: string, value: unknown): FieldViolation {
  const missing = value === '' || value === undefined;
  const help = HELP[name] ?? 'is not valid';
  return {
    field: path,
    reason: `${name.toUpperCase()}_${missing ? 'REQUIRED' : 'INVALID'}`,
    description: missing || value === NOT_SHOWN ? help : `${help}; it is ${shown(value)}`,
  };
}

function shown(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const cut = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value;
  return JSON.stringify(cut);
}

/** Throws INVALID_FIELDS when the message breaks a rule of the contract. */
export function validate(desc: DescMessage, message: Message): void {
  const violations = violationsOf(desc, message, '');
  if (violations.length > 0) throw new AttendanceError({ kind: 'INVALID_FIELDS', violations });
}

/** The rules that a message breaks; `prefix` leads to it from the request's root. */
export function violationsOf(
  desc: DescMessage,
  message: Message,
  prefix: string,
): readonly FieldViolation[] {
  const result = validator.validate(desc, message);
  if (result.kind === 'error') throw result.error;
  const byField = new Map<string, FieldViolation>();
  const broken = result.kind === 'invalid' ? result.violations : [];
  for (const violation of broken) {
    const found = describe(desc, message, violation, prefix);
    if (!byField.has(found.field)) byField.set(found.field, found);
  }
  for (const found of unrealDates(desc, message, prefix)) {
    if (!byField.has(found.field)) byField.set(found.field, found);
  }
  return [...byField.values()];
}

/** Every date of the contract is a string of one of these names. */
const DATE_FIELDS = new Set(['date', 'start_date', 'end_date']);

/** A pattern cannot tell 30 February: dates are told apart here, so that all is said at once. */
function unrealDates(desc: DescMessage, message: Message, prefix: string): FieldViolation[] {
  return desc.fields.flatMap((field) => {
    if (!DATE_FIELDS.has(field.name)) return [];
    const value = (message as Record<string, unknown> & Message)[field.localName];
    if (typeof value !== 'string' || value === '' || parseLocalDate(value)) return [];
    return [refusal(`${prefix}${field.name}`, field.name, value)];
  });
}

function describe(
  desc: DescMessage,
  message: Message,
  violation: Violation,
  prefix: string,
): FieldViolation {
  const name = fieldName(violation.field);
  if (name === undefined) {
    const reason = violation.ruleId.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
    return { field: prefix, reason, description: violation.message };
  }
  const path = `${prefix}${pathText(violation.field)}`;
  return refusal(path, name, valueAt(desc, message, violation.field));
}

function fieldName(path: Path): string | undefined {
  return path.findLast((step) => step.kind === 'field')?.name;
}

function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (step.kind === 'field') return index === 0 ? step.name : `.${step.name}`;
      return step.kind === 'list_sub' ? `[${step.index}]` : '';
    })
    .join('');
}

/** The value of a field of the message itself; of deeper ones only that there is one. */
function valueAt(desc: DescMessage, message: Message, path: Path): unknown {
  const [first, ...rest] = path;
  if (first?.kind !== 'field' || rest.length > 0) return NOT_SHOWN;
  const value: unknown = reflect(desc, message).get(first);
  if (first.fieldKind === 'enum') {
    return first.enum.values.find((candidate) => candidate.number === value)?.name ?? value;
  }
  return typeof value === 'object' && value !== null ? NOT_SHOWN : value;
}
