// Reads moments on the command line: an instant, or a wall clock time together with --zone. Never
// guesses: an hour that happened twice, or never, is refused with the way out.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { InvalidArgumentError } from 'commander';
import { EXIT_USAGE, ExitError } from '../terminal/console.js';
import type { WrittenTime } from './local-instant.js';
import { instantsOfWallTime, parseWrittenTime } from './local-instant.js';
import { localInstantText } from './local-time.js';

/** A time as typed. The zone determines the instant. */
export interface SaidTime {
  readonly text: string;
  readonly written: WrittenTime;
}

/** For an option or an argument. */
export function saidTimeArgument(text: string): SaidTime {
  const written = parseWrittenTime(text.trim());
  if (written !== undefined) return { text, written };
  throw new InvalidArgumentError(
    'It must be a time such as 2026-03-02T09:00+01:00, or 2026-03-02T09:00 with --zone.',
  );
}

/** The instant. `zone` is --zone. Throws ExitError for a local time that is not one instant. */
export function instantOfSaid({ text, written }: SaidTime, zone: string | undefined): Timestamp {
  if (written.kind === 'INSTANT') return timestampOf(written.epochMs, written.nanos);
  if (zone === undefined) {
    throw unclear(`${text} is a local time: give its zone with --zone, or its offset, as +01:00.`);
  }
  const [earlier, later] = instantsOfWallTime(written.wallMs, zone);
  if (earlier === undefined) {
    throw unclear(`No clock in ${zone} showed ${text}: they were set forward over it.`);
  }
  if (later !== undefined) {
    const either = [earlier, later].map((epochMs) => localInstantText(epochMs, zone)).join(' or ');
    throw unclear(`Clocks in ${zone} showed ${text} twice: say which with ${either}.`);
  }
  return timestampOf(earlier, written.nanos);
}

function timestampOf(epochMs: number, nanos: number): Timestamp {
  return { ...timestampFromMs(epochMs), nanos };
}

function unclear(message: string): ExitError {
  return new ExitError(EXIT_USAGE, message);
}
