// Turns findings into explanations: a sentence for people, and the fields as typed inputs for
// programs. The beginning or end of a field's name tells its kind; a finding with a field of
// another kind does not compile here.

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

/** Bytes in JSON, the largest of the encodings: an explanation without its texts, and one input. */
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

/** The names of a finding's fields whose values are not of the kind that the name tells. */
type Misnamed<F> = F extends Finding
  ? { [K in keyof F]-?: F[K] extends ValueOf<K> ? never : K }[keyof F]
  : never;

/** Finding, if every field of every finding is of the kind that its name tells; otherwise never. */
type WellNamed = [Misnamed<Finding>] extends [never] ? Finding : never;

type Value = ExplanationInput['value'];

interface Field {
  /** The name in the contract's form. */
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

/** The fields by the domain's names; there are as many as finding.ts has names. */
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

/** The maximum size of an explanation in an answer, in bytes. */
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
