// Reads corrections as typed for `punches correct`: `12=out`, `12=2026-03-02T17:00`,
// `12=out@2026-03-02T17:00`, `in@2026-03-02T08:00`.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { InvalidArgumentError } from 'commander';
import type { PunchCorrectionSchema, PunchKind } from '../../client/index.js';
import { parseKind } from '../text/punch-kind.js';
import { instantOfSaid, type SaidTime, saidTimeArgument } from '../time/time-argument.js';

const PUNCH_ID = /^[1-9]\d{0,14}$/;
const REPLACEMENT = /^([^=]*)=(?:([A-Za-z][A-Za-z _-]*?))?(?:@?(\d.*))?$/;
const ADDITION = /^([A-Za-z][A-Za-z _-]*?)@(.+)$/;

/** What was typed about a punch. */
export interface SaidPunch {
  /** As it was typed. */
  readonly text: string;
  /** The punch that it replaces; undefined for a missing punch that it adds. */
  readonly punchId: string | undefined;
  readonly kind: PunchKind | undefined;
  readonly time: SaidTime | undefined;
}

/** For an option or an argument. */
export function punchIdArgument(text: string): string {
  if (!PUNCH_ID.test(text)) throw new InvalidArgumentError('It must be the number of a punch.');
  return text;
}

/** For an argument that may be given several times. */
export function addPunchId(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), punchIdArgument(text)];
}

/** For an option that may be given several times: `12=out@2026-03-02T17:00`. */
export function addReplacement(text: string, before: readonly SaidPunch[]): readonly SaidPunch[] {
  const [, punchId = '', word, time] = REPLACEMENT.exec(text) ?? [];
  if (!PUNCH_ID.test(punchId) || (word === undefined && time === undefined)) {
    throw new InvalidArgumentError(
      'It must be <punch>=<kind>, <punch>=<time> or <punch>=<kind>@<time>, such as 12=out.',
    );
  }
  return [...before, { text, punchId, kind: kindOf(word), time: timeOf(time) }];
}

/** The same for an addition: `in@2026-03-02T08:00`. */
export function addAddition(text: string, before: readonly SaidPunch[]): readonly SaidPunch[] {
  const [, word, time] = ADDITION.exec(text) ?? [];
  if (word === undefined || time === undefined) {
    throw new InvalidArgumentError('It must be <kind>@<time>, such as in@2026-03-02T08:00.');
  }
  return [...before, { text, punchId: undefined, kind: kindOf(word), time: timeOf(time) }];
}

function kindOf(word: string | undefined): PunchKind | undefined {
  if (word === undefined) return undefined;
  const kind = parseKind(word);
  if (kind !== undefined) return kind;
  throw new InvalidArgumentError('The kind must be one of in, out, break-start, break-end.');
}

function timeOf(text: string | undefined): SaidTime | undefined {
  return text === undefined ? undefined : saidTimeArgument(text);
}

/**
 * The correction; `zone` is --zone. Throws ExitError for a time that is not exactly one instant.
 */
export function correctionOf(
  { punchId, kind, time }: SaidPunch,
  zone: string | undefined,
): MessageInitShape<typeof PunchCorrectionSchema> {
  const said = {
    ...(time === undefined ? {} : { time: instantOfSaid(time, zone) }),
    ...(kind === undefined ? {} : { kind }),
  };
  return punchId === undefined
    ? { correction: { case: 'add', value: said } }
    : { correction: { case: 'replace', value: { punchId, ...said } } };
}

export function removalOf(punchId: string): MessageInitShape<typeof PunchCorrectionSchema> {
  return { correction: { case: 'void', value: { punchId } } };
}
