import { policyKeys } from "../../src/governance/policy-schema.ts";
import type { Schema } from "../../src/governance/policy-schema.ts";

/** The README's policy reference, from the schema: one row per key, in the order of the schema. */
export function policyTable(): string {
  const rows = policyKeys().map(
    ([key, one]) => `| \`${key}\` | ${typeOf(one)} | ${defaultOf(one)} | ${one.description ?? ""} |`,
  );
  return ["| key | value | default | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function typeOf(schema: Schema): string {
  const { type = "", enum: values, const: only, anyOf } = schema;
  if (anyOf) return anyOf.map(typeOf).join(" or ");
  if (only !== undefined) return code(only);
  if (values?.includes("none") && values.includes("admin")) return "a role, `none` to `admin`";
  if (values) return values.map(code).join(" or ");
  return words[type]?.(schema) ?? type;
}

const words: Record<string, (schema: Schema) => string> = {
  boolean: () => "`true` or `false`",
  string: () => "text",
  array: ({ items }) => `list of ${items?.properties ? `\`${shape(items)}\`` : "texts"}`,
  integer: (schema) => `whole number${range(schema)}`,
  number: (schema) => `number${range(schema)}`,
};

function range({ minimum, maximum }: Schema): string {
  return minimum === undefined || maximum === undefined ? "" : `, ${minimum} to ${maximum}`;
}

/** `{name, app?}`: optional keys are marked. */
function shape({ properties = {}, required = [] }: Schema): string {
  const names = Object.keys(properties).map((name) => (required.includes(name) ? name : `${name}?`));
  return `{${names.join(", ")}}`;
}

function defaultOf({ default: value, description = "" }: Schema): string {
  if (value === undefined) return description.includes("Detected when absent") ? "detected" : "see meaning";
  if (!Array.isArray(value)) return code(value);
  return value.length === 0 ? "none" : value.map(code).join(", ");
}

function code(value: unknown): string {
  if (typeof value === "string") return `\`${value}\``;
  if (typeof value !== "object" || value === null) return `\`${JSON.stringify(value)}\``;
  const parts = Object.entries(value).map(([key, one]) => `${key}: ${String(one)}`);
  return `\`{${parts.join(", ")}}\``;
}
