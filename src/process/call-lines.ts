// Writes one line of the log for a call that ended: which call, whose, how long it took, and how it
// ended. Calls that fail or are slow have a line always; of the others a sample has one, or all. A
// flood of failing calls does not become a flood of lines: beyond MAX_FULL_LINES, calls of one kind
// are counted. Must be cheap for a call without a line, and never throw.

import { createHash } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { parseEmployeeId } from '../domain/facts/employee-id.js';
import { codeName } from '../metrics/code-name.js';
import type { EndedCall, OnCallEnd } from '../server/support/ended-call.js';
import type { Logger } from '../server/support/log.js';
import { type Later, later, RepeatedLines } from './repeated-lines.js';

/** How employees are named in the lines. */
export type EmployeesInLog = 'hash' | 'plain' | 'off';

export interface CallLinesConfig {
  /** Which calls have a line besides those that fail or are slow. */
  readonly calls: 'sampled' | 'all';
  readonly employees: EmployeesInLog;
  /** A unary call that takes this long is slow, in milliseconds. Streams take as long as they like. */
  readonly slowMs: number;
}

export interface CallLinesOptions extends CallLinesConfig {
  readonly log: Logger;
  /** The secret with which employees are hashed; undefined while it is not known. */
  readonly employeeKey: () => Uint8Array | undefined;
}

export interface CallLines {
  readonly ended: OnCallEnd;
  /** Writes the counts that are not written yet. */
  flush(): void;
}

/** With `sampled`, one of this many calls has a line: 50 lines a second of a busy process. */
export const SAMPLE_EVERY = 100;

/** Failed and slow calls of an interval that have a line each; further ones are counted by kind. */
export const MAX_FULL_LINES = 100;

/** The digits of a hashed employee: 64 bits, so that two employees never share one by chance. */
const HASH_DIGITS = 16;

/** Failures of the service or its surroundings, and not of what the caller asked for. */
const FAILURES_OF_OURS: ReadonlySet<number> = new Set([
  ...[Code.Unknown, Code.DeadlineExceeded, Code.ResourceExhausted, Code.Internal],
  ...[Code.Unavailable, Code.DataLoss],
]);

const MESSAGE = 'call';

export function createCallLines(options: CallLinesOptions, wait: Later = later): CallLines {
  const { log, slowMs, calls } = options;
  const repeated = new RepeatedLines(log, wait);
  let full = 0;
  let others = 0;
  const isWithinBound = (): boolean => {
    if (full === 0) {
      wait(() => {
        full = 0;
      });
    }
    full += 1;
    return full <= MAX_FULL_LINES;
  };
  return {
    ended(call) {
      const { method, trail, durationMs, isAnswered } = call;
      const code = trail.code ?? Code.Unknown;
      const isSlow = durationMs >= slowMs && method?.methodKind === 'unary';
      if (code === 0 && isAnswered && !isSlow) {
        others += 1;
        const isWritten = calls === 'all' || others % SAMPLE_EVERY === 1;
        if (isWritten) log.info(fieldsOf(call, code, isSlow, options), MESSAGE);
        return;
      }
      const level = FAILURES_OF_OURS.has(code) ? 'warn' : 'info';
      const fields = fieldsOf(call, code, isSlow, options);
      if (isWithinBound()) log[level](fields, MESSAGE);
      else repeated.add({ level, fields, message: MESSAGE, kind: kindOf(call, code) });
    },
    flush: () => repeated.flush(),
  };
}

function kindOf({ method, trail }: EndedCall, code: number): string {
  return `${method?.name ?? ''} ${code} ${trail.reason}`;
}

function fieldsOf(
  { method, headers, trail, durationMs, isAnswered }: EndedCall,
  code: number,
  isSlow: boolean,
  options: CallLinesOptions,
): object {
  const { requestId, reason, caller, actor } = trail;
  const traceId = traceIdOf(headers.traceparent);
  const employee = employeeOf(trail.employeeId, options);
  // Without a method there is no name: the path is the caller's, and may be anything.
  return {
    requestId,
    ...(traceId === undefined ? {} : { traceId }),
    ...(method === undefined ? {} : { service: method.parent.typeName, method: method.name }),
    code: codeName(code),
    ...(reason === '' ? {} : { reason }),
    durationMs: Math.round(durationMs * 10) / 10,
    ...(isSlow ? { slow: true } : {}),
    ...(isAnswered ? {} : { answered: false }),
    protocol: protocolOf(headers['content-type'] ?? ''),
    ...(caller === '' ? {} : { caller }),
    ...(actor === caller || actor === '' ? {} : { actor }),
    ...(employee === undefined ? {} : { employee }),
  };
}

function protocolOf(contentType: string): 'grpc' | 'grpc-web' | 'connect' {
  if (/^application\/grpc-web/i.test(contentType)) return 'grpc-web';
  return /^application\/grpc/i.test(contentType) ? 'grpc' : 'connect';
}

/** A valid `traceparent` of any version: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;

function traceIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? TRACEPARENT.exec(header)?.[1] : undefined;
}

/** Undefined for a text that is no employee's id: it may be anything. */
function employeeOf(id: string, { employees, employeeKey }: CallLinesOptions): string | undefined {
  if (employees === 'off' || parseEmployeeId(id) === undefined) return undefined;
  if (employees === 'plain') return id;
  const key = employeeKey();
  return key && hashedEmployee(key, id);
}

/**
 * What stands for an employee in the log. It says whether two lines are about the same employee, and
 * only who has the key finds out about whom: there are few ids, so without a key anybody could hash
 * them all and compare.
 */
export function hashedEmployee(key: Uint8Array, employeeId: string): string {
  const hash = createHash('sha256').update(key).update(`log:${employeeId}`);
  return hash.digest('hex').slice(0, HASH_DIGITS);
}
