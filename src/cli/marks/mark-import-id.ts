// The id of an import of marks that nobody named: made of the file, so that an import which is run
// again, or goes on after a stop, is the same import, on whatever machine.

/** Enough that no two files of an installation share an id. */
const ID_DIGITS = 20;

/** `sha256`: of the file, in hex. */
export function markImportId(sha256: string): string {
  return `marks-${sha256.slice(0, ID_DIGITS)}`;
}
