// The JavaScript values that a field of each scalar type accepts. A number and a bigint are
// interchangeable if nothing is lost. Nothing else is converted, least of all text to numbers.

import { ScalarType } from '@bufbuild/protobuf';

/** A value in the form of the field, or what is wrong with it: the "must be ..." of a sentence. */
export type Taken = { readonly value: unknown } | { readonly must: string };

const INT32 = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const UINT32 = [0n, 2n ** 32n - 1n] as const;
const INT64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const UINT64 = [0n, 2n ** 64n - 1n] as const;

/** The value as a field of this type takes it. */
export function takeScalar(type: ScalarType, value: unknown): Taken {
  switch (type) {
    case ScalarType.STRING:
      return takeText(value);
    case ScalarType.BOOL:
      return typeof value === 'boolean' ? { value } : { must: 'true or false' };
    case ScalarType.BYTES:
      return value instanceof Uint8Array ? { value } : { must: 'a Uint8Array' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return typeof value === 'number' ? { value } : { must: 'a number' };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return takeSmall(value, INT32);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return takeSmall(value, UINT32);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return takeLarge(value, INT64);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return takeLarge(value, UINT64);
    default:
      return type satisfies never;
  }
}

function takeText(value: unknown): Taken {
  if (value instanceof Date) {
    return {
      must: "text, such as '2026-03-02': a Date has no zone, so its date is unclear",
    };
  }
  if (typeof value !== 'string') return { must: 'text' };
  // Encoding would replace half a character by U+FFFD.
  if (!value.isWellFormed()) return { must: 'well-formed text, without half a surrogate pair' };
  return { value };
}

function takeSmall(value: unknown, [least, most]: readonly [bigint, bigint]): Taken {
  const whole = wholeNumber(value);
  if (whole !== undefined && whole >= least && whole <= most) return { value: Number(whole) };
  return { must: `a whole number from ${least} to ${most}` };
}

function takeLarge(value: unknown, [least, most]: readonly [bigint, bigint]): Taken {
  const whole = wholeNumber(value);
  if (whole !== undefined && whole >= least && whole <= most) return { value: whole };
  return { must: `a bigint such as 5n, from ${least} to ${most}` };
}

/** Undefined for a value that is no whole number, or too large to be exact. */
function wholeNumber(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
}
