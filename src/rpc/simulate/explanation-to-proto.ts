// Findings to explanations: the words for people, the fields as typed inputs for programs. A
// field's kind is told by how its name begins or ends; a finding with a field of any other shape
// does not compile here.

import { create } from '@bufbuild/protobuf';
import {
  type Explanation,
  type ExplanationInput,
  ExplanationInputSchema,
  ExplanationSchema,
} from '../../../gen/attendance/v1/simulation_pb.js';
import { explain } from '../../domain/explain/explain.js';
import type { Finding } from '../../domain/explain/finding.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import { durationOf, timestampOfInstant } from '../edge/instants.js';

/** In JSON, the largest of the encodings: an explanation without its texts, and one input. */
const EXPLANATION_BYTES = 50;
const INPUT_BYTES = 60;

/** The values that a field of this name may have. */
type ValueOf<Name> = Name extends `${string}Time`
  ? Instant | undefined
  : Name extends `${string}Seconds` | `${string}Count` | `${string}Meters`
    ? number | undefined
    : Name extends `is${Capitalize<string>}`
      ? boolean | undefined
      : string | undefined;

/** The names of a finding's fields whose values are not of the kind that the name says. */
type Misnamed<F> = F extends Finding
  ? { [K in keyof F]-?: F[K] extends ValueOf<K> ? never : K }[keyof F]
  : never;

/** Finding, as long as every field of every finding is of a known shape; else nothing is. */
type WellNamed = [Misnamed<Finding>] extends [never] ? Finding : never;

type Value = ExplanationInput['value'];

interface Field {
  /** In the contract's form. */
  readonly name: string;
  readonly toValue: (value: unknown) => Value;
}

const KINDS: readonly (readonly [names: RegExp, toValue: Field['toValue']])[] = [
  [/Time$/, (value) => ({ case: 'instant', value: timestampOfInstant(value as Instant) })],
  [/Seconds$/, (value) => ({ case: 'length', value: durationOf(value as number) })],
  [/(Count|Meters)$/, (value) => ({ case: 'number', value: value as number })],
  [/^is[A-Z]/, (value) => ({ case: 'flag', value: value as boolean })],
];

const textValue: Field['toValue'] = (value) => ({ case: 'text', value: value as string });

/** By the domain's name; as many as finding.ts has names. */
const fields = new Map<string, Field>();

function fieldOf(key: string): Field {
  const known = fields.get(key);
  if (known !== undefined) return known;
  const toValue = KINDS.find(([names]) => names.test(key))?.[1] ?? textValue;
  const name = key
    .replace(/Seconds$/, '')
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const field = { name, toValue };
  fields.set(key, field);
  return field;
}

/** A finding in words, with times as the zone's clocks show them, and its values. */
export function toExplanation(finding: WellNamed, zone: Zone, date: LocalDate): Explanation {
  const message = create(ExplanationSchema);
  message.rule = finding.rule;
  message.text = explain(finding, zone, date);
  for (const [key, given] of Object.entries(finding)) {
    if (key === 'rule' || given === undefined) continue;
    const { name, toValue } = fieldOf(key);
    const input = create(ExplanationInputSchema);
    input.name = name;
    input.value = toValue(given);
    message.inputs.push(input);
  }
  return message;
}

/** The most bytes an explanation takes in an answer. */
export function explanationBytes({ rule, text, inputs }: Explanation): number {
  let bytes = EXPLANATION_BYTES + jsonBytes(rule) + jsonBytes(text);
  for (const { name, value } of inputs) {
    bytes += INPUT_BYTES + jsonBytes(name);
    if (value.case === 'text') bytes += jsonBytes(value.value);
  }
  return bytes;
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
