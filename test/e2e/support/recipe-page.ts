// docs/recipes.md as data: recipes, each with its requests and the answers shown for them. A page that
// could be read in another way is refused, so that nothing on it stays unsent or uncompared.

import type { JsonValue } from '@bufbuild/protobuf';

export interface Step {
  /** Where the request stands on the page. */
  readonly line: number;
  /** One curl command, as a reader pastes it into a shell. */
  readonly command: string;
  readonly shown: JsonValue;
}

export interface Recipe {
  readonly title: string;
  readonly steps: readonly Step[];
}

interface Block {
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** Where the page's service is: a request to elsewhere would be no request to ours. */
export const ADDRESS = 'http://localhost:8080/';

const FENCE = /^\s*(?:```|~~~)(.*)$/;

/** Throws where a request has no answer, an answer no request, or a recipe neither. */
export function recipesOf(page: string): Recipe[] {
  const [introduction, ...sections] = sectionsOf(page);
  if (introduction !== undefined && introduction.blocks.length > 0) {
    throw new Error(`line ${introduction.blocks[0]?.line}: a block before the first recipe`);
  }
  return sections.map(({ title, blocks }) => {
    const steps = stepsOf(blocks);
    if (steps.length === 0) throw new Error(`recipe "${title}" sends nothing`);
    return { title, steps };
  });
}

/** What stands before the first heading, and from each heading to the next. */
function sectionsOf(page: string): { readonly title: string; readonly blocks: Block[] }[] {
  const sections: { readonly title: string; readonly blocks: Block[] }[] = [
    { title: '', blocks: [] },
  ];
  let open: { line: number; language: string; lines: string[] } | undefined;
  for (const [index, text] of page.split('\n').entries()) {
    const [, language] = FENCE.exec(text) ?? [];
    if (language !== undefined && open !== undefined) {
      sections.at(-1)?.blocks.push({ ...open, text: open.lines.join('\n') });
      open = undefined;
    } else if (language !== undefined) open = { line: index + 1, language, lines: [] };
    else if (open !== undefined) open.lines.push(text);
    else if (text.startsWith('## ')) sections.push({ title: text.slice(3), blocks: [] });
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the block does not end`);
  return sections;
}

/** The blocks of a recipe are request and answer by turns. */
function stepsOf(blocks: readonly Block[]): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < blocks.length; at += 2) {
    const [request, answer] = blocks.slice(at, at + 2);
    if (request?.language !== 'sh') throw new Error(`line ${request?.line}: not a request`);
    if (answer?.language !== 'json') throw new Error(`line ${request.line}: without an answer`);
    const calls = request.text.match(/\bcurl\b/g)?.length;
    if (calls !== 1 || !request.text.includes(ADDRESS)) {
      throw new Error(`line ${request.line}: not one request`);
    }
    steps.push({ line: request.line, command: request.text, shown: parsed(answer) });
  }
  return steps;
}

function parsed({ line, text }: Block): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new Error(`line ${line}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
