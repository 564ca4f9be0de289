// Turns refusals of Connect's library, before or after the pipeline in rpc/, into this service's
// codes, reasons and messages. It recognizes the texts of the pinned versions of
// @connectrpc/connect and @bufbuild/protobuf. test/server/errors.test.ts provokes each of them for
// real, so an update that rewords one is noticed.

import type { DescMessage } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import type { Refusal } from '../support/rpc-error.js';
import { NOT_UTF8, UNREAL_TIME } from './utf8-json.js';

/** Texts repeat a caller's own value and travel in headers, so longer texts are cut. */
const MAX_ECHO_CHARACTERS = 300;

interface Circumstances {
  readonly code: Code;
  /** The type of the request, if the method is known. */
  readonly input: DescMessage | undefined;
}

type Rule = readonly [
  pattern: RegExp,
  refuse: (match: RegExpExecArray, circumstances: Circumstances) => Refusal,
];

const UNREADABLE_JSON = /^cannot decode (?:message|enum|field|oneof) [\w.]+ from JSON:? (.*)/s;

const RULES: readonly Rule[] = [
  [
    /^message (?:size (\d+) )?is larger than configured readMaxBytes (\d+)|^message size is larger than configured readMaxBytes (\d+)/,
    ([, size, max, streamed]) => ({
      code: Code.ResourceExhausted,
      reason: 'MESSAGE_TOO_LARGE',
      message:
        `The request message ${size === undefined ? 'is larger' : `has ${size} bytes, more`} than ` +
        `the ${max ?? streamed} bytes allowed; send fewer items per call.`,
    }),
  ],
  [
    /^message size (\d+) is larger than configured writeMaxBytes (\d+)/,
    ([, size, max]) => ({
      code: Code.ResourceExhausted,
      reason: 'RESPONSE_TOO_LARGE',
      message:
        `The answer has ${size} bytes, more than the ${max} bytes of one message; ` +
        'ask for less at a time, with a smaller page_size or a stream.',
    }),
  ],
  [
    /^unknown compression ".*": supported encodings are ([\w,]*)/s,
    ([, supported]) => ({
      code: Code.Unimplemented,
      reason: 'UNSUPPORTED_COMPRESSION',
      message: `The service does not support the compression of the request; use one of ${supported}, or none.`,
    }),
  ],
  [
    /^protocol error: invalid (grpc|connect) timeout value/,
    ([, protocol]) => ({
      code: Code.InvalidArgument,
      reason: 'INVALID_TIMEOUT',
      message:
        protocol === 'grpc'
          ? 'The header grpc-timeout is invalid; send up to 8 digits and a unit, such as 5S or 500m.'
          : 'The header connect-timeout-ms is invalid; send up to 10 digits, in milliseconds.',
    }),
  ],
  [
    /^(decompression failed|received compressed envelope)/,
    () =>
      malformed(
        'The message could not be decompressed; its encoding header must name the compression.',
      ),
  ],
  [
    /^protocol error: (incomplete envelope|promised \d+ bytes)/,
    () => malformed('The request ended in the middle of a message; send it again, whole.'),
  ],
  [
    /^protocol error: (missing|received extra) input message/,
    ([, what], { code }) => ({
      ...malformed(
        what === 'missing'
          ? 'The request has no message; send exactly one.'
          : 'The request has more than one message; send exactly one.',
      ),
      code,
    }),
  ],
  [/^unexpected end flag/, () => malformed('The request has an unexpected end-of-stream message.')],
  [
    /^parse binary: .*not valid for encoding utf-8/,
    () => malformed('A text in the message is not UTF-8; texts in protobuf must be UTF-8.'),
  ],
  [
    new RegExp(`^${NOT_UTF8}$`),
    () => malformed('The JSON of the request is not UTF-8; send it in UTF-8.'),
  ],
  [
    new RegExp(`^${UNREAL_TIME}$`),
    () => malformed('The JSON of the request has a time that does not exist.'),
  ],
  [/^parse binary: /, () => malformed('The message is not valid protobuf of the expected type.')],
  [
    UNREADABLE_JSON,
    ([, why = ''], { input }) =>
      malformed(`The message is not the JSON of ${withArticle(input)}: ${cut(why.trim())}.`),
  ],
  [
    /^([\w.]+) is not implemented$/,
    ([, name]) => ({
      code: Code.Unimplemented,
      reason: 'METHOD_NOT_IMPLEMENTED',
      message: `${name} is not implemented by this server; it may need a newer version.`,
    }),
  ],
  [
    /^the operation timed out$/,
    () => ({
      code: Code.DeadlineExceeded,
      reason: 'DEADLINE_EXCEEDED',
      message: 'The deadline passed before the call ended; allow more time, or ask for less.',
    }),
  ],
];

/** Only the metrics see this refusal: the client is gone. */
export const CANCELLED: Refusal = {
  code: Code.Canceled,
  reason: 'CANCELLED',
  message: 'The call was cancelled.',
};

function malformed(message: string): Refusal {
  return { code: Code.InvalidArgument, reason: 'MALFORMED_REQUEST', message };
}

function withArticle(input: DescMessage | undefined): string {
  const name = input?.typeName ?? 'message';
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;
}

/** Whether unreadable-json.ts may find the wrong places in the request's JSON. */
export function isUnreadableJson({ rawMessage }: ConnectError): boolean {
  return UNREADABLE_JSON.test(rawMessage) || [NOT_UTF8, UNREAL_TIME].includes(rawMessage);
}

function cut(text: string): string {
  return text.length <= MAX_ECHO_CHARACTERS ? text : `${text.slice(0, MAX_ECHO_CHARACTERS)}...`;
}

/** Chooses a refusal by code alone, for an unknown text. That text is never passed on. */
function refuseByCode(code: Code): Refusal {
  switch (code) {
    case Code.Canceled:
    case Code.Aborted:
      return CANCELLED;
    case Code.DeadlineExceeded:
      return {
        code,
        reason: 'DEADLINE_EXCEEDED',
        message: 'The deadline passed before the call ended.',
      };
    case Code.InvalidArgument:
      return malformed('The request could not be read; compare it with the API reference.');
    case Code.Unimplemented:
      return { code, reason: 'UNIMPLEMENTED', message: 'The service does not offer this.' };
    case Code.Unavailable:
      return {
        code,
        reason: 'UNAVAILABLE',
        message: 'Not available now; try again shortly.',
        retryAfterMs: 1_000,
      };
    case Code.ResourceExhausted:
      return {
        code,
        reason: 'RESOURCE_EXHAUSTED',
        message: 'The request asks for too much at once; send less.',
      };
    default:
      return {
        code: Code.Internal,
        reason: 'INTERNAL',
        message:
          'The call failed in the service, which logged it. Repeat a write with the same request_id.',
      };
  }
}

/** This service's refusal for an error that came without one. `input`: the type of the request. */
export function refusalFor(error: ConnectError, input?: DescMessage): Refusal {
  for (const [pattern, refuse] of RULES) {
    const match = pattern.exec(error.rawMessage);
    if (match !== null) return refuse(match, { code: error.code, input });
  }
  return refuseByCode(error.code);
}
