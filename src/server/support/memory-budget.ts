// What all callers together may keep in this process's memory, in bytes. When it is used up, the
// oldest of those who still keep the process waiting gives way: an honest body comes within
// moments, and an honest client reads its answer, so the oldest is the one that never will.

/** A share of the budget. */
export interface Held {
  /** Takes more; negative gives back. May end this very share, or another one. */
  add(bytes: number): void;
  /** It is whole now, and is not made to give way any more. */
  settle(): void;
  /** Gives everything back; safe to call again. */
  release(): void;
}

export interface MemoryBudget {
  /** `giveWay` is called at most once, and must lead to `release`. */
  hold(giveWay: () => void): Held;
  readonly usedBytes: number;
}

class Share implements Held {
  bytes = 0;
  isOver = false;
  giveWay: () => void;
  readonly #budget: Budget;

  constructor(budget: Budget, giveWay: () => void) {
    this.#budget = budget;
    this.giveWay = giveWay;
  }

  add(bytes: number): void {
    if (this.isOver) return;
    this.bytes += bytes;
    this.#budget.grow(bytes, this);
  }

  settle(): void {
    this.#budget.waiting.delete(this);
  }

  release(): void {
    if (this.isOver) return;
    this.isOver = true;
    // Dead tables of a set keep their entries until a full collection: not their calls as well.
    this.giveWay = nothing;
    this.#budget.waiting.delete(this);
    this.#budget.usedBytes -= this.bytes;
  }
}

class Budget implements MemoryBudget {
  usedBytes = 0;
  /** In the order in which they began. */
  readonly waiting = new Set<Share>();
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  hold(giveWay: () => void): Held {
    const share = new Share(this, giveWay);
    this.waiting.add(share);
    return share;
  }

  grow(bytes: number, by: Share): void {
    this.usedBytes += bytes;
    while (this.usedBytes > this.#maxBytes && !by.isOver) {
      const [oldest = by] = this.waiting;
      oldest.giveWay();
      oldest.release();
    }
  }
}

export function createMemoryBudget(maxBytes: number): MemoryBudget {
  return new Budget(maxBytes);
}

function nothing(): void {}
