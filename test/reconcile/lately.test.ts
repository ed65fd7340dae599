import { expect, test } from "vitest";
import { lately } from "../../src/reconcile/lately.ts";

test("what was read lately is shared by all who ask, also while it is being read", async () => {
  const reader = {};
  let reads = 0;
  const ask = async (now: number, maxAgeMs = 60, key = "rules"): Promise<number> =>
    lately(reader, key, { maxAgeMs, now }, async () => Promise.resolve((reads += 1)));
  expect(await Promise.all([ask(0), ask(0), ask(59)])).toEqual([1, 1, 1]);
  expect(await ask(60)).toBe(2);
  expect(await ask(60, 0)).toBe(3);
  expect(await ask(61)).toBe(3);
  expect(await ask(61, 60, "policy")).toBe(4);
  expect(await lately({}, "rules", { maxAgeMs: 60, now: 61 }, async () => Promise.resolve(9))).toBe(9);
});

test("a failure is not kept", async () => {
  const reader = {};
  const age = { maxAgeMs: 60, now: 0 };
  await expect(lately(reader, "rules", age, async () => Promise.reject(new Error("down")))).rejects.toThrow("down");
  expect(await lately(reader, "rules", age, async () => Promise.resolve(1))).toBe(1);
});
