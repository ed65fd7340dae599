import { expect, test } from "vitest";
import { categories } from "../../src/domain/category.ts";
import type { Category } from "../../src/domain/category.ts";
import { isRerunnable } from "../../src/triage/category.ts";

// Object.keys loses the literal type.
const all = Object.keys(categories) as Category[];

test("what a second run may cure is run again, and nothing else", () => {
  expect(all.filter(isRerunnable)).toEqual([
    "test-deterministic",
    "flaky",
    "network-external",
    "infra-runner",
    "timeout",
  ]);
});

test("no code is written for what code cannot fix", () => {
  expect(all.filter((category) => categories[category].code === "no")).toEqual([
    "flaky",
    "network-external",
    "infra-runner",
    "auth-permission",
    "cancelled",
  ]);
});
