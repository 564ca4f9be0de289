// A bound on waiting.

/** The result of the promise if it comes in time, else `late`. The promise itself continues. */
export async function within<T, L>(
  promise: Promise<T>,
  timeoutMs: number,
  late: L,
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const isLate = new Promise<L>((resolve) => {
    timer = setTimeout(() => resolve(late), timeoutMs);
  });
  try {
    return await Promise.race([promise, isLate]);
  } finally {
    clearTimeout(timer);
  }
}
