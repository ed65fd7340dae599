import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ToolResult } from "../../src/sandbox/sandbox.ts";
import { fakeWorkspace } from "../support/fake-workspace.ts";
import { answer, bash, setting, task } from "./setting.ts";

/** A bash that tells when it was called and never comes back, not even when aborted. */
function hangingBash(): { called: Promise<void>; bash: () => Promise<ToolResult> } {
  const { promise: called, resolve } = Promise.withResolvers<void>();
  return {
    called,
    bash: async () => {
      resolve();
      return new Promise<ToolResult>(() => {});
    },
  };
}

const stop = new Error("the worker shuts down");

test("an abort during a tool call ends the attempt at once with the abort's reason", async () => {
  const { called, bash: hang } = hangingBash();
  const workspace = fakeWorkspace({ tools: { bash: hang } });
  const { engine } = await setting([bash("sleep"), { final: answer }]);
  const abort = new AbortController();
  const attempt = engine.attempt(task({ workspace, signalAbort: abort.signal }));
  await called;
  abort.abort(stop);
  await expect(attempt).rejects.toBe(stop);
  expect(workspace.open()).toBe(0);
});

test("an abort in the middle of a reply does the same", async () => {
  const abort = new AbortController();
  const { engine, model } = await setting([{ final: answer }], { faults: [{ turn: 0, kind: "hang" }] });
  const attempt = engine.attempt(task({ signalAbort: abort.signal }));
  await expect.poll(() => model.requests.length).toBe(1);
  abort.abort(stop);
  await expect(attempt).rejects.toBe(stop);
});

test("an abort while waiting to try again does the same", async () => {
  const abort = new AbortController();
  const { engine } = await setting([{ final: answer }], {
    faults: [{ turn: 0, kind: "overloaded" }],
    sleep: async (ms, signal) => {
      abort.abort(stop);
      await setTimeout(ms, undefined, { signal });
    },
  });
  await expect(engine.attempt(task({ signalAbort: abort.signal }))).rejects.toBe(stop);
});

test("an attempt that was aborted before it began asks the model nothing", async () => {
  const { engine, model } = await setting([{ final: answer }]);
  await expect(engine.attempt(task({ signalAbort: AbortSignal.abort(stop) }))).rejects.toBe(stop);
  expect(model.requests).toEqual([]);
});

test.each(["tool call", "reply"])("the wall time ends a %s that takes too long", async (what) => {
  const workspace = fakeWorkspace(what === "reply" ? {} : { tools: { bash: hangingBash().bash } });
  const { engine } = await setting([bash("sleep"), { final: answer }], {
    faults: what === "reply" ? [{ turn: 1, kind: "hang" }] : [],
  });
  expect(await engine.attempt(task({ workspace, limits: { minutes: 0.005 } }))).toMatchObject({
    kind: "none",
    reason: "timeout",
    note: expect.stringContaining("0.005 minutes"),
    ledger: { turns: 1 },
  });
  expect(workspace.open()).toBe(0);
});
