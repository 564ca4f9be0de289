// Compares generated files with the committed ones, by content, and reports which differ.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1));
}

/**
 * One line per file that is missing, left over or different, in a stable order; empty if the
 * folders agree. With `only`, other files are ignored.
 */
export function compareFolders(committed, fresh, name, only) {
  const files = only ?? [...new Set([...filesIn(committed), ...filesIn(fresh)])].sort();
  return files.flatMap((file) => {
    const [old, now] = [join(committed, file), join(fresh, file)];
    if (!existsSync(now)) return [`${name}/${file}: nothing generates it any more`];
    if (!existsSync(old)) return [`${name}/${file}: missing`];
    return readFileSync(old).equals(readFileSync(now)) ? [] : [`${name}/${file}: out of date`];
  });
}
