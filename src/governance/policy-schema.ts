import * as z from "zod";
import { Policy } from "../domain/policy.ts";

/** The keys of a policy file that are not rules: they say how files are put together. */
const PolicyFile = Policy.extend({
  _extends: z
    .string()
    .regex(
      /^(?:[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}\/)?[-_.\w]{1,100}(?::[-_./\w]{1,300}\.ya?ml)?$/i,
      "expected REPOSITORY, OWNER/REPOSITORY or OWNER/REPOSITORY:PATH.yml",
    )
    .optional()
    .describe(
      "Another repository's file that this one builds on: `repo`, `owner/repo` or `owner/repo:path.yml`. Objects are merged key by key; lists are replaced.",
    ),
  locked: z
    .array(z.string().min(1).max(100))
    .max(100)
    .optional()
    .describe(
      "Keys (`gate.approvals`) or sections (`gate`) that a repository may tighten but not loosen. Counts only in the organisation's file.",
    ),
});

/** A policy file as it may be written. Parsing it checks the shape only; see `parsePolicy` for the rest. */
export const policyFile: typeof PolicyFile = PolicyFile;

/** The part of JSON Schema that a policy's schema is made of. */
export type Schema = {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
};

const schema = {
  ...z.toJSONSchema(PolicyFile, { io: "input", target: "draft-7" }),
  $id: "urn:self-heal:policy",
  title: "Self-Heal policy",
  description:
    "The rules of a repository (.github/self-heal.yml) or of an organisation (self-heal.yml in its .github).",
};

/** The JSON Schema (draft 7, which editors know best) of a policy file. Shipped as `self-heal.schema.json`. */
export function policySchema(): object {
  return structuredClone(schema);
}

/** What the schema says about the value at a path; list positions lead to the list's items. */
export function schemaAt(path: readonly PropertyKey[]): Schema | undefined {
  // zod types its JSON Schema as anything that JSON Schema may be; `Schema` is the part that a policy uses.
  let found: Schema | undefined = schema as Schema;
  for (const part of path) {
    const { properties = {}, items }: Schema = found ?? {};
    found = typeof part === "string" && Object.hasOwn(properties, part) ? properties[part] : items;
  }
  return found;
}

/** Every rule of a policy as a dotted key with its schema, in the order of the reference. Lists are one rule. */
export function policyKeys(): [key: string, schema: Schema][] {
  const { properties = {} } = schemaAt([]) ?? {};
  return leaves(properties).filter(([key]) => key !== "_extends" && key !== "locked");
}

function leaves(properties: Record<string, Schema>, prefix = ""): [string, Schema][] {
  return Object.entries(properties).flatMap(([name, one]) =>
    one.properties ? leaves(one.properties, `${prefix}${name}.`) : [[`${prefix}${name}`, one] as [string, Schema]],
  );
}
