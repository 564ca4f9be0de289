// Describes the contract's buf.validate rules in plain words, for the generated API documentation.
// A rule without words here is an error, because a reader must be able to trust that the page names
// everything that the service checks.
import { getOption, hasOption, isMessage } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { DurationSchema, TimestampSchema, timestampDate } from '@bufbuild/protobuf/wkt';
import {
  FieldRulesSchema,
  field as fieldRules,
  Ignore,
  message as messageRules,
  oneof as oneofRules,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 });

function plural(count, noun) {
  if (BigInt(count) === 1n) return `1 ${noun}`;
  return `${number.format(count)} ${noun === 'entry' ? 'entries' : `${noun}s`}`;
}

function code(text) {
  return `\`${text}\``;
}

/** The text of a bound: 1,000, 36 h, an instant. */
function value(raw) {
  if (isMessage(raw, DurationSchema)) return `${number.format(Number(raw.seconds))} s`;
  if (isMessage(raw, TimestampSchema)) return timestampDate(raw).toISOString();
  if (typeof raw === 'string') return code(raw);
  if (raw instanceof Uint8Array) return code(`0x${Buffer.from(raw).toString('hex')}`);
  return typeof raw === 'boolean' ? String(raw) : number.format(raw);
}

function values(list) {
  return [...list].map(value).join(', ');
}

/** `1 to 200 characters`, `at most 16 items`, `exactly 2 bytes`. */
function span(least, most, noun) {
  if (least !== undefined && least === most) return `exactly ${plural(least, noun)}`;
  if (least === undefined) return `at most ${plural(most, noun)}`;
  if (most === undefined) return `at least ${plural(least, noun)}`;
  return `${number.format(least)} to ${plural(most, noun)}`;
}

const WELL_KNOWN = {
  email: 'an email address',
  hostname: 'a host name',
  ip: 'an IP address',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uri: 'a URI',
  uri_ref: 'a URI or a relative reference',
  address: 'a host name or an IP address',
  uuid: 'a UUID',
  tuuid: 'a UUID without hyphens',
  host_and_port: 'a host and a port',
  ulid: 'a ULID',
};

/**
 * Rules that are a pair of bounds: name of the minimum, name of the maximum, and what they count.
 */
const SPANS = [
  ['min_len', 'max_len', 'character'],
  ['min_bytes', 'max_bytes', 'byte'],
  ['min_items', 'max_items', 'item'],
  ['min_pairs', 'max_pairs', 'entry'],
];

const SINGLE = {
  const: (raw) => `exactly ${value(raw)}`,
  len: (raw) => span(raw, raw, 'character'),
  len_bytes: (raw) => span(raw, raw, 'byte'),
  pattern: (raw) => `matches ${code(raw)}`,
  prefix: (raw) => `begins with ${value(raw)}`,
  suffix: (raw) => `ends with ${value(raw)}`,
  contains: (raw) => `contains ${value(raw)}`,
  not_contains: (raw) => `does not contain ${value(raw)}`,
  gt: (raw) => `more than ${value(raw)}`,
  gte: (raw) => `${value(raw)} or more`,
  lt: (raw) => `less than ${value(raw)}`,
  lte: (raw) => `${value(raw)} or less`,
  in: (raw) => `one of ${values(raw)}`,
  not_in: (raw) => `none of ${values(raw)}`,
  finite: () => 'a finite number',
  unique: () => 'no item twice',
  lt_now: () => 'in the past',
  gt_now: () => 'in the future',
  well_known_regex: (raw) => `an HTTP header ${raw === 1 ? 'name' : 'value'}`,
  within: (raw) => `within ${value(raw)} of now`,
};

/** The rules of one kind (string, int32, ...) that are set, by name. Throws for unknown ones. */
function setRules(rules) {
  if (rules.$unknown?.length > 0) {
    throw new Error(`${rules.$typeName} carries a rule that this generator does not know`);
  }
  const view = reflect(schemaOf(rules), rules);
  const found = new Map();
  for (const field of view.fields) {
    if (!view.isSet(field) || field.name === 'example') continue;
    const raw = rawOf(rules, field);
    if (raw !== false || field.name === 'const') found.set(field.name, raw);
  }
  return found;
}

function rawOf(rules, field) {
  return field.oneof === undefined ? rules[field.localName] : rules[field.oneof.localName].value;
}

function schemaOf(rules) {
  const kind = FieldRulesSchema.fields.find((field) => field.message?.typeName === rules.$typeName);
  if (kind?.message === undefined) throw new Error(`no schema for ${rules.$typeName}`);
  return kind.message;
}

function spanWords(found, isBytes) {
  const words = [];
  for (const [least, most, noun] of SPANS) {
    if (!found.has(least) && !found.has(most)) continue;
    const counted = isBytes && noun === 'character' ? 'byte' : noun;
    words.push(span(found.get(least), found.get(most), counted));
    found.delete(least);
    found.delete(most);
  }
  return words;
}

/** Both bounds, the lower one first. */
function boundWords(found) {
  const take = (name) => {
    const raw = found.get(name);
    found.delete(name);
    return raw;
  };
  if (found.has('gte') && found.has('lte')) {
    return [`${value(take('gte'))} to ${value(take('lte'))}`];
  }
  return ['gt', 'gte', 'lt', 'lte']
    .filter((name) => found.has(name))
    .map((name) => SINGLE[name](take(name)));
}

function enumWords(found, desc) {
  const words = [];
  const name = (no) => desc.values.find((candidate) => candidate.number === no)?.name ?? String(no);
  if (found.get('defined_only')) words.push('a listed value');
  for (const [rule, says] of [
    ['const', 'exactly'],
    ['in', 'one of'],
    ['not_in', 'not'],
  ]) {
    if (!found.has(rule)) continue;
    const numbers = [found.get(rule)].flat();
    words.push(`${says} ${numbers.map((no) => code(name(no))).join(', ')}`);
    found.delete(rule);
  }
  found.delete('defined_only');
  return words;
}

/** Words for the rules of elements: list items, map keys and values. */
function elementWords(found, field) {
  const words = [];
  for (const [rule, label] of [
    ['items', 'each item'],
    ['keys', 'each key'],
    ['values', 'each value'],
  ]) {
    const nested = found.get(rule);
    found.delete(rule);
    if (nested === undefined) continue;
    if (nested.ignore === Ignore.ALWAYS) {
      words.push('items are checked one by one: a bad one fails alone');
      continue;
    }
    const inner = wordsOf(nested, field);
    if (inner.length > 0) words.push(`${label}: ${inner.join('; ')}`);
  }
  return words;
}

function wordsOf(rules, field) {
  const words = [];
  const { case: kind, value: typed } = rules.type;
  if (kind !== undefined) {
    const found = setRules(typed);
    words.push(...spanWords(found, kind === 'bytes'), ...boundWords(found));
    words.push(...elementWords(found, field));
    if (kind === 'enum') words.push(...enumWords(found, field.enum));
    for (const [name, raw] of found) {
      const says = name in WELL_KNOWN ? () => WELL_KNOWN[name] : SINGLE[name];
      if (says === undefined) {
        throw new Error(
          `${field.parent.name}.${field.name}: no words for the rule ${kind}.${name}`,
        );
      }
      words.push(says(raw));
    }
  }
  words.push(...rules.cel.map((rule) => rule.message || code(rule.expression)));
  words.push(...rules.celExpression.map(code));
  return words;
}

/** Whether the type's zero value is refused, so that omitting the field is an error. */
function refusesZero(rules) {
  const { case: kind, value: typed } = rules.type;
  if (kind === undefined) return false;
  const found = setRules(typed);
  if (kind === 'string') {
    const pattern = found.get('pattern');
    const known = [...found.keys()].some((name) => name in WELL_KNOWN && name !== 'uri_ref');
    const short = (found.get('min_len') ?? found.get('len') ?? 0n) > 0n;
    return known || short || (pattern !== undefined && !new RegExp(pattern, 'u').test(''));
  }
  if (kind === 'repeated') return (found.get('min_items') ?? 0n) > 0n;
  if (kind === 'map') return (found.get('min_pairs') ?? 0n) > 0n;
  if (kind === 'enum') return [...(found.get('not_in') ?? [])].includes(0);
  const least = found.get('gt') ?? found.get('gte');
  if (typeof least !== 'number' && typeof least !== 'bigint') return false;
  return found.has('gt') ? least >= 0 : least > 0;
}

function isRequired(field, rules) {
  if (rules.required) return true;
  if (rules.ignore !== Ignore.UNSPECIFIED || field.oneof !== undefined) return false;
  if (field.proto.proto3Optional || field.fieldKind === 'message') return false;
  return refusesZero(rules);
}

/**
 * The rules of a field in words, the most important first: `required`, then the others. Empty
 * without rules. Throws for a rule without words.
 */
export function fieldRuleWords(field) {
  const rules = hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined;
  // `optional` distinguishes a 0 that was sent from no value. For a required field that is
  // irrelevant.
  const words = field.proto.proto3Optional && rules?.required !== true ? ['optional'] : [];
  if (field.oneof !== undefined) {
    words.push(`one of ${field.oneof.fields.map((member) => code(member.name)).join(', ')}`);
    if (hasOption(field.oneof, oneofRules) && getOption(field.oneof, oneofRules).required) {
      words.push('one must be given');
    }
  }
  if (rules === undefined || rules.ignore === Ignore.ALWAYS) return words;
  if (isRequired(field, rules)) words.push('required');
  if (rules.ignore === Ignore.IF_ZERO_VALUE) words.push('may be left out');
  words.push(...wordsOf(rules, field));
  return words;
}

/** Rules about a whole message, in words; empty if there are none. */
export function messageRuleWords(message) {
  if (!hasOption(message, messageRules)) return [];
  const rules = getOption(message, messageRules);
  const groups = rules.oneof.map((group) => {
    const names = group.fields.map(code).join(', ');
    return `${group.required ? 'exactly' : 'at most'} one of ${names}`;
  });
  return [
    ...groups,
    ...rules.cel.map((rule) => rule.message || code(rule.expression)),
    ...rules.celExpression.map(code),
  ];
}
