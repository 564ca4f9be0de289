// A store that tells of every commit that changed a day, whoever wrote through it.

import type { AttendanceStore } from '../app/ports/attendance-store.js';

/** The same store. `wake` is called after each commit with a change; it must not throw. */
export function wakingFacts(store: AttendanceStore, wake: () => void): AttendanceStore {
  return {
    ...store,
    async writeBatch(facts, rules, caller, patience) {
      const committed = await store.writeBatch(facts, rules, caller, patience);
      if (committed.decision.changes.length > 0) wake();
      return committed;
    },
  };
}
