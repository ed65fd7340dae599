import { clip } from "./clip.ts";

/** The fields of something that claims to be a JSON object; none for anything else. */
export type Fields = Readonly<Record<string, unknown>>;

/** Copied without a prototype, so that `__proto__` and `constructor` are names like any other. */
export function fieldsOf(value: unknown): Fields {
  const fields: Record<string, unknown> = Object.create(null);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fields;
  for (const [name, field] of Object.entries(value)) fields[name] = field;
  return fields;
}

/** The fields of what lies under each name in turn. */
export function inside(value: unknown, ...path: readonly string[]): Fields {
  return path.reduce((fields, name) => fieldsOf(fields[name]), fieldsOf(value));
}

export function listOf(value: unknown, max: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, max) : [];
}

/** The first of the values that says something, as a text of at most `max` characters. Numbers count as their digits. */
export function textOf(max: number, ...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const text = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
    if (typeof text !== "string") continue;
    const clean = clip(text.trim(), max);
    if (clean !== "") return clean;
  }
  return undefined;
}

/** What the sender calls the place it comes from, as the configuration can name it; empty where it does not say. */
export function projectNamed(...values: readonly unknown[]): string {
  return textOf(300, ...values) ?? "";
}

/** What a template wrote; absent where it wrote the word of its language for nothing. */
export function filled(value: unknown): unknown {
  return typeof value === "string" && /^\s*(?:none|null|nil|undefined)?\s*$/i.test(value) ? undefined : value;
}

/** A line or column: a whole number above 0, also as a text. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

const earliest = Date.UTC(2000, 0, 1);

/**
 * UTC milliseconds of a time in ISO 8601 or in seconds, milliseconds, microseconds or nanoseconds since 1970.
 * What is absurd, or later than its arrival, gives the time of the arrival.
 */
export function timeOf(value: unknown, arrival: number): number {
  const given = typeof value === "string" && /^\d{9,20}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value;
  const at = typeof given === "number" ? milliseconds(given) : Date.parse(typeof given === "string" ? given : "");
  return Number.isFinite(at) && at >= earliest && at <= arrival ? Math.round(at) : arrival;
}

/** The unit follows from the size: 1e11 seconds is the year 5138, 1e11 milliseconds is 1973. */
function milliseconds(since: number): number {
  if (since < 1e11) return since * 1_000;
  if (since < 1e14) return since;
  return since < 1e17 ? since / 1e3 : since / 1e6;
}

/** A commit that a release names: the whole of it (`<sha>`), or what it is built from (`api@1.4.2+<sha>`, `1.4.2-<sha>`). */
export function commitOf(release: string | undefined): string | undefined {
  // A shorter id could be fetched by nothing that checks what it gets.
  const [, sha] = /(?:^|[@+._/-])([0-9a-f]{40})$/i.exec(release?.slice(0, 500) ?? "") ?? [];
  return sha?.toLowerCase();
}
