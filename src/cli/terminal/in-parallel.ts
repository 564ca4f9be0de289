// Runs a function for each of many items, a bounded number at the same time.

/** If a run throws, begins no further ones, waits for the others to end, and throws the error. */
export async function inParallel<T>(
  items: Iterable<T>,
  atATime: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let next = waiting.next(); !next.done && !failure; next = waiting.next()) {
      try {
        await run(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  if (failure !== undefined) throw failure.error;
}
