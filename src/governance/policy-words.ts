import type { Schema } from "./policy-schema.ts";

/** What a value may be, in words: `a whole number from 1 to 10`, `` `squash` or `merge` ``. Markdown. */
export function expectedValue(schema: Schema | undefined, example: unknown = schema?.default): string {
  if (!schema) return "something else";
  if (schema.anyOf) return schema.anyOf.map((one) => expectedValue(one, example)).join(" or ");
  if (schema.enum) return schema.enum.map(code).join(" or ");
  if (schema.const !== undefined) return code(schema.const);
  return words[schema.type ?? ""]?.(schema, example) ?? "a value";
}

const words: Record<string, (schema: Schema, example: unknown) => string> = {
  boolean: () => "`true` or `false`",
  integer: (schema) => `a whole number${range(schema)}`,
  number: (schema) => `a number${range(schema)}`,
  object: ({ properties = {} }) =>
    `a mapping with the keys ${Object.keys(properties)
      .map((key) => code(key))
      .join(", ")}`,
  string: ({ pattern, maxLength }, example) => {
    if (pattern !== undefined) return typeof example === "string" ? `a text like ${code(example)}` : "a text";
    return maxLength === undefined ? "a text" : `a text of at most ${grouped(maxLength)} characters`;
  },
  array: ({ items, minItems = 0, maxItems }) => {
    const size = maxItems === undefined ? "" : `, ${minItems > 0 ? `${minItems} to` : "at most"} ${maxItems}`;
    return `a list${items ? ` (each ${expectedValue(items)}${size})` : ""}`;
  },
};

/** zod gives whole numbers without a limit the largest that JavaScript counts exactly. */
function range({ minimum, maximum }: Schema): string {
  const least = minimum === undefined ? "" : ` from ${grouped(minimum)}`;
  return maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? least : `${least} to ${grouped(maximum)}`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

/** A value as it may be quoted in a sentence: short, on one line. Big structures are only named. */
export function foundValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
