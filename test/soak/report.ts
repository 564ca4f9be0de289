// What a soak comes to, for people: a line for each attacker and each innocent, and what was wrong.

import type { ActorRecord } from './bout.js';
import type { InnocentReport } from './innocents.js';
import {
  HEAP_GROWTH_MB,
  isBack,
  RESIDENT_GROWTH_MB,
  type ServiceReport,
  type SoakReport,
} from './soak.js';

/** Kinds named in a line. */
const KINDS_SHOWN = 8;
const NAME_WIDTH = 36;

/** Everything that must not be; empty when all is well. */
export function faultsOf(report: SoakReport): readonly string[] {
  const { acknowledged, lost, doubled } = report.marks;
  return [
    ...report.services.flatMap((service) => faultsOfService(service, report)),
    ...report.innocents
      .filter(({ failures }) => Object.keys(failures).length > 0)
      .map(({ name, failures }) => `innocent calls failed: ${name}: ${kinds(failures)}`),
    ...Object.entries(report.actors)
      .filter(([, { neighboursFailed }]) => Object.keys(neighboursFailed).length > 0)
      .map(
        ([name, record]) =>
          `neighbours on the connection failed: ${name}: ${kinds(record.neighboursFailed)}`,
      ),
    ...(Object.keys(report.actors).length === 0 ? ['the attackers did not report'] : []),
    ...(report.innocents.length === 0 ? ['the innocents did not report'] : []),
    ...(lost > 0 ? [`${lost} of ${acknowledged} acknowledged marks are lost`] : []),
    ...(doubled > 0 ? [`${doubled} of ${acknowledged} acknowledged marks are there twice`] : []),
    ...(acknowledged === 0 ? ['no mark was acknowledged'] : []),
  ];
}

function faultsOfService(
  { name, ended, before, after }: ServiceReport,
  { attackingAtEnd }: SoakReport,
): string[] {
  if (ended !== undefined || after === undefined) {
    const who = attackingAtEnd.join(', ');
    return [`${name}: the process has ended (${ended ?? 'it says nothing'}), attacked by: ${who}`];
  }
  const faults: string[] = [];
  if (after.sockets > before.sockets) {
    faults.push(`${name}: ${after.sockets} sockets are open, ${before.sockets} at the beginning`);
  }
  if (!isBack(before, after)) {
    faults.push(
      `${name}: heap ${change(before.inside.heapMb, after.inside.heapMb)} MB (bound: ` +
        `${HEAP_GROWTH_MB} more), resident ${change(before.residentMb, after.residentMb)} MB ` +
        `(bound: ${RESIDENT_GROWTH_MB} more)`,
    );
  }
  return faults;
}

export function reportLines(report: SoakReport): readonly string[] {
  const { acknowledged, lost, doubled } = report.marks;
  const faults = faultsOf(report);
  return [
    'attackers',
    ...Object.entries(report.actors).map(([name, record]) => actorLine(name, record)),
    '',
    'innocents',
    ...report.innocents.map(innocentLine),
    `  marks acknowledged: ${acknowledged}, lost: ${lost}, there twice: ${doubled}`,
    '',
    'services',
    ...report.services.flatMap(serviceLines),
    '',
    ...(report.lastWords === undefined ? [] : ['its last words', report.lastWords, '']),
    ...(faults.length === 0 ? ['all is well'] : ['FAULTS', ...faults.map((fault) => `  ${fault}`)]),
  ];
}

function actorLine(name: string, record: ActorRecord): string {
  const { bouts, connections, seen, neighbours, neighboursFailed } = record;
  const beside =
    neighbours === 0
      ? ''
      : `; neighbours: ${neighbours} calls, failed: ${kinds(neighboursFailed) || 'none'}`;
  return (
    `  ${name.padEnd(NAME_WIDTH)} ${bouts} bouts, ${connections} connections: ` +
    `${kinds(seen) || 'nothing seen'}${beside}`
  );
}

function innocentLine({ name, calls, failures, times }: InnocentReport): string {
  const ms = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(0));
  return (
    `  ${name.padEnd(NAME_WIDTH)} ${calls} calls, failed: ${kinds(failures) || 'none'}; ` +
    `p50 ${ms(times.p50Ms)} ms, p99 ${ms(times.p99Ms)} ms, longest ${ms(times.maxMs)} ms`
  );
}

function serviceLines(service: ServiceReport): readonly string[] {
  const { name, ended, before, after, mostSockets, mostResidentMb, settledMs, logged } = service;
  const sockets = `sockets ${before.sockets}, at most ${mostSockets}, ${after?.sockets ?? '-'} after`;
  const resident =
    `resident ${before.residentMb.toFixed(0)} MB, at most ${mostResidentMb.toFixed(0)}, ` +
    `${after?.residentMb.toFixed(0) ?? '-'} after`;
  const heap = `heap ${before.inside.heapMb.toFixed(0)} MB, ${after?.inside.heapMb.toFixed(0) ?? '-'} after`;
  const turn =
    after === undefined ? '' : `; longest turn ${after.inside.longestTurnMs.toFixed(0)} ms`;
  return [
    `  ${name}: ${ended ?? 'alive'}; ${sockets}; ${resident}; ${heap}${turn}; settled after ${(settledMs / 1000).toFixed(1)} s`,
    `    logged: ${kinds(logged) || 'nothing'}`,
  ];
}

function change(before: number, after: number): string {
  return `${before.toFixed(0)} -> ${after.toFixed(0)}`;
}

/** The most frequent first. */
function kinds(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, KINDS_SHOWN).map(([kind, count]) => `${kind} x ${count}`);
  const rest = sorted.length - shown.length;
  return rest > 0 ? `${shown.join(', ')}, and ${rest} more kinds` : shown.join(', ');
}
