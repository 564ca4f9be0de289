// Turns a command's error into one or two lines that say the way out.

import { status } from '@grpc/grpc-js';
import { AttendanceClientError } from '../../client/index.js';
import { ImportFileError } from '../csv/csv-file.js';
import { shownText } from '../terminal/console.js';
import { hintAfter } from './refusal-hints.js';

/** The text for stderr. `address` is that of the service. */
export function failureText(error: unknown, address: string): string {
  if (error instanceof AttendanceClientError) return callFailure(error, address);
  if (error instanceof ImportFileError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

function callFailure(error: AttendanceClientError, address: string): string {
  const says = shownText(error.message);
  switch (error.code) {
    case status.UNAVAILABLE:
      return error.reason === ''
        ? `No service answers at ${address} (${says}).\n` +
            'Is it running? Start it with: npm start. Another one: --address HOST:PORT'
        : comeBack(says);
    case status.RESOURCE_EXHAUSTED:
      return error.retryDelayMs === undefined ? refusal(error, says) : comeBack(says);
    case status.DEADLINE_EXCEEDED:
      return `The service at ${address} did not answer in time.\nTry again, or allow more: --timeout`;
    case status.INVALID_ARGUMENT:
      return withHint(violationLines(error) ?? refusal(error, says), error);
    case status.UNAUTHENTICATED:
      return `${refusal(error, says)}\nSet a valid token in ATTENDANCE_TOKEN, or give its file: --token-file`;
    case status.UNIMPLEMENTED:
      return `What answers at ${address} is no attendance service of this version: ${says}`;
    case status.ABORTED:
      return `${refusal(error, says)}\nRead it again and repeat with its etag.`;
    default:
      return withHint(refusal(error, says), error);
  }
}

function withHint(text: string, error: AttendanceClientError): string {
  const hint = hintAfter(error);
  return hint === undefined ? text : `${text}\n${hint}`;
}

function comeBack(says: string): string {
  return `The service cannot answer now: ${says}\nTry again in a moment.`;
}

function refusal(error: AttendanceClientError, says: string): string {
  return `${error.reason || error.codeName}: ${says}`;
}

function violationLines({ fieldViolations }: AttendanceClientError): string | undefined {
  if (fieldViolations.length === 0) return undefined;
  return fieldViolations
    .map(({ field, description }) => shownText(`${field}: ${description}`))
    .join('\n');
}
