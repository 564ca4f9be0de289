// Maps of a message are plain objects in protobuf's library, which sets their keys one by one; and
// what is set as `__proto__` of a plain object is not kept, without a word. So a label of that name
// would be gone before anybody could refuse it, and the same holds for every object that is used as
// a map. Called before messages are read.

/**
 * Takes the accessor `__proto__` from all objects of this process: it becomes a key like any
 * other, as under Node's own `--disable-proto=delete`. Object literals and classes do not use it.
 */
export function keepEveryKey(): void {
  Reflect.deleteProperty(Object.prototype, '__proto__');
}
