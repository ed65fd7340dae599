import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { Policy } from "../../src/domain/policy.ts";
import { Snapshot } from "../../src/domain/snapshot.ts";
import { decideGate } from "../../src/governance/gate.ts";
import { snapshotSchema } from "../../src/governance/snapshot-schema.ts";
import { decidedAt } from "../support/snapshot.ts";

function document(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8"));
}

test("the published schema is the one of the code", () => {
  expect(document("snapshot.schema.json")).toEqual(JSON.parse(JSON.stringify(snapshotSchema())));
});

test("the worked example is a snapshot, by the code and by the published schema, and is decided as the page says", () => {
  const example = document("snapshot.example.json");
  const validate = new Ajv2020({ strict: false }).compile(snapshotSchema());
  expect({ valid: validate(example), errors: validate.errors }).toEqual({ valid: true, errors: null });
  const decided = decideGate(Snapshot.parse(example), Policy.parse({}), decidedAt);
  expect(decided).toMatchObject({ decision: "pending", approvedBy: ["ann"] });
  const page = readFileSync(new URL("../../docs/snapshot.md", import.meta.url), "utf8");
  expect(page).toContain(decided.summary);
});
