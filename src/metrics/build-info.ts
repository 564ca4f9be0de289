// Which build answers: the same figures for the log of an upgrade and for a table of instances.

import { Gauge, type Registry } from 'prom-client';

export interface Build {
  /** As in package.json. */
  readonly version: string;
  /** The commit that the image was built from; empty if nobody said. */
  readonly commit: string;
}

export function showBuild(registry: Registry, { version, commit }: Build): void {
  new Gauge({
    name: 'attendance_build_info',
    help: 'Always 1; its labels say which build this is, and which Node runs it.',
    labelNames: ['version', 'commit', 'node'],
    aggregator: 'max',
    registers: [registry],
  }).set({ version, commit, node: process.version }, 1);
}
