import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Pair, ParsedNode, YAMLError, YAMLMap } from "yaml";

/** Where something stands in a file. All counts start at 1. */
export type Place = { line: number; column: number; endLine?: number };

/** Something wrong with a policy file. `path` is the dotted key, empty for the file as a whole. `message` is Markdown. */
export type Problem = Place & { message: string; path: string };

type Path = readonly PropertyKey[];
type Yaml =
  | {
      ok: true;
      value: unknown;
      /** Where the key or value at a path is; of a path that leads nowhere, its nearest part that exists. */
      placeOf: (path: Path, part: "key" | "value") => Place;
    }
  | { ok: false; problems: Problem[] };

/** A policy file larger than this is not a policy. */
const maxPolicyBytes = 64 * 1024;

/** So many problems of one file are told; whoever mends the first ones sees the next. */
export const maxProblems = 50;

const start: Place = { line: 1, column: 1 };

/**
 * Reads a YAML 1.2 text as one document without tags, duplicate keys and nested aliases beyond reason ("billion
 * laughs"). Any text gives a result; nothing is thrown. Takes time in proportion to the text.
 */
export function readYaml(text: string): Yaml {
  if (Buffer.byteLength(text) > maxPolicyBytes)
    return failed(start, `the file is larger than ${maxPolicyBytes / 1024} KiB`);
  try {
    return read(text);
  } catch (error) {
    // Thousands of nested brackets overflow the stack of the YAML library; its alias limit throws, too.
    const excessive = error instanceof ReferenceError;
    return failed(
      start,
      excessive
        ? "the file uses aliases (`*name`) so often that it would grow out of hand"
        : "the file is nested too deeply to be a policy",
    );
  }
}

function read(text: string): Yaml {
  const lines = new LineCounter();
  // Its own search for duplicate keys takes quadratic time.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
    logLevel: "error",
  });
  const at = (from: number, to = from): Place => place(lines, from, to);
  const problems = [...document.errors, ...document.warnings].flatMap((error) => problemOf(error, at));
  problems.push(...duplicates(document.contents, at));
  if (problems.length > 0) return { ok: false, problems: onePerLine(problems).slice(0, maxProblems) };
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  return {
    ok: true,
    value,
    placeOf: (path, part) => {
      const range = locate(document, path, part);
      return range ? at(range[0], range[1]) : start;
    },
  };
}

function problemOf({ code, message, pos }: YAMLError, at: (from: number) => Place): Problem[] {
  // The library takes its own overflowing stack for a mistake in the text.
  if (message.includes("call stack")) throw new RangeError(message);
  return [{ ...at(pos[0]), message: reworded[code] ?? `this is not YAML: ${message}`, path: "" }];
}

/** What follows a mistake in the same line is mostly its echo. */
function onePerLine(problems: readonly Problem[]): Problem[] {
  const seen = new Set<number>();
  return problems.filter(({ line }) => !seen.has(line) && seen.add(line));
}

const reworded: Partial<Record<string, string>> = {
  MULTIPLE_DOCS: "the file holds several documents; take out the `---` between them",
  TAB_AS_INDENT: "tabs cannot indent YAML; use spaces",
  NON_STRING_KEY: "a key must be a plain word",
  TAG_RESOLVE_FAILED: "tags (`!name`) have no meaning here; take it out",
};

function failed(at: Place, message: string): Yaml {
  return { ok: false, problems: [{ ...at, message, path: "" }] };
}

function place(lines: LineCounter, from: number, to: number): Place {
  const { line, col } = lines.linePos(from);
  // The end of a block is the start of the line after it.
  const end = to > from ? lines.linePos(to - 1).line : line;
  return { line: Math.max(1, line), column: Math.max(1, col), ...(end > line && { endLine: end }) };
}

function duplicates(root: ParsedNode | null, at: (from: number) => Place): Problem[] {
  const problems: Problem[] = [];
  const open: { node: unknown; path: string }[] = [{ node: root, path: "" }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, path } = next;
    const inside = (name: string) => (path ? `${path}.${name}` : name);
    if (isSeq(node)) open.push(...node.items.map((item, index) => ({ node: item, path: inside(String(index)) })));
    if (!isMap(node)) continue;
    const seen = new Set<string>();
    for (const pair of node.items) {
      const name = keyOf(pair);
      const range = isNode(pair.key) ? pair.key.range : undefined;
      if (seen.has(name))
        problems.push({ ...at(range?.[0] ?? 0), message: `the key \`${name}\` is there twice`, path: inside(name) });
      seen.add(name);
      open.push({ node: pair.value, path: inside(name) });
    }
  }
  return problems.toSorted((a, b) => a.line - b.line);
}

function keyOf({ key }: Pair): string {
  return (isScalar(key) ? String(key.value) : String(key)).slice(0, 200);
}

type Range = readonly [number, number, ...unknown[]];

/** The key's or value's place in the text; a value that is not there (`gate:`) stands where its key does. */
function locate(document: Document.Parsed, path: Path, part: "key" | "value"): Range | undefined {
  let found: Found = { node: document.contents, key: undefined, value: rangeOf(document.contents) };
  for (const step of path) {
    const inside = stepInto(isAlias(found.node) ? found.node.resolve(document) : found.node, step);
    if (!inside) return found.value ?? found.key;
    found = inside;
  }
  return part === "key" ? (found.key ?? found.value) : found.value;
}

type Found = { node: unknown; key: Range | undefined; value: Range | undefined };

function stepInto(node: unknown, step: PropertyKey): Found | undefined {
  if (isSeq(node) && typeof step === "number" && step in node.items) {
    const range = rangeOf(node.items[step]);
    return { node: node.items[step], key: range, value: range };
  }
  const pair = isMap(node) ? pairOf(node, step) : undefined;
  if (!pair) return undefined;
  const [key, value] = [rangeOf(pair.key), rangeOf(pair.value)];
  return { node: pair.value, key, value: value && value[0] < value[1] ? value : key };
}

function pairOf(map: YAMLMap, step: PropertyKey): Pair | undefined {
  return map.items.find((pair) => keyOf(pair) === String(step));
}

function rangeOf(node: unknown): Range | undefined {
  return (isNode(node) && node.range) || undefined;
}
