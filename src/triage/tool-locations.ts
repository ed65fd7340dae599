import { readLogLine } from "./log-line.ts";
import { BlockReader } from "./tool-blocks.ts";
import { jsonLocations } from "./tool-json.ts";
import { readToolLine } from "./tool-lines.ts";
import type { Location } from "./tool-location.ts";
import { xmlLocations } from "./tool-xml.ts";

const maxText = 4 * 1024 * 1024;
const maxJsonLine = 256 * 1024;
const maxLocations = 5_000;

/**
 * The places that a tool's output names: one-line forms, rows below a file's name, JSON and XML reports. At most 5,000
 * from the first 4 MB, each once, in their order.
 */
export function toolLocations(output: string): Location[] {
  const text = output.slice(0, maxText);
  const found = reportLocations(text) ?? textLocations(text);
  const seen = new Map(
    found.map((location) => [`${location.file}\n${location.line}\n${location.column}\n${location.message}`, location]),
  );
  return [...seen.values()].slice(0, maxLocations);
}

/** A report is JSON or XML, maybe below what a package manager prints first. */
function reportLocations(text: string): Location[] | undefined {
  const start = /^\uFEFF?\s*(?:<\?xml\s|<[a-zA-Z][\w.:-]{0,60}[\s>])/.exec(text);
  if (start) {
    const found = xmlLocations(text.replace(/^\uFEFF/, "").trim(), maxLocations);
    return found.length > 0 ? found : undefined;
  }
  const json = /^[[{]/m.exec(text);
  const value = json && parsed(text.slice(json.index));
  return value === undefined || value === null ? undefined : jsonLocations(value, maxLocations);
}

function textLocations(text: string): Location[] {
  const blocks = new BlockReader();
  const found: Location[] = [];
  const lines = text.split("\n");
  let pointed = false;
  for (const [at, raw] of lines.entries()) {
    if (found.length >= maxLocations) break;
    const isSource = pointed && isPointer(lines[at + 1] ?? "");
    pointed = false;
    if (isSource) continue;
    const more = lineLocations(raw, blocks);
    pointed = more.length > 0;
    found.push(...more);
  }
  return found;
}

function lineLocations(raw: string, blocks: BlockReader): Location[] {
  if (/^\s*[[{]/.test(raw) && raw.length <= maxJsonLine) {
    const value = parsed(raw);
    if (value !== undefined) return jsonLocations(value, maxLocations);
  }
  const { text } = readLogLine(raw);
  const { taken, locations } = blocks.take(text);
  if (taken) return locations;
  const location = readToolLine(text.replace(/^##\[\w{1,20}\]/, ""));
  return location ? [location] : [];
}

/** A tool that shows the source below its message marks the place in the line after it. */
function isPointer(line: string): boolean {
  return /^[\s|]*[\^~]{1,400}[\^~\s]*$/.test(line.slice(0, 2_000));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
