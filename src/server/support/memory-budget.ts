// Bounds the memory, in bytes, that all callers together may hold in this process. When it is used
// up, the oldest share that still waits for its client gives way: an honest body arrives within
// moments, and an honest client reads its answer, so the oldest share belongs to a client that
// never will.

/** A share of the budget. */
export interface Held {
  /** Takes more bytes; a negative number gives bytes back. May end this share or another one. */
  add(bytes: number): void;
  /** Marks the share as complete. It need not give way any more. */
  settle(): void;
  /** Gives all bytes back; safe to call again. */
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
    // A Set's old hash tables keep their entries until a full garbage collection. They must not
    // keep the calls as well.
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
