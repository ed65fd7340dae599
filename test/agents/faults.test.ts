import { expect, test } from "vitest";
import { fakeWorkspace } from "../support/fake-workspace.ts";
import type { Fault } from "../support/model-script.ts";
import { answer, bash, setting, task } from "./setting.ts";

const steps = [bash("ls"), bash("npm test"), { final: answer }];

test.each<Fault>([
  { turn: 1, kind: "status", status: 429 },
  { turn: 1, kind: "status", status: 529 },
  { turn: 1, kind: "status", status: 503 },
  { turn: 1, kind: "overloaded" },
  { turn: 1, kind: "eof" },
  { turn: 1, kind: "reset" },
  { turn: 2, kind: "eof" },
  { turn: 0, kind: "reset" },
])("gets over $kind $status at turn $turn, without running anything twice", async (fault) => {
  const workspace = fakeWorkspace();
  const { engine, model, waits } = await setting(steps, { faults: [fault] });
  expect(await engine.attempt(task({ workspace }))).toMatchObject({
    kind: "done",
    report: { title: "Guard against a missing price" },
    ledger: { turns: 3 },
  });
  expect(workspace.calls.map(({ input }) => input)).toEqual([{ command: "ls" }, { command: "npm test" }]);
  expect(waits).toEqual([1_000]);
  expect(model.failures).toEqual([]);
  const [first, second] = model.requests.filter(({ turn }) => turn === fault.turn);
  expect(second?.body).toEqual(first?.body);
});

test("pays for a reply that was cut", async () => {
  const whole = await setting(steps);
  const cut = await setting(steps, { faults: [{ turn: 2, kind: "eof", times: 3 }] });
  const { ledger } = await cut.engine.attempt(task());
  expect(ledger.cacheReadTokens).toBeGreaterThan((await whole.engine.attempt(task())).ledger.cacheReadTokens * 1.5);
});

test("waits as long as it is asked to, longer each time otherwise", async () => {
  const faults: Fault[] = [
    { turn: 0, kind: "status", status: 429, retryAfter: "7" },
    { turn: 1, kind: "status", status: 529, times: 4 },
  ];
  const { engine, waits } = await setting(steps, { faults });
  await engine.attempt(task());
  expect(waits).toEqual([7_000, 1_000, 2_000, 4_000, 8_000]);
});

test("gives up when a minute of waiting did not help", async () => {
  const { engine, waits } = await setting(steps, { faults: [{ turn: 1, kind: "overloaded", times: 99 }] });
  expect(await engine.attempt(task())).toMatchObject({
    kind: "none",
    reason: "model-unavailable",
    note: expect.stringContaining("Overloaded"),
    ledger: { turns: 1 },
  });
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(60_000);
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 16_000]);
});

test("does not sleep through a rate limit that takes longer than a minute", async () => {
  const { engine, waits } = await setting(steps, {
    faults: [{ turn: 1, kind: "status", status: 429, retryAfter: "3600" }],
  });
  expect(await engine.attempt(task())).toMatchObject({ kind: "none", reason: "model-unavailable" });
  expect(waits).toEqual([]);
});

test.each([
  [401, "ANTHROPIC_API_KEY"],
  [403, "ANTHROPIC_API_KEY"],
  [404, "SELF_HEAL_MODEL"],
  [400, "as the test asked"],
])("does not repeat a request that was refused with %i, and says what to look at", async (status, hint) => {
  const { engine, model } = await setting(steps, { faults: [{ turn: 0, kind: "status", status }] });
  expect(await engine.attempt(task())).toMatchObject({
    kind: "none",
    reason: "model-unavailable",
    note: expect.stringContaining(hint),
  });
  expect(model.requests).toHaveLength(1);
});

test("a refusal ends the attempt", async () => {
  const { engine } = await setting(steps, { faults: [{ turn: 1, kind: "refusal" }] });
  expect(await engine.attempt(task())).toMatchObject({ kind: "none", reason: "model-refused" });
});

test("a reply that did not fit is asked for again with more room, never used", async () => {
  const { engine, model } = await setting(steps, { faults: [{ turn: 2, kind: "truncated" }] });
  expect(await engine.attempt(task())).toMatchObject({
    kind: "done",
    report: { unchecked: "nothing" },
  });
  expect(model.requests.map(({ body }) => body.max_tokens)).toEqual([16_000, 16_000, 16_000, 32_000]);
});

test("a reply that never fits ends the attempt", async () => {
  const { engine } = await setting(steps, { faults: [{ turn: 1, kind: "truncated", times: 9 }] });
  expect(await engine.attempt(task())).toMatchObject({
    kind: "none",
    reason: "stuck",
    note: expect.stringContaining("64000 tokens"),
  });
});
