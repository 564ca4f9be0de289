// Keeps the key `__proto__` in maps of messages. protobuf's library uses plain objects for maps and
// sets their keys one by one, and a plain object silently drops a key `__proto__`. A label of that
// name would be gone before it could be refused, and so in every object that is used as a map. Call
// this before messages are read.

/**
 * Removes the accessor `__proto__` from all objects of this process. It becomes a key like any
 * other, as with Node's own `--disable-proto=delete`. Object literals and classes do not use it.
 */
export function keepEveryKey(): void {
  Reflect.deleteProperty(Object.prototype, '__proto__');
}
