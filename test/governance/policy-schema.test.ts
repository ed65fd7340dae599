import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { Policy } from "../../src/domain/policy.ts";
import { parsePolicy } from "../../src/governance/parse-policy.ts";
import { policyHash } from "../../src/governance/policy-hash.ts";
import { policyKeys, policySchema } from "../../src/governance/policy-schema.ts";
import { policyGiven } from "../support/policy-arbitrary.ts";

const root = join(import.meta.dirname, "../..");
const shipped = (name: string): string => readFileSync(join(root, name), "utf8");
const ajv = new Ajv({ strict: true, allowUnionTypes: true, validateSchema: true });

test("the shipped schema is the code's (npm run --silent self-heal -- policy schema > self-heal.schema.json)", () => {
  expect(JSON.parse(shipped("self-heal.schema.json"))).toEqual(policySchema());
});

test("the shipped defaults are the code's", () => {
  const text = shipped("defaults.yml");
  expect(Policy.parse(parse(text))).toEqual(Policy.parse({}));
  const parsed = parsePolicy(text);
  expect(parsed).toMatchObject({ ok: true, policy: Policy.parse({}) });
  const missing = policyKeys().filter(([key]) => !new RegExp(`^ *(# )?${key.split(".").at(-1)}:`, "m").test(text));
  expect(missing).toEqual([]);
});

test("every key is described, for editors and for the reference", () => {
  expect(policyKeys().filter(([, { description }]) => !description)).toEqual([]);
});

test("the schema takes what the parser takes", () => {
  const validate = ajv.compile(policySchema());
  fc.assert(
    fc.property(policyGiven, (given) => {
      expect([validate(given), validate.errors]).toEqual([true, null]);
      expect(parsePolicy(stringify(given))).toMatchObject({ ok: true });
    }),
    { numRuns: 200 },
  );
});

test.each([
  { enabeld: true },
  { gate: { approvals: 0 } },
  { gate: { tiers: [{ name: "a" }] } },
  { protection: { workflow: "ci.yml" } },
  { labels: [] },
  { mode: "auto" },
  { _extends: "a b" },
])("the schema refuses what the parser refuses: %j", (given) => {
  const validate = ajv.compile({
    ...policySchema(),
    $id: `urn:${JSON.stringify(given).length}:${Object.keys(given)[0]}`,
  });
  expect(validate(given)).toBe(false);
  expect(parsePolicy(stringify(given)).ok).toBe(false);
});

test("two policies that say the same have one hash, whatever the order of their keys", () => {
  const one = Policy.parse({ gate: { approvals: 2, role: "admin" }, merge: "auto" });
  const other = Policy.parse({ merge: "auto", gate: { role: "admin", approvals: 2 } });
  expect(policyHash(one)).toBe(policyHash(other));
  expect(policyHash(one)).toMatch(/^[0-9a-f]{64}$/);
  expect(policyHash(one)).not.toBe(policyHash(Policy.parse({ gate: { approvals: 3, role: "admin" }, merge: "auto" })));
});
