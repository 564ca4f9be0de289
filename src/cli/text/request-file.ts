// Reads a request from a file: its JSON form, with an optional `description` for readers of the
// file. Strict: anything that is not understood is refused with its place, because a field lost by
// a typing error would give a wrong answer that looks right.

import { createReadStream } from 'node:fs';
import {
  type DescMessage,
  fromJson,
  fromJsonString,
  type JsonValue,
  type MessageShape,
} from '@bufbuild/protobuf';
import { type JsonProblem, jsonProblems } from '../../contract/json-problems.js';
import { keepEveryKey } from '../../contract/own-keys.js';
import { hasUnrealTime } from '../../contract/unreal-times.js';
import { EXIT_FAILED, ExitError, escapedText } from '../terminal/console.js';

/**
 * The largest file that is read. The service accepts messages of 4 MiB, and the JSON of a message
 * with its names and spaces is hardly more than four times as large.
 */
export const MAX_REQUEST_FILE_BYTES = 16 * 1024 * 1024;

/** The most problems that are printed at once. After repair of these, the rest is shown. */
const MAX_PROBLEMS = 10;

/** Means standard input in place of a path. */
const STANDARD_INPUT = '-';

/** The type of a file's message, and its name for people. */
export interface RequestForm<Desc extends DescMessage> {
  readonly schema: Desc;
  /** Such as `scenario`. */
  readonly what: string;
}

/** The request in a file. Throws an ExitError that says the way out. */
export async function readRequest<Desc extends DescMessage>(
  form: RequestForm<Desc>,
  path: string,
  stdin: NodeJS.ReadableStream,
): Promise<MessageShape<Desc>> {
  const isInput = path === STANDARD_INPUT;
  const name = isInput ? 'standard input' : path;
  const bytes = await readBytes(isInput ? stdin : createReadStream(path), name);
  return parseRequest(form, textOf(bytes, name, form.what), name);
}

async function readBytes(stream: NodeJS.ReadableStream, name: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      const bytes = Buffer.from(piece);
      length += bytes.length;
      if (length > MAX_REQUEST_FILE_BYTES) break;
      pieces.push(bytes);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = REASONS[code ?? ''] ?? message;
    throw failure(`Cannot read ${name}: ${why}.`);
  }
  if (length <= MAX_REQUEST_FILE_BYTES) return Buffer.concat(pieces);
  throw failure(
    `${name} is larger than ${MAX_REQUEST_FILE_BYTES / 1024 / 1024} MiB, more than one request ` +
      'takes. Send less, such as one employee and year at a time.',
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};

/** Without the byte order mark that some editors write first. */
function textOf(bytes: Buffer, name: string, what: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw failure(`${name} is no text in UTF-8: save it as UTF-8.`);
  }
  if (text.trim() === '') throw failure(`${name} is empty: it must hold a ${what} as JSON.`);
  return text;
}

function parseRequest<Desc extends DescMessage>(
  { schema, what }: RequestForm<Desc>,
  text: string,
  name: string,
): MessageShape<Desc> {
  keepEveryKey();
  const json = withoutDescription(parseJson(text, name));
  try {
    const request = fromJson(schema, json);
    // JSON silently keeps the last of two equal keys; this reader refuses them.
    fromJsonString(schema, text, { ignoreUnknownFields: true });
    if (hasUnrealTime(text)) throw new Error('it has a time that does not exist');
    return request;
  } catch (error) {
    const problems = problemLines([...jsonProblems(schema, json)]);
    const lines = problems.length > 0 ? problems : [escapedText((error as Error).message)];
    throw failure(`${name} is no ${what}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  }
}

function problemLines(problems: readonly JsonProblem[]): string[] {
  const lines = problems
    .slice(0, MAX_PROBLEMS)
    .map(({ path, says }) => escapedText(`${path === '' ? 'It' : `${path}:`} ${says}`));
  const left = problems.length - lines.length;
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}

function parseJson(text: string, name: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const { message } = error as Error;
    throw failure(`${name} is no JSON: ${escapedText(withLine(message, text))}.`);
  }
}

/** Newer versions of Node name the line themselves, and some messages name no place at all. */
function withLine(message: string, text: string): string {
  const position = /^(.*) at position (\d+)$/.exec(message);
  if (position === null) return message;
  const before = text.slice(0, Number(position[2])).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  return `${position[1]} at line ${before.length} column ${column}`;
}

function withoutDescription(json: JsonValue): JsonValue {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return json;
  const { description: _, ...request } = json;
  return request;
}

function failure(message: string): ExitError {
  return new ExitError(EXIT_FAILED, message);
}
