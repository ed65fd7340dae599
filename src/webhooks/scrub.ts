import { isSensitiveName } from "./scrub-names.ts";
import { patterns } from "./scrub-patterns.ts";

/** In place of a value whose name says that it is secret. */
const mark = "[secret]";
const cut = "[cut]";
/** Deeper than any sender nests, and far from what would exhaust the stack. */
const maxDepth = 64;
const maxValues = 500_000;
const maxText = 256 * 1024;

/**
 * A copy of parsed JSON without secrets, cookies, authorisation headers, e-mail addresses, card numbers, keys, tokens and
 * the credentials in URLs. Names decide first (`password: …`), then what the texts look like. Commits, UUIDs, stack
 * frames and the structure stay. What is nested or long beyond all reason is cut. Takes time in proportion to the size.
 */
export function scrub(value: unknown): unknown {
  const bounded = copyOf(value, { left: maxValues }, 0);
  const texts: string[] = [];
  mapTexts(bounded, (text) => texts[texts.push(text) - 1] ?? text);
  const clean = scrubAll(texts).values();
  // The same walk over the same value meets the same texts in the same order.
  return mapTexts(bounded, (text) => clean.next().value ?? text);
}

/** The same for one text. */
export function scrubText(text: string): string {
  return scrubAll([wellFormed(text)]).join("");
}

/** Not in any text that gets here, since NULs are taken out; no pattern reaches over it, since it starts with a new line. */
const between = "\n\0\n";

/** All texts in one pass over each pattern: a payload has a thousand texts, most of them short. */
function scrubAll(texts: readonly string[]): string[] {
  const clean = patterns.reduce(applied, texts.join(between)).split(between);
  return clean.length === texts.length ? clean : texts.map((text) => patterns.reduce(applied, text));
}

function applied(text: string, { hint, pattern, replace }: (typeof patterns)[number]): string {
  return hint === undefined || text.includes(hint) ? text.replace(pattern, replace) : text;
}

/** What may still be copied of a payload. */
type Budget = { left: number };

/** A copy that is bounded, well formed, and without what names say is secret. */
function copyOf(value: unknown, budget: Budget, depth: number): unknown {
  budget.left -= 1;
  if (budget.left < 0 || depth > maxDepth) return cut;
  if (typeof value === "string") return wellFormed(value);
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? copyOfList(value, budget, depth) : copyOfFields(value, budget, depth);
}

/** Headers, tags and attributes also come as pairs. */
function copyOfList(list: readonly unknown[], budget: Budget, depth: number): unknown[] {
  const [name, second] = list;
  if (list.length === 2 && isSensitive(name, second)) return [name, mark];
  const copy: unknown[] = [];
  for (const item of list) {
    if (budget.left <= 0) break;
    copy.push(copyOf(item, budget, depth + 1));
  }
  return copy;
}

function copyOfFields(fields: object, budget: Budget, depth: number): object {
  const copy: Record<string, unknown> = {};
  const entries = Object.entries(fields);
  const named = entries.find(([key]) => key === "key" || key === "name")?.[1];
  for (const [key, value] of entries) {
    if (budget.left <= 0) break;
    // Assigned, it would become the prototype of whatever the copy is merged into.
    if (key === "__proto__") continue;
    const isSecret = isSensitive(key, value) || (key === "value" && isSensitive(named, value));
    copy[wellFormed(key)] = isSecret ? mark : copyOf(value, budget, depth + 1);
  }
  return copy;
}

function isSensitive(name: unknown, value: unknown): boolean {
  if (typeof name !== "string" || value === null || value === "" || typeof value === "boolean") return false;
  if (!isSensitiveName(name, typeof value === "number")) return false;
  // Tables of packages and their versions: `secretstorage: 3.3.3`.
  return typeof value !== "string" || !/^v?\d{1,6}(?:\.\d{1,6}){1,3}$/.test(value);
}

/** A bounded value with each of its texts changed, and with each of its names that could hold one. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value === "number") return changedNumber(value, change);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  const mapped: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const name = key.length > 8 && /[@\d]/.test(key) ? change(key) : key;
    mapped[name] = isId(key, field) ? field : mapTexts(field, change);
  }
  return mapped;
}

/** A card number need not be quoted. */
function changedNumber(value: number, change: (text: string) => string): number | string {
  if (value < 1e12) return value;
  const text = change(String(value));
  return text === String(value) ? value : text;
}

/** Sentry's ids are numbers of 16 digits, one in ten of which could be a card's. */
function isId(key: string, value: unknown): boolean {
  if (!/(?:^|[_a-z])(?:id|ids|Id|ID|project)$/.test(key)) return false;
  return typeof value === "number" || (typeof value === "string" && /^\d{1,20}$/.test(value));
}

/** PostgreSQL refuses NULs and lone surrogates in JSON. */
function wellFormed(text: string): string {
  const clean = (text.includes("\0") ? text.replaceAll("\0", "") : text).toWellFormed();
  return clean.length > maxText ? `${clean.slice(0, maxText).toWellFormed()} ${cut}` : clean;
}
