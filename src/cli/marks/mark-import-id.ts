// The default id of an import of marks, made from the file. An import that is run again, or
// continues after a stop, is the same import on any machine.

/** Enough that no two files of an installation share an id. */
const ID_DIGITS = 20;

/** `sha256`: that of the file, in hex. */
export function markImportId(sha256: string): string {
  return `marks-${sha256.slice(0, ID_DIGITS)}`;
}
