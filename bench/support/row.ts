// Defines a row of the bench, and its result.

import type { Loader } from '../load/client.js';
import type { Cleanup } from './cleanup.js';
import type { CommitTime } from './machine.js';
import type { Pinning } from './pinning.js';
import type { Layout } from './rounds.js';
import type { Ratio } from './statistics.js';

/** What a row receives. */
export interface RowContext {
  readonly layout: Layout;
  readonly pinning: Pinning;
  readonly loader: Loader;
  /** Run after the row. A row must register here everything that it opens. */
  readonly cleanup: Cleanup;
  /** A folder for this row, removed when the bench ends. */
  readonly folder: string;
  /** Informs the person who is watching. */
  readonly say: (line: string) => void;
}

/** One row: one kind of work, compared with its limits. */
export interface Row {
  readonly name: string;
  /** The work in one line. */
  readonly work: string;
  readonly run: (context: RowContext) => Promise<RowResult>;
}

/** A subject's figures: medians over its rounds. Each kind of row adds more. */
interface Figure {
  readonly name: string;
  readonly perSecond: number;
}

/** The measurements, for people and for the file. */
export interface Figures {
  /** The unit of count: `calls`, `punches`, `rows`. */
  readonly unit: string;
  /** How it was measured, besides the rounds: `4 connections x 32 streams`. */
  readonly manner: string;
  readonly figures: readonly Figure[];
  /** Lines of cells; the first has the heads of the columns. */
  readonly table: readonly (readonly string[])[];
  /** Reasons to doubt a figure, so that readers need not find them alone. */
  readonly doubts: readonly string[];
  /** All raw measurements, for the file. */
  readonly measured: readonly object[];
}

/** A figure compared with its limit. */
export interface Comparison {
  readonly of: string;
  readonly against: string;
  readonly ratio: Ratio;
  /** The ratio to reach; undefined: no goal. */
  readonly goal: number | undefined;
}

/** A condition without which the figures would mean nothing. */
export interface Check {
  readonly rule: string;
  readonly holds: boolean;
  readonly found: string;
}

export interface RowResult extends Figures {
  readonly comparisons: readonly Comparison[];
  readonly checks: readonly Check[];
  /** What the reader must know in addition to the figures. */
  readonly notes: readonly string[];
  readonly postgres: string | undefined;
  readonly commit: CommitTime | undefined;
}
