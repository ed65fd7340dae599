import { fileOf, positionOf } from "./tool-location.ts";
import type { Location } from "./tool-location.ts";

const maxDepth = 40;

const files = [
  "file",
  "filename",
  "filePath",
  "filepath",
  "file_path",
  "file_name",
  "fileName",
  "path",
  "Filename",
  "File",
  "FilePath",
  "uri",
  "source",
  "sourceFile",
  "Target",
  "name",
];
const lines = [
  "line",
  "Line",
  "startLine",
  "start_line",
  "line_start",
  "line_number",
  "lineNumber",
  "line_from",
  "row",
  "beginLine",
  "StartLine",
  "lineno",
];
const columns = [
  "column",
  "Column",
  "col",
  "startColumn",
  "start_column",
  "column_start",
  "col_offset",
  "column_from",
  "char",
];
const messages = [
  "message",
  "text",
  "msg",
  "description",
  "failure",
  "issue_text",
  "details",
  "Text",
  "Message",
  "Title",
  "reason",
  "title",
  "body",
  "label",
];
const severities = ["severity", "level", "type", "Severity", "issue_severity", "kind", "impact"];
const codes = [
  "ruleId",
  "rule",
  "code",
  "cop_name",
  "check_name",
  "test_id",
  "rule_id",
  "RuleID",
  "symbol",
  "check_id",
  "warning_type",
  "FromLinter",
];
/** Objects that hold the position of the object they belong to. */
const places = [
  "location",
  "start",
  "Pos",
  "pos",
  "range",
  "region",
  "loc",
  "position",
  "span",
  "Position",
  "physicalLocation",
  "artifactLocation",
  "begin",
  "lines",
  "CauseMetadata",
  "startPosition",
];
/** The position of an object, and where it ends, are no places of their own. */
const parts = new Set([...places, "end", "endPosition", "endLoc"]);

type Json = Record<string, unknown>;

/** The places in a tool's JSON report, whatever the tool: every object that has, or inherits, a file and has a line. */
export function jsonLocations(value: unknown, limit: number): Location[] {
  const found: Location[] = [];
  walk(value, undefined, { found, limit, depth: 0 });
  return found;
}

type Walk = { found: Location[]; limit: number; depth: number };

function walk(value: unknown, file: string | undefined, state: Walk): void {
  if (state.depth > maxDepth || state.found.length >= state.limit) return;
  const below = { ...state, depth: state.depth + 1 };
  if (Array.isArray(value)) for (const item of value) walk(item, file, below);
  else if (isObject(value)) walkObject(value, file, below);
}

function walkObject(value: Json, file: string | undefined, state: Walk): void {
  const own = fileIn(value) ?? file;
  const location = own === undefined ? undefined : locationIn(value, own);
  if (location) state.found.push(location);
  for (const [key, child] of Object.entries(value)) {
    const isPart = location !== undefined && parts.has(key);
    if (!isPart) walk(child, fileOfKey(key, child) ?? own, state);
  }
}

function locationIn(value: Json, file: string): Location | undefined {
  const place = positionIn(value, 0);
  if (!place) return undefined;
  const text = (names: readonly string[]) => textIn(value, names);
  const [message, severity, code] = [text(messages), text(severities), text(codes)];
  return {
    file,
    ...place,
    ...(message && { message: message.slice(0, 1_000) }),
    ...(severity && { severity: severity.toLowerCase().slice(0, 40) }),
    ...(code && { code: code.slice(0, 100) }),
  };
}

function positionIn(value: Json, depth: number): { line: number; column?: number } | undefined {
  const line = numberIn(value, lines);
  const column = numberIn(value, columns);
  if (line) return { line, ...(column && { column }) };
  for (const key of places) {
    const child = value[key];
    if (!isObject(child)) continue;
    const place = depth < 3 ? (protocolPosition(child) ?? positionIn(child, depth + 1)) : undefined;
    if (place) return place;
  }
  return undefined;
}

/** `{line, character}` counts from 0. */
function protocolPosition(value: Json): { line: number; column: number } | undefined {
  const { line, character } = value;
  return typeof line === "number" && typeof character === "number" && Number.isSafeInteger(line) && line >= 0
    ? { line: line + 1, column: character + 1 }
    : undefined;
}

function fileIn(value: Json, depth = 0): string | undefined {
  const own = firstOf(files, (key) => namedFile(value[key], key !== "name" && key !== "source"));
  if (own !== undefined || depth >= 3) return own;
  return firstOf(places, (key) => {
    const child = value[key];
    return isObject(child) ? fileIn(child, depth + 1) : undefined;
  });
}

function namedFile(text: unknown, sure: boolean): string | undefined {
  return typeof text === "string" && !/\s{2}|\n/.test(text) ? fileOf(text, sure) : undefined;
}

function firstOf<T>(names: readonly string[], read: (name: string) => T | undefined): T | undefined {
  for (const name of names) {
    const result = read(name);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** PHP's tools use the file as the key of its messages. */
function fileOfKey(key: string, child: unknown): string | undefined {
  return typeof child === "object" && /[./\\]/.test(key) ? fileOf(key, false) : undefined;
}

function textIn(value: Json, names: readonly string[]): string | undefined {
  return firstOf(names, (name) => {
    const given = value[name];
    const text = isObject(given) ? given["text"] : given;
    return typeof text === "string" && text !== "" ? text : undefined;
  });
}

function numberIn(value: Json, names: readonly string[]): number | undefined {
  return firstOf(names, (name) => positionOf(value[name]));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
