import * as z from "zod";
import { Policy } from "../../src/domain/policy.ts";

type Schema = {
  type?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
};

/** The README's policy reference, from the schema: one row per key, in the order of the schema. */
export function policyTable(): string {
  // A JSON Schema of an object; zod types it as anything that JSON Schema may be.
  const schema = z.toJSONSchema(Policy, { io: "input" }) as Schema;
  const rows = keys(schema).map(
    ([key, one]) => `| \`${key}\` | ${typeOf(one)} | ${defaultOf(one)} | ${one.description ?? ""} |`,
  );
  return ["| key | value | default | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function keys({ properties = {} }: Schema, prefix = ""): [string, Schema][] {
  return Object.entries(properties).flatMap(([name, one]) =>
    one.properties ? keys(one, `${prefix}${name}.`) : [[`${prefix}${name}`, one] as [string, Schema]],
  );
}

function typeOf({ type, enum: values, items, minimum, maximum }: Schema): string {
  if (values) return values.map((value) => `\`${String(value)}\``).join(" or ");
  if (type === "array") return `list of ${items?.type ?? "value"}s`;
  return minimum === undefined || maximum === undefined ? String(type) : `${type}, ${minimum} to ${maximum}`;
}

function defaultOf({ default: value }: Schema): string {
  if (value === undefined) return "detected";
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one) => `\`${typeof one === "string" ? one : JSON.stringify(one)}\``).join(", ");
}
