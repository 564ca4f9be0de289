// Rules of form, as the contract states them, with answers that say the way out.

import {
  type DescEnum,
  type DescField,
  type DescMessage,
  isMessage,
  type Message,
  ScalarType,
} from '@bufbuild/protobuf';
import type { Path } from '@bufbuild/protobuf/reflect';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import { createValidator, type Violation } from '@bufbuild/protovalidate';
import { TURNS } from '../../app/ports/turns.js';
import { AttendanceError, type FieldViolation } from '../../domain/facts/errors.js';
import { lengthText } from '../../domain/time/duration-text.js';
import { parseLocalDate } from '../../domain/time/local-date.js';
import { helpFor, isCheckedApart, NOT_SHOWN, refusal, Shown } from './field-help.js';
import { tooLongLists } from './list-bounds.js';

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

/**
 * Throws INVALID_FIELDS when the message breaks a rule of the contract. One with long lists is
 * looked at in turns, for ten thousand items take tens of milliseconds: then there is a promise,
 * which rejects the same way, and with the signal's reason.
 */
export function validate(
  desc: DescMessage,
  message: Message,
  signal: AbortSignal,
): Promise<void> | undefined {
  const lists = longLists(desc, message);
  if (lists.length > 0 && tooLongLists(desc, message, '').length === 0) {
    return validateInTurns(desc, message, lists, signal);
  }
  refuse(violationsOf(desc, message, ''));
  return undefined;
}

async function validateInTurns(
  desc: DescMessage,
  message: Message,
  lists: readonly LongList[],
  signal: AbortSignal,
): Promise<void> {
  const violations = [...violationsOf(desc, withBeginnings(message, lists), '')];
  for (const { field, inner, items } of lists) {
    const found = await TURNS.map(
      items.slice(LONG_LIST),
      (item, index) => violationsOf(inner, item, `${field.name}[${LONG_LIST + index}].`),
      signal,
    );
    violations.push(...found.flat());
  }
  refuse(violations);
}

function refuse(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw new AttendanceError({ kind: 'INVALID_FIELDS', violations });
}

/** Items that are looked at in one piece with the rest of the message. */
const LONG_LIST = 64;

interface LongList {
  readonly field: DescField;
  readonly inner: DescMessage;
  readonly items: readonly Message[];
}

function longLists(desc: DescMessage, message: Message): LongList[] {
  return desc.fields.flatMap((field) => {
    if (field.fieldKind !== 'list' || field.message === undefined || isCheckedApart(field))
      return [];
    const items = (message as Record<string, unknown> & Message)[field.localName] as Message[];
    return items.length > LONG_LIST ? [{ field, inner: field.message, items }] : [];
  });
}

function withBeginnings(message: Message, lists: readonly LongList[]): Message {
  const beginnings = lists.map(({ field, items }) => [field.localName, items.slice(0, LONG_LIST)]);
  return { ...message, ...Object.fromEntries(beginnings) };
}

/**
 * The rules that a message breaks; `prefix` leads to it from the request's root. Of one with lists
 * that are too long, these alone: to look at all of their items could take minutes.
 */
export function violationsOf(
  desc: DescMessage,
  message: Message,
  prefix: string,
): readonly FieldViolation[] {
  const tooLong = tooLongLists(desc, message, prefix);
  if (tooLong.length > 0) return tooLong;
  const result = validator.validate(desc, message);
  if (result.kind === 'error') throw result.error;
  const byField = new Map<string, FieldViolation>();
  const broken = result.kind === 'invalid' ? result.violations : [];
  for (const violation of broken) {
    const found = describe(message, violation, prefix);
    if (!byField.has(found.field)) byField.set(found.field, found);
  }
  for (const found of unrealDates(desc, message, prefix)) {
    if (!byField.has(found.field)) byField.set(found.field, found);
  }
  return [...byField.values()];
}

/** Every date of the contract is a string of one of these names. */
const DATE_FIELD = /^(.+_)?date$/;

/** Fields that are dates, or that lead to dates further in; the items of a batch are not ours. */
const dateFields = new Map<DescMessage, readonly DescField[]>();

function dateFieldsOf(desc: DescMessage): readonly DescField[] {
  const known = dateFields.get(desc);
  if (known !== undefined) return known;
  // A type that holds itself finds itself here and goes no deeper.
  dateFields.set(desc, []);
  const found = desc.fields.filter((field) => {
    if (field.scalar === ScalarType.STRING) return DATE_FIELD.test(field.name);
    return (
      field.message !== undefined &&
      !isCheckedApart(field) &&
      dateFieldsOf(field.message).length > 0
    );
  });
  dateFields.set(desc, found);
  return found;
}

/** A pattern cannot tell 30 February: dates are told apart here, so that all is said at once. */
function unrealDates(desc: DescMessage, message: Message, prefix: string): FieldViolation[] {
  return dateFieldsOf(desc).flatMap((field) => {
    const value = (message as Record<string, unknown> & Message)[field.localName];
    const path = `${prefix}${field.name}`;
    if (field.message === undefined) {
      if (typeof value !== 'string' || value === '' || parseLocalDate(value)) return [];
      return [refusal(path, field.name, value, helpFor(field, '', false))];
    }
    const inner = field.message;
    if (!Array.isArray(value)) {
      return value === undefined ? [] : unrealDates(inner, value as Message, `${path}.`);
    }
    return value.flatMap((item: Message, index) => unrealDates(inner, item, `${path}[${index}].`));
  });
}

function describe(message: Message, violation: Violation, prefix: string): FieldViolation {
  const last = violation.field.at(-1);
  if (last?.kind === 'oneof') {
    const names = last.fields.map(({ name }) => name).join(', ');
    const path = `${prefix}${pathText(violation.field)}`;
    return refusal(path, last.name, undefined, `must be given, as one of ${names}`);
  }
  const field = violation.field.findLast((step) => step.kind === 'field');
  if (field === undefined) {
    const reason = violation.ruleId.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
    return { field: prefix, reason, description: violation.message };
  }
  const path = `${prefix}${pathText(violation.field)}`;
  const isItem = violation.field.at(-1) !== field;
  const help = helpFor(field, violation.message, isItem);
  return refusal(path, field.name, valueAt(message, violation.field), help);
}

function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (step.kind === 'field' || step.kind === 'oneof') {
        return index === 0 ? step.name : `.${step.name}`;
      }
      return step.kind === 'list_sub' ? `[${step.index}]` : '';
    })
    .join('');
}

/**
 * The value a path leads to, where it is one that can be shown. Read as a plain object: there can
 * be a hundred thousand violations, and a reflection for each takes seconds.
 */
function valueAt(message: Message, path: Path): unknown {
  let value: unknown = message;
  let enumDesc: DescEnum | undefined;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return NOT_SHOWN;
    if (step.kind === 'field') {
      value = (value as Record<string, unknown>)[step.localName];
      enumDesc = step.enum;
    } else if (step.kind === 'list_sub') {
      value = (value as readonly unknown[])[step.index];
    } else {
      return NOT_SHOWN;
    }
  }
  if (enumDesc !== undefined && typeof value === 'number') {
    return enumDesc.values.find((candidate) => candidate.number === value)?.name ?? value;
  }
  if (isMessage(value, DurationSchema)) {
    return new Shown(lengthText(Number(value.seconds) + value.nanos / 1e9));
  }
  return typeof value === 'object' && value !== null ? NOT_SHOWN : value;
}
