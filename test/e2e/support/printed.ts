// What commands on a page print, in a form that is the same in every run.

/** Times differ from run to run; their width does not. Spaces at ends of lines do not show. */
export function masked(text: string): string {
  return text
    .replaceAll(/\d+\.\d s, [\d,]+ rows\/s/g, '<speed>')
    .replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, '<time>')
    .replaceAll(/[ \t]+$/gm, '')
    .trimEnd();
}
