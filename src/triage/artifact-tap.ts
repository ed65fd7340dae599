import { parseDocument } from "yaml";
import { cutFailure, maxFailures, maxReport, reportOf } from "./artifact-failure.ts";
import type { Failure, Report } from "./artifact-failure.ts";
import { fileOf, positionOf } from "./tool-location.ts";
import { toolLocations } from "./tool-locations.ts";

const result = /^(\s{0,40})not ok\b(?: (\d{1,9}))?(?: -)?\s{0,10}(.{0,1000})/;
const directive = /(?:^|[^\\])#\s{0,5}(?:TODO|SKIP)/i;
const bail = /^\s{0,40}Bail out!\s{0,10}(.{0,1000})/;
const maxYaml = 20_000;

const empty = { indent: "", inside: false };

type Open = { indent: string; failure: Failure; yaml: string[]; inside: boolean };

/**
 * Reads the Test Anything Protocol, versions 13 and 14: every `not ok` with the YAML below it. Expected failures (`TODO`),
 * skipped tests, and a parent that fails only because a subtest did are left out.
 */
export function readTap(text: string): Report {
  const found: { indent: number; failure: Failure }[] = [];
  let open: Open | undefined;
  for (const line of text.slice(0, maxReport).split(/\r?\n/)) {
    if (open && continues(open, line)) continue;
    if (open) found.push(finished(open));
    open = opened(line);
    if (found.length > maxFailures) break;
  }
  if (open) found.push(finished(open));
  // A parent is reported after its subtests, one level less indented.
  const leaves = found.filter(({ indent }, at) => !(at > 0 && (found[at - 1]?.indent ?? 0) > indent));
  return reportOf(
    "test-deterministic",
    leaves.map(({ failure }) => failure),
  );
}

function opened(whole: string): Open | undefined {
  const line = whole.slice(0, 2_000);
  const found = result.exec(line);
  const reason = bail.exec(line)?.[1];
  if (reason !== undefined) return { ...empty, failure: { name: "Bail out!", message: reason, detail: "" }, yaml: [] };
  if (!found || directive.test(line)) return undefined;
  const [, indent = "", number = "", name = ""] = found;
  return {
    indent,
    failure: { name: name.trim() || `test ${number}`, message: "", detail: "" },
    yaml: [],
    inside: false,
  };
}

/** Takes a line of the YAML block: `---` and `...` around it, indented more than the result. */
function continues(open: Open, line: string): boolean {
  if (!open.inside) {
    open.inside = line.trim() === "---" && line.startsWith(`${open.indent} `);
    return open.inside;
  }
  if (line.trim() === "..." || !(line.startsWith(`${open.indent} `) || line.trim() === "")) {
    open.inside = false;
    return line.trim() === "...";
  }
  if (open.yaml.length < 2_000) open.yaml.push(line);
  return true;
}

function finished({ indent, failure, yaml }: Open): { indent: number; failure: Failure } {
  const detail = dedented(yaml).slice(0, maxYaml);
  const given = fieldsOf(detail);
  const place = placeOf(given) ?? toolLocations(detail)[0];
  const message = textOf(given["message"] ?? given["error"] ?? given["reason"]) || failure.message;
  return {
    indent: indent.length,
    failure: cutFailure({ ...failure, message, detail, ...(place && { file: place.file, line: place.line }) }),
  };
}

/** `at: {file, line}` (node-tap), `location: 'file:line:column'` (node:test), `file` and `line` (others). */
function placeOf(given: Record<string, unknown>): { file: string; line: number } | undefined {
  const at = isRecord(given["at"]) ? given["at"] : given;
  const file = fileOf(textOf(at["file"] ?? at["fileName"]), true);
  const line = positionOf(at["line"] ?? at["lineNumber"]);
  if (file !== undefined && line !== undefined) return { file, line };
  return toolLocations([textOf(given["location"]), textOf(given["at"])].join("\n"))[0];
}

/** No aliases: a small block that names another many times would not stay small. */
function fieldsOf(yaml: string): Record<string, unknown> {
  if (yaml === "") return {};
  try {
    const value: unknown = parseDocument(yaml, { logLevel: "silent" }).toJS({ maxAliasCount: 0 });
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function dedented(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length);
  const indent = indents.reduce((least, each) => Math.min(least, each), Infinity);
  return lines.map((line) => line.slice(Number.isFinite(indent) ? indent : 0)).join("\n");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
