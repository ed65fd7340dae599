import fc from "fast-check";
import { policyKeys } from "../../src/governance/policy-schema.ts";
import type { Schema } from "../../src/governance/policy-schema.ts";

/** Values that a key's schema allows, small ones mostly. */
function valueOf(schema: Schema, example: unknown = schema.default): fc.Arbitrary<unknown> {
  const { type = "", enum: values, const: only, anyOf } = schema;
  if (anyOf) return fc.oneof(...anyOf.map((one) => valueOf(one, example)));
  if (only !== undefined) return fc.constant(only);
  if (values) return fc.constantFrom(...values);
  const arbitrary = byType[type];
  if (!arbitrary) throw new Error(`no values of the type ${type}`);
  return arbitrary(schema, example);
}

const byType: Record<string, (schema: Schema, example: unknown) => fc.Arbitrary<unknown>> = {
  boolean: () => fc.boolean(),
  integer: ({ minimum = 0, maximum = 1_000 }) =>
    fc.integer({ min: Math.max(1, minimum), max: Math.min(maximum, minimum + 20) }),
  number: ({ maximum = 1_000 }) => fc.integer({ min: 1, max: Math.min(maximum, 60) }),
  array: ({ items = {}, minItems = 0, maxItems = 3 }) =>
    fc.array(valueOf(items), { minLength: minItems, maxLength: Math.min(maxItems, 3) }),
  object: objectOf,
  string: ({ pattern }, example) => {
    if (!pattern) return fc.constantFrom("a", "b", "lint", "src-x");
    return example === undefined ? fc.stringMatching(new RegExp(pattern)) : fc.constant(example);
  },
};

function objectOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  // `fc.record` wants the literal names of required keys; they are only known here.
  const requiredKeys = required as never[];
  return fc.record(Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, valueOf(one)])), {
    requiredKeys,
  });
}

/** Any value that may stand at a dotted key. */
export function policyValue(key: string): fc.Arbitrary<unknown> {
  const schema = policyKeys().find(([known]) => known === key)?.[1];
  if (!schema) throw new Error(`no key ${key}`);
  return valueOf(schema);
}

/** Two days that contradict each other, and names of time zones. */
const leftOut: readonly string[] = ["protection.remindDays", "protection.failDays", "quietHours.timezone"];

/** What a valid policy file may say: some of the keys, nested. What a schema alone cannot judge is left out. */
export const policyGiven: fc.Arbitrary<Record<string, unknown>> = fc
  .record(
    Object.fromEntries(
      policyKeys()
        .filter(([key]) => !leftOut.includes(key))
        .map(([key, schema]) => [key, valueOf(schema)]),
    ),
    { requiredKeys: [] },
  )
  .map(nested);

function nested(flat: Record<string, unknown>): Record<string, unknown> {
  const policy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(flat)) {
    const [section = "", inner] = key.split(".");
    policy[section] = inner === undefined ? value : { ...Object(policy[section]), [inner]: value };
  }
  return policy;
}

/** Keys and sections that a lock may name. */
export const policyLocks: fc.Arbitrary<string[]> = fc.subarray([
  ...new Set(policyKeys().flatMap(([key]) => [key, key.split(".")[0] ?? key])),
]);
