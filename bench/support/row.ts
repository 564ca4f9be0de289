// What a row of the bench is, and what it gives back.

import type { Loader } from '../load/client.js';
import type { Cleanup } from './cleanup.js';
import type { CommitTime } from './machine.js';
import type { Pinning } from './pinning.js';
import type { Layout } from './rounds.js';
import type { Ratio } from './statistics.js';

/** What a row is given. */
export interface RowContext {
  readonly layout: Layout;
  readonly pinning: Pinning;
  readonly loader: Loader;
  /** Closed when the row has run; a row opens nothing that it does not put here. */
  readonly cleanup: Cleanup;
  /** A folder of this row's own, removed when the bench ends. */
  readonly folder: string;
  /** Tells the person watching what is going on. */
  readonly say: (line: string) => void;
}

/** One row: one kind of work against its limits. */
export interface Row {
  readonly name: string;
  /** The work in one line. */
  readonly work: string;
  readonly run: (context: RowContext) => Promise<RowResult>;
}

/** A subject's figures: medians over its rounds. Every kind of row has more of them. */
interface Figure {
  readonly name: string;
  readonly perSecond: number;
}

/** What was measured, for people and for the file. */
export interface Figures {
  /** What is counted: `calls`, `punches`, `rows`. */
  readonly unit: string;
  /** How, beside the rounds: `4 connections x 32 streams`. */
  readonly manner: string;
  readonly figures: readonly Figure[];
  /** Lines of cells, the first one the columns' heads. */
  readonly table: readonly (readonly string[])[];
  /** What makes a figure doubtful, so that nobody has to notice it alone. */
  readonly doubts: readonly string[];
  /** Everything as measured, for the file. */
  readonly measured: readonly object[];
}

/** A figure against its limit. */
export interface Comparison {
  readonly of: string;
  readonly against: string;
  readonly ratio: Ratio;
  /** The ratio to reach; undefined where there is none. */
  readonly goal: number | undefined;
}

/** Something that must hold for the figures to mean anything. */
export interface Check {
  readonly rule: string;
  readonly holds: boolean;
  readonly found: string;
}

export interface RowResult extends Figures {
  readonly comparisons: readonly Comparison[];
  readonly checks: readonly Check[];
  /** What the reader must know beside the figures. */
  readonly notes: readonly string[];
  readonly postgres: string | undefined;
  readonly commit: CommitTime | undefined;
}
