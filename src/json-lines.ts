/** One JSON value of an input, or why it is none. `line` counts from 1; of one document it is the place in its list. */
export type Item = { line: number } & ({ ok: true; value: unknown } | { ok: false; error: string });

/** Whoever sends more than this at once has lines in mind, and some of them are broken. */
const maxDocument = 64 * 1024 * 1024;

/**
 * The values of a text that holds one JSON value a line, or a single JSON document over several lines, whose list is
 * taken apart. A line that is no JSON is told and passed over. Where the first line is an object, values are given as
 * lines arrive; else the text is held, up to a limit, to see whether it is one document.
 */
export async function* jsonLines(lines: AsyncIterable<string>): AsyncGenerator<Item> {
  const held: string[] = [];
  let holding: boolean | undefined;
  let size = 0;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const item = parsed(line, number);
    if (!item) continue;
    holding ??= !(item.ok && isObject(item.value));
    if (holding) {
      held[number - 1] = line;
      size += line.length;
    } else yield item;
    if (holding && size > maxDocument) {
      holding = false;
      yield* eachLine(held.splice(0));
    }
  }
  yield* ofDocument(held);
}

/** A list or a text at the start may be a part of a document; an object is whole. */
function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function* ofDocument(lines: readonly string[]): Generator<Item> {
  const whole = parsed(lines.join("\n"), 1);
  if (!whole?.ok) return yield* eachLine(lines);
  const values: unknown[] = Array.isArray(whole.value) ? whole.value : [whole.value];
  for (const [at, value] of values.entries()) yield { line: at + 1, ok: true, value };
}

/** Blank lines were left out, but not their numbers. */
function* eachLine(lines: readonly (string | undefined)[]): Generator<Item> {
  for (const [at, line] of lines.entries()) {
    const item = parsed(line ?? "", at + 1);
    if (item) yield item;
  }
}

function parsed(line: string, number: number): Item | undefined {
  if (line.trim() === "") return undefined;
  try {
    return { line: number, ok: true, value: JSON.parse(line) };
  } catch (error) {
    return { line: number, ok: false, error: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
