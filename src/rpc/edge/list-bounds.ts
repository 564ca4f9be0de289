// How many items the lists and maps of a message may have, looked at before all else: the other
// rules look at every item, however many were sent. Must never read an item of what is too long.

import { type DescField, type DescMessage, isFieldSet, type Message } from '@bufbuild/protobuf';
import {
  MapRulesSchema,
  RepeatedRulesSchema,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import type { FieldViolation } from '../../domain/facts/errors.js';
import { helpFor, isCheckedApart, NOT_SHOWN, refusal, rulesOf } from './field-help.js';

/** A field that is a list or a map, or that leads to one. */
interface Step {
  readonly field: DescField;
  /** The most items of a list or a map; undefined without a rule, and of what is neither. */
  readonly maxItems: number | undefined;
  /** What to look at within; undefined when there is nothing, or nothing of ours. */
  readonly inner: readonly Step[] | undefined;
}

/** By type, found once: most messages have no lists and cost one look-up. */
const stepsByType = new Map<DescMessage, readonly Step[]>();

function stepsOf(desc: DescMessage): readonly Step[] {
  const known = stepsByType.get(desc);
  if (known !== undefined) return known;
  const steps: Step[] = [];
  // Before its fields are looked at: a type that holds itself finds itself here.
  stepsByType.set(desc, steps);
  for (const field of desc.fields) {
    const maxItems = maxItemsOf(field);
    const within =
      field.message === undefined || isCheckedApart(field) ? [] : stepsOf(field.message);
    const isRecursive = within === steps;
    const inner = within.length > 0 || isRecursive ? within : undefined;
    if (maxItems !== undefined || inner !== undefined) steps.push({ field, maxItems, inner });
  }
  return steps;
}

function maxItemsOf(field: DescField): number | undefined {
  const type = rulesOf(field)?.type;
  if (type?.case === 'repeated') {
    const isBounded = isFieldSet(type.value, RepeatedRulesSchema.field.maxItems);
    return isBounded ? Number(type.value.maxItems) : undefined;
  }
  if (type?.case !== 'map') return undefined;
  const isBounded = isFieldSet(type.value, MapRulesSchema.field.maxPairs);
  return isBounded ? Number(type.value.maxPairs) : undefined;
}

/**
 * The lists and maps that have more items than their rule lets them, none of them within another;
 * `prefix` leads to the message from the request's root.
 */
export function tooLongLists(
  desc: DescMessage,
  message: Message,
  prefix: string,
): readonly FieldViolation[] {
  const found: FieldViolation[] = [];
  walk(stepsOf(desc), message, () => prefix, found);
  return found;
}

/** Paths are put together only for what is refused: nearly nothing ever is. */
function walk(
  steps: readonly Step[],
  message: Message,
  prefix: () => string,
  found: FieldViolation[],
): void {
  for (const { field, maxItems, inner } of steps) {
    const value = (message as Record<string, unknown> & Message)[field.localName];
    const path = () => `${prefix()}${field.name}`;
    if (field.fieldKind === 'map') {
      const { length } = Object.keys(value as object);
      if (maxItems !== undefined && length > maxItems) {
        const help = helpFor(field, `must be at most ${maxItems}`, false);
        found.push(refusal(path(), field.name, NOT_SHOWN, `${help}; there are ${length}`));
      }
    } else if (!Array.isArray(value)) {
      if (inner !== undefined && value !== undefined) {
        walk(inner, value as Message, () => `${path()}.`, found);
      }
    } else if (maxItems !== undefined && value.length > maxItems) {
      const help = helpFor(field, `must be at most ${maxItems} items`, false);
      found.push(refusal(path(), field.name, NOT_SHOWN, `${help}; there are ${value.length}`));
    } else if (inner !== undefined) {
      for (const [index, item] of value.entries()) {
        walk(inner, item as Message, () => `${path()}[${index}].`, found);
      }
    }
  }
}
