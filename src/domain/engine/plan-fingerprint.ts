// The fingerprint of a plan: a stored day keeps that of the plan it was derived under, so that a
// read sees whether the roster, a rule or the zone data has moved on since. Everything that
// derive reads of a plan must be in it.

import type { DayPlan } from '../roster/plan.js';
import type { PlannedShift, Window } from '../roster/planned-shift.js';
import type { OffShiftRules, Shift } from '../roster/shift.js';
import { ENGINE_VERSION } from './derive.js';

/** Two 32-bit sums over what is added, 53 bits of them in the end: exact in a double. */
class Hash {
  #a = 0xdeadbeef | 0;
  #b = 0x41c6ce57 | 0;

  word(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x9e3779b1);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b ^ value, 0x5f356495);
    this.#b ^= this.#b >>> 13;
  }

  /** Any whole number a double holds, or an infinite one. */
  number(value: number): void {
    this.word(value | 0);
    this.word(Math.floor(value / 0x1_0000_0000) | 0);
  }

  text(text: string): void {
    this.word(text.length);
    for (let index = 0; index < text.length; index += 1) this.word(text.charCodeAt(index));
  }

  /** With their number ahead, so that no list is taken for the beginning of what follows it. */
  each<T>(list: readonly T[], add: (item: T) => void): void {
    this.word(list.length);
    for (const item of list) add(item);
  }

  get value(): number {
    const a = Math.imul(this.#a ^ (this.#a >>> 16), 0x85ebca6b) ^ (this.#b >>> 13);
    const b = Math.imul(this.#b ^ (this.#b >>> 16), 0xc2b2ae35) ^ (a >>> 16);
    return (b >>> 11) * 0x1_0000_0000 + (a >>> 0);
  }
}

/** Definitions are shared by many plans and never changed: each is read once. */
const definitions = new WeakMap<Shift | OffShiftRules, number>();

function definitionHash(definition: Shift | OffShiftRules): number {
  const known = definitions.get(definition);
  if (known !== undefined) return known;
  const hash = new Hash();
  hash.text(canonicalText(definition));
  definitions.set(definition, hash.value);
  return hash.value;
}

/** The same for the same values, in whatever order their fields were written down. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (name, inner: unknown) => {
    if (name === 'zone') return (inner as Shift['zone'])?.name;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Of a plan. Plans with other outcomes have other hashes, but for chance: one in 2^53. */
export function planHash(plan: DayPlan): number {
  const hash = new Hash();
  hash.word(ENGINE_VERSION);
  hash.word(plan.epochDay);
  hash.text(plan.zone.name);
  hash.each(plan.midnights, (midnight) => hash.number(midnight));
  hash.word(plan.isEmployed ? 1 : 0);
  hash.text(plan.source ?? '');
  hash.each(plan.shifts, (shift) => addShift(hash, shift));
  hash.each(plan.leftOut, (shift) => hash.number(definitionHash(shift)));
  hash.text(plan.holiday ?? '\n');
  hash.number(definitionHash(plan.offShift));
  hash.each(plan.windows, (window) => addWindow(hash, window));
  addWindow(hash, plan.reach);
  return hash.value;
}

function addWindow(hash: Hash, { from, to }: Window): void {
  hash.number(from);
  hash.number(to);
}

function addShift(hash: Hash, planned: PlannedShift): void {
  hash.number(definitionHash(planned.shift));
  hash.text(planned.zone.name);
  hash.number(planned.start);
  hash.number(planned.end);
  addWindow(hash, planned.window);
  for (const contested of [planned.contestedBefore, planned.contestedAfter]) {
    hash.word(contested === undefined ? 0 : 1);
    if (contested === undefined) continue;
    addWindow(hash, contested);
    hash.number(contested.middle);
    hash.number(contested.earlierStart);
    hash.number(contested.earlierEnd);
    hash.number(contested.laterStart);
    hash.number(contested.laterEnd);
    hash.word(contested.isTyped ? 1 : 0);
  }
  hash.text(planned.nextShiftId ?? '');
  hash.text(planned.holiday ?? '\n');
}
