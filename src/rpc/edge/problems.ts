// What is wrong with a request, gathered while it is parsed, so that a caller is told all of it
// at once. A parser that finds a problem goes on with any value that lets it look at the rest:
// nothing parsed may be used before `throwIfAny`.

import { AttendanceError, type FieldViolation } from '../../domain/facts/errors.js';
import { type TextForm, textViolation } from './free-text.js';

export class Problems {
  readonly #violations: FieldViolation[] = [];

  get isEmpty(): boolean {
    return this.#violations.length === 0;
  }

  get violations(): readonly FieldViolation[] {
    return this.#violations;
  }

  /** `field` is its path from the request's root, in the contract's names. */
  add(field: string, reason: string, description: string): void {
    this.#violations.push({ field, reason, description });
  }

  addAll(violations: Iterable<FieldViolation>): void {
    for (const violation of violations) this.#violations.push(violation);
  }

  /** The problem with a text that has characters which it may not have. */
  addText(text: string, field: string, form: TextForm): void {
    const violation = textViolation(text, field, form);
    if (violation !== undefined) this.#violations.push(violation);
  }

  /** What `parse` gives; undefined, and its problems added, when it refuses the value. */
  try<T>(parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof AttendanceError) || error.failure.kind !== 'INVALID_FIELDS') {
        throw error;
      }
      this.addAll(error.failure.violations);
      return undefined;
    }
  }

  /** Throws INVALID_FIELDS with everything found. */
  throwIfAny(): void {
    if (this.isEmpty) return;
    throw new AttendanceError({ kind: 'INVALID_FIELDS', violations: this.#violations });
  }
}
