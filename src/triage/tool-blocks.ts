import { fileOf, positionOf, readMessage } from "./tool-location.ts";
import type { Location } from "./tool-location.ts";

/** A line that names the file for the rows below it. `table`: rows begin with a bare line number. */
const headers: readonly { pattern: RegExp; table: boolean }[] = [
  { pattern: /^FILE: (?<file>\S.{0,400})$/, table: true },
  { pattern: /^\s{1,4}Line\s{2,6}(?<file>\S{1,400})(?: \(in context of .{1,200}\))?\s*$/, table: true },
  { pattern: /^={2,4} \[?(?<file>[^\s\]]{1,400})\]?(?: FAIL| ={1,4})?$/, table: false },
  { pattern: /^(?<file>\S{1,400}) -- \d{1,6} warnings?:?$/, table: false },
  { pattern: /^\s{0,4}(?:>{2,3} Lint for )(?<file>\S{1,400}?):$/, table: false },
  {
    pattern: /^\s{0,4}(?:File(?:name|path)?|[Ii]n file|Path|Location|filename)\s{0,20}[:=] (?<file>\S{1,400})$/,
    table: false,
  },
  { pattern: /^(?:ERROR|WARNING|Error|WARN) in (?<file>\S{1,400})$/, table: false },
  {
    pattern:
      /^\s{0,4}(?:[✖✗✘×❯»✕⚠] {1,3})?(?<file>\/?[^\s:"'<>|*?][^:"'<>|*?]{0,400}?|[A-Za-z]:[\\/][^:"'<>|*?]{1,400}):?(?: \(\d{1,6} (?:errors?|problems?|warnings?)[^)]{0,60}\))?\s*$/u,
    table: false,
  },
];

const rows: readonly RegExp[] = [
  /^\s{0,12}(?<line>\d{1,7}):(?<column>\d{1,5})(?:-\d{1,7}(?::\d{1,5})?)?(?:\s{1,20}|:\s{0,4}|$)(?<rest>.{0,2000})$/u,
  /^\s{0,12}(?<severity>[✖✗✘×⚠ℹ]|error|warning|info|[CWEFRI]:|[EW])\s{1,6}(?<line>\d{1,7}):\s{0,4}(?<column>\d{1,5}):?\s(?<rest>.{0,2000})$/iu,
  /^\s{0,12}[Ll](?:ine)?[.:]?\s{0,6}(?<line>\d{1,7})\b(?:\s{0,3}[,|:]?\s{0,3}(?:[PC]:|col(?:umn)?:?|c\.|:)?\s{0,4}(?<column>\d{1,5})\b)?[\s|:,-]{0,6}(?<rest>.{0,2000})$/u,
  /^\s{1,12}(?<line>\d{1,7}) ?┆(?<rest>.{0,2000})$/u,
];
const numbered = /^\s{1,8}(?<line>\d{1,7})\s{1,8}(?:\|\s?)?(?<rest>\S.{0,2000})$/;
const listed = /^\s{1,8}\[(?<lines>\d{1,7}(?:, \d{1,7}){0,50})\]:\s?(?<rest>.{0,2000})$/;

/** A line from the margin ends the rows, except for the frame and the count of a table. */
const afterRows = /^[^\s|+-]/;
const afterTable = /^(?!FOUND )[^\s|+-]/;

/** Reads outputs that name a file once, with the lines and columns in rows below it. */
export class BlockReader {
  #file: string | undefined;
  #table = false;

  /** The places of a row, or nothing; `taken` says that no other way of reading the line makes sense. */
  take(text: string): { taken: boolean; locations: Location[] } {
    if (text.trim() === "") return { taken: true, locations: [] };
    const found = this.#file === undefined ? [] : this.#row(this.#file, text);
    if (found.length > 0) return { taken: true, locations: found };
    const taken = this.#header(text);
    if (!taken && (this.#table ? afterTable : afterRows).test(text)) this.#file = undefined;
    return { taken, locations: [] };
  }

  #header(text: string): boolean {
    for (const { pattern, table } of headers) {
      const named = pattern.exec(text)?.groups?.["file"];
      const file = named === undefined ? undefined : headerFile(named);
      if (file === undefined) continue;
      this.#file = file;
      this.#table = table;
      return true;
    }
    return false;
  }

  #row(file: string, text: string): Location[] {
    const list = listed.exec(text)?.groups;
    if (list) return (list["lines"] ?? "").split(", ").flatMap((line) => rowOf(file, { ...list, line }));
    for (const pattern of this.#table ? [numbered] : rows) {
      const groups = pattern.exec(text)?.groups;
      if (groups) return rowOf(file, groups);
    }
    return [];
  }
}

/** Prose that ends in a file's name is no header: with spaces, a path must be absolute. */
function headerFile(text: string): string | undefined {
  return /\s/.test(text) && !/^(?:\/|[A-Za-z]:[\\/])/.test(text) ? undefined : fileOf(text, false);
}

function rowOf(file: string, groups: Record<string, string | undefined>): Location[] {
  const line = positionOf(groups["line"]);
  if (line === undefined) return [];
  const column = positionOf(groups["column"]);
  const severity = severities[(groups["severity"] ?? "").replace(":", "").toLowerCase()];
  return [
    { file, line, ...(column && { column }), ...readMessage(groups["rest"] ?? ""), ...(severity && { severity }) },
  ];
}

const severities: Readonly<Record<string, string>> = {
  "✖": "error",
  "✗": "error",
  "✘": "error",
  "×": "error",
  "⚠": "warning",
  ℹ: "info",
  error: "error",
  warning: "warning",
  info: "info",
  c: "convention",
  w: "warning",
  e: "error",
  f: "fatal",
  r: "refactor",
  i: "info",
};
