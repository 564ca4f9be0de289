// Finds the faults in a request whose JSON could not be read: every wrong place, where Connect's
// error names only one type. It reads a request only after it has been refused.

import type { DescMessage, JsonValue } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { type JsonProblem, jsonProblems } from '../../contract/json-problems.js';
import type { Refusal } from '../support/rpc-error.js';
import type { UnreadablePiece } from './decode-in-turns.js';
import { decodeMarked } from './utf8-json.js';

/** The most problems that are searched for and reported: an error travels in headers. */
const MAX_PROBLEMS = 10;

/** Undefined if the bytes are not JSON, or all values have the right types. */
export function refuseJson(bytes: Uint8Array, input: DescMessage): Refusal | undefined {
  const json = parse(bytes);
  return json === undefined ? undefined : refusalOf(firstProblems(input, json));
}

/** The same for a piece of a large message; the paths are those of the whole message. */
export function refusePiece(
  input: DescMessage,
  { piece, list }: UnreadablePiece,
): Refusal | undefined {
  const problems = firstProblems(input, piece);
  if (list === undefined) return refusalOf(problems);
  const item = new RegExp(`^${list.name}\\[(\\d+)\\]`);
  const inWhole = (_: string, index: string) => `${list.name}[${Number(index) + list.offset}]`;
  return refusalOf(problems.map(({ path, says }) => ({ path: path.replace(item, inWhole), says })));
}

function firstProblems(input: DescMessage, json: JsonValue): JsonProblem[] {
  const problems: JsonProblem[] = [];
  for (const problem of jsonProblems(input, json)) {
    problems.push(problem);
    if (problems.length === MAX_PROBLEMS) break;
  }
  return problems;
}

function refusalOf(problems: readonly JsonProblem[]): Refusal | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  const place = first.path === '' ? 'it' : first.path;
  const more = problems.length === 1 ? '' : '; the field violations list more problems';
  return {
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    message: `The JSON of the request cannot be read: ${place} ${first.says}${more}.`,
    violations: problems.map(({ path, says }) => ({
      field: path,
      reason: 'MALFORMED_REQUEST',
      description: says,
    })),
  };
}

function parse(bytes: Uint8Array): JsonValue | undefined {
  try {
    return JSON.parse(decodeMarked(bytes)) as JsonValue;
  } catch {
    return undefined;
  }
}
