import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { categories } from "./domain/category.ts";
import { UserError } from "./domain/user-error.ts";
import { explainLogStream } from "./triage/log-explanation.ts";
import type { LogExplanation } from "./triage/log-explanation.ts";
import type { Location } from "./triage/tool-location.ts";
import { toolLocations } from "./triage/tool-locations.ts";

/** More than the largest log that GitHub keeps; a small archive can hold far more. */
const maxLog = 1024 * 1024 * 1024;
const maxToolOutput = 4 * 1024 * 1024;

/**
 * `self-heal log explain`: prints the line of a CI log that says what broke, what kind of failure it is, what stands
 * around it, and the places in files that are named there. `file` may be `-` for the standard input, and compressed with
 * gzip. `toolOutput`: only the places, of a tool's plain output. Throws UserError for a file that cannot be read.
 */
export async function explainLogFile(file: string, options: { json: boolean; toolOutput: boolean }): Promise<void> {
  const { json, toolOutput } = options;
  const text = toolOutput ? await locationsText(file, json) : await explanationText(file, json);
  process.stdout.write(`${text}\n`);
}

async function explanationText(file: string, json: boolean): Promise<string> {
  const explanation = await explainLogStream(readText(file, maxLog));
  return json ? JSON.stringify(jsonOf(explanation), undefined, 2) : shown(explanation);
}

async function locationsText(file: string, json: boolean): Promise<string> {
  let text = "";
  for await (const piece of readText(file, maxToolOutput)) text += piece;
  const locations = toolLocations(text);
  if (json) return JSON.stringify({ locations: locations.map(jsonLocation) }, undefined, 2);
  return locations.map(shownLocation).join("\n") || "No place in a file is named.";
}

/** All keys in every object, so that programs need not ask for them. */
function jsonOf({ line, lineNumber, category, excerpt, locations }: LogExplanation): Record<string, unknown> {
  return {
    line: line ?? null,
    lineNumber: lineNumber ?? null,
    category,
    excerpt: excerpt ?? null,
    locations: locations.map(jsonLocation),
  };
}

function jsonLocation({ file, line, column, message, severity }: Location): Record<string, unknown> {
  return { file, line, column: column ?? null, message: message ?? null, severity: severity ?? null };
}

function shown({ line, lineNumber, rule, category, excerpt, locations }: LogExplanation): string {
  const cause =
    line === undefined
      ? "Nothing in this log looks like a cause. These are its last lines."
      : `Line ${lineNumber}: ${line.trim()}\nCategory: ${category} (${categories[category].title}), by rule "${rule}"`;
  const rows = (excerpt?.text.split("\n") ?? []).map((text, at) => {
    const number = (excerpt?.from ?? 1) + at;
    return `${number === lineNumber ? ">" : " "}${String(number).padStart(7)} | ${text}`;
  });
  const places = locations.length > 0 ? `\n\nPlaces named there:\n${locations.map(shownLocation).join("\n")}` : "";
  return `${cause}\n\n${rows.join("\n")}${places}`;
}

function shownLocation({ file, line, column, message, severity }: Location): string {
  const what = [severity, message].filter(Boolean).join(" ");
  return `${file}:${line}${column ? `:${column}` : ""}${what ? `  ${what}` : ""}`;
}

/** The text of a file or of the standard input in pieces, decompressed where it is compressed; no more than `maxBytes`. */
async function* readText(file: string, maxBytes: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let read = 0;
  try {
    for await (const bytes of plain(file === "-" ? process.stdin : createReadStream(file))) {
      const piece = bytes.subarray(0, maxBytes - read);
      read += piece.length;
      yield decoder.decode(piece, { stream: true });
      if (read >= maxBytes) return;
    }
    yield decoder.decode();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${file} cannot be read: ${said}\nName a log as GitHub gives it, or the same compressed with gzip.`,
    );
  }
}

/** Gzip begins with two bytes of its own (RFC 1952). */
async function* plain(input: Readable): AsyncGenerator<Buffer> {
  const pieces = input[Symbol.asyncIterator]();
  const first = await firstBytes(pieces);
  const isGzip = first[0] === 0x1f && first[1] === 0x8b;
  yield* isGzip ? unzipped(joined(first, pieces)) : joined(first, pieces);
}

async function* unzipped(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(pieces);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  for await (const piece of source.pipe(gunzip)) yield toBuffer(piece);
}

async function firstBytes(pieces: AsyncIterator<unknown>): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < 2) {
    const next = await pieces.next();
    if (next.done === true) break;
    bytes = Buffer.concat([bytes, toBuffer(next.value)]);
  }
  return bytes;
}

async function* joined(first: Buffer, pieces: AsyncIterator<unknown>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield toBuffer(next.value);
}

function toBuffer(piece: unknown): Buffer {
  return Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
}
