// What was recorded: the shared transactions of facts, facts by kind, and punches by device. Devices are
// named by callers, so only the first MAX_DEVICES have series of their own.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { BatchDecision } from '../app/ports/batch.js';
import type { Fact } from '../app/ports/facts.js';

export interface WriteMetrics {
  /** A transaction of facts was committed. */
  committed(facts: readonly Fact[], decision: BatchDecision, nowMs: number): void;
  /** `ask` is called at each rendering: the facts that wait for a transaction. */
  watchQueue(ask: () => number): void;
}

/** Devices with series of their own. Punches of all further ones are counted together. */
export const MAX_DEVICES = 100;

/** All devices beyond MAX_DEVICES, and punches that name none. */
const OTHER = 'other';
const NONE = 'none';

const FACTS_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 250, 1000];

export function createWriteMetrics(registry: Registry): WriteMetrics {
  const registers = [registry];
  const shared = new Histogram({
    name: 'attendance_write_transaction_facts',
    help: 'Committed transactions of facts, and how many facts shared each.',
    buckets: FACTS_BUCKETS,
    registers,
  });
  const facts = new Counter({
    name: 'attendance_facts_total',
    help: 'Facts that were decided, by kind: recorded, refused, or there already.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const punches = new Counter({
    name: 'attendance_punches_total',
    help: 'Punches that were recorded, by device; "none" for those that name no device.',
    labelNames: ['device'],
    registers,
  });
  const lastPunch = new Gauge({
    name: 'attendance_device_last_punch_timestamp_seconds',
    help: 'When the last punch of a device was recorded by this process, in seconds since 1970.',
    labelNames: ['device'],
    aggregator: 'max',
    registers,
  });
  let waiting: (() => number) | undefined;
  new Gauge({
    name: 'attendance_facts_waiting',
    help: 'Facts that wait for a transaction; when too many would, they are refused at once.',
    registers,
    collect() {
      this.set(waiting?.() ?? 0);
    },
  });
  const devices = new Set<string>();
  const labelOf = (deviceId: string): string => {
    if (deviceId === '') return NONE;
    if (devices.has(deviceId)) return deviceId;
    if (devices.size >= MAX_DEVICES) return OTHER;
    devices.add(deviceId);
    return deviceId;
  };
  return {
    committed(batch, decision, nowMs) {
      shared.observe(batch.length);
      const recorded = new Set(decision.facts.map(({ index }) => index));
      for (const [index, { kind }] of batch.entries()) {
        const outcome = outcomeOf(decision, index, recorded);
        facts.inc({ kind: kind.toLowerCase(), outcome });
      }
      for (const accepted of decision.facts) {
        const kind = batch[accepted.index]?.kind;
        if (kind !== 'PUNCH' && kind !== 'COMMAND') continue;
        for (const { deviceId } of accepted.punches) {
          const device = labelOf(deviceId);
          punches.inc({ device });
          lastPunch.set({ device }, nowMs / 1000);
        }
      }
    },
    watchQueue(ask) {
      waiting = ask;
    },
  };
}

function outcomeOf(
  { outcomes }: BatchDecision,
  index: number,
  recorded: ReadonlySet<number>,
): 'recorded' | 'refused' | 'repeated' {
  if (recorded.has(index)) return 'recorded';
  return outcomes[index]?.kind === 'FAILED' ? 'refused' : 'repeated';
}
