import { expect, test } from "vitest";
import { withBreakpoints } from "../../src/agents/breakpoints.ts";
import type { BlockMessage } from "../../src/agents/breakpoints.ts";
import { benchModel } from "../bench/model.ts";
import { blocksOf } from "../support/model-request.ts";
import type { Model } from "../support/model.ts";
import { answer, bash, setting, task } from "./setting.ts";

/** Where the marks of each request are, counted in blocks from the start of the messages. */
function marks({ requests }: Model): number[][] {
  return requests.map(({ body }) =>
    body.messages.flatMap(blocksOf).flatMap((block, index) => (block.cache_control ? [index] : [])),
  );
}

test("over 20 turns at least 85 % of the input is read from the cache", async () => {
  const { cacheReadShare } = await benchModel();
  expect(cacheReadShare).toBeGreaterThanOrEqual(0.85);
  expect(cacheReadShare).toBeLessThan(1);
});

test("breakpoints only move forward, and each request reads what the one before wrote", async () => {
  const steps = [...Array.from({ length: 6 }, (_, at) => bash(`echo ${at}`)), { final: answer }];
  const { engine, model } = await setting(steps);
  await engine.attempt(task());
  expect(marks(model)).toEqual([[0], [0, 2], [2, 4], [4, 6], [6, 8], [8, 10], [10, 12]]);
  const usages = model.requests.flatMap(({ usage }) => (usage ? [usage] : []));
  const kept = usages.map((usage) => usage.cache_read_input_tokens + usage.cache_creation_input_tokens);
  expect(usages.map((usage) => usage.cache_read_input_tokens)).toEqual([0, ...kept.slice(0, -1)]);
});

test("a retry, a nudge and a reminder of the format do not cost the cache", async () => {
  const same = Array.from({ length: 3 }, () => ({ calls: [{ tool: "read" as const, input: { file_path: "no" } }] }));
  const { engine, model } = await setting([...same, bash("ls"), { final: "Done." }, { final: answer }], {
    faults: [{ turn: 2, kind: "eof" }],
  });
  await engine.attempt(task());
  const later = model.requests.slice(1).map(({ usage }) => usage?.cache_creation_input_tokens ?? Infinity);
  expect(model.requests).toHaveLength(7);
  expect(Math.max(...later)).toBeLessThan(400);
});

test("a second attempt of another incident reads the whole system prompt from the cache", async () => {
  const { engine, model } = await setting([{ final: answer }]);
  await engine.attempt(task());
  await engine.attempt(task({ incident: "other123" }));
  const [first, second] = model.requests.map(({ usage }) => usage);
  expect(first?.cache_read_input_tokens).toBe(0);
  expect(second?.cache_read_input_tokens).toBeGreaterThan(1_024);
});

test("a mark is put on a copy, so that no message is ever rewritten", () => {
  const messages: BlockMessage[] = [{ role: "user", content: [{ type: "text", text: "a" }] }];
  expect(withBreakpoints(messages)[0]).toHaveProperty("content.0.cache_control");
  expect(messages[0]).not.toHaveProperty("content.0.cache_control");
});
