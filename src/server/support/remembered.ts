// Remembers which texts have passed a check.

/** Bounds the memory: honest callers send a handful of texts, but attackers any number. */
const MAX_REMEMBERED = 64;

/** The check, which runs once for each text that passes it. */
export function remembered(check: (text: string) => boolean): (text: string) => boolean {
  const passed = new Set<string>();
  return (text) => {
    if (passed.has(text)) return true;
    if (!check(text)) return false;
    if (passed.size >= MAX_REMEMBERED) passed.clear();
    passed.add(text);
    return true;
  };
}
