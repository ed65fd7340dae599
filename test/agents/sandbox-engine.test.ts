import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createSandboxEngine } from "../../src/agents/sandbox-engine.ts";
import { fakeWorkspace } from "../support/fake-workspace.ts";
import { blocksOf } from "../support/model-request.ts";
import { answer, apiKey, bash, call, setting, task } from "./setting.ts";

const quiet = { debug: () => {}, info: () => {}, warn: () => {} };

test("works on the files through the six tools and reports what the model says", async () => {
  const workspace = fakeWorkspace({ files: { "src/price.js": "return item.price;" } });
  const { engine, model } = await setting([
    { say: "I look.", calls: [call("grep", { pattern: "price" }), call("read", { file_path: "src/price.js" })] },
    {
      calls: [call("edit", { file_path: "src/price.js", old_string: "item.price", new_string: "item?.price" })],
      expect: /src\/price\.js:1:return item\.price;\nreturn item\.price;/,
    },
    { final: answer, expect: /edited src\/price\.js/ },
  ]);
  const attempt = await engine.attempt(task({ workspace }));
  expect(model.failures).toEqual([]);
  expect(attempt).toMatchObject({
    kind: "done",
    report: {
      title: "Guard against a missing price",
      rootCause: "r",
      changes: "c",
      unchecked: "nothing",
    },
    ledger: { model: "claude-sonnet-5-5", turns: 3 },
  });
  expect(workspace.files.get("src/price.js")).toBe("return item?.price;");
  expect(workspace.open()).toBe(0);
  expect(workspace.options).toEqual([{ maxOutputChars: 30_000, bashTimeoutMs: 600_000 }]);
});

test("offers exactly the six tools, in full requests without a server-side thread", async () => {
  const { engine, model } = await setting([bash("ls"), { final: answer }]);
  await engine.attempt(task());
  const names = model.requests.map(({ body }) => body.tools?.map(({ name }) => name));
  expect(names).toEqual([1, 2].map(() => ["bash", "read", "write", "edit", "glob", "grep"]));
  expect(model.requests.map(({ body }) => body.messages.length)).toEqual([1, 3]);
  expect(model.requests.every(({ body }) => body.stream === true)).toBe(true);
});

test("runs the calls of one reply one after the other, in the order the model wrote them", async () => {
  const order: string[] = [];
  const { promise: written, resolve } = Promise.withResolvers<void>();
  const workspace = fakeWorkspace({
    tools: {
      write: async () => {
        setTimeout(resolve, 20);
        await written;
        order.push("write");
        return { text: "wrote", isError: false };
      },
      bash: () => {
        order.push("bash");
        return { text: "ok", isError: false };
      },
    },
  });
  const { engine } = await setting([
    { calls: [call("write", { file_path: "a", content: "b" }), call("bash", { command: "cat a" })] },
    { final: answer },
  ]);
  await engine.attempt(task({ workspace }));
  expect(order).toEqual(["write", "bash"]);
});

test("a failing tool is the model's to deal with", async () => {
  const { engine, model } = await setting([
    { calls: [call("read", { file_path: "nowhere.js" })] },
    { final: answer, expect: /nowhere\.js: no such file/ },
  ]);
  expect(await engine.attempt(task())).toMatchObject({ kind: "done" });
  const last = model.requests[1]?.body.messages[2];
  expect(last && blocksOf(last)[0]).toMatchObject({ type: "tool_result", is_error: true });
});

test("a broken sandbox is thrown, not shown to the model", async () => {
  const workspace = fakeWorkspace({
    tools: {
      bash: () => {
        throw new Error("the tool server died");
      },
    },
  });
  const { engine, model } = await setting([bash("ls"), { final: answer }]);
  await expect(engine.attempt(task({ workspace }))).rejects.toThrow("the tool server died");
  expect(model.requests).toHaveLength(1);
  expect(workspace.open()).toBe(0);
});

test("ends at once when the tools inside the sandbox are gone", async () => {
  const text = "tools are not available: the tool server ended";
  const workspace = fakeWorkspace({ tools: { bash: () => ({ text, isError: true }) } });
  const { engine, model } = await setting([bash("kill -9 -1"), { final: answer }]);
  expect(await engine.attempt(task({ workspace }))).toMatchObject({ kind: "none", reason: "internal", note: text });
  expect(model.requests).toHaveLength(1);
});

test("mends a result that was cut through a character, which the API would refuse", async () => {
  const workspace = fakeWorkspace({ tools: { bash: () => ({ text: "a\uD83D", isError: false }) } });
  const { engine, model } = await setting([bash("cat"), { final: answer, expect: /^a\uFFFD$/ }]);
  expect(await engine.attempt(task({ workspace }))).toMatchObject({ kind: "done" });
  expect(model.failures).toEqual([]);
});

describe("the answer", () => {
  test("NO FIX with a code ends with that reason", async () => {
    const { engine } = await setting([{ final: "NO FIX: flaky: it passes nine times out of ten." }]);
    expect(await engine.attempt(task())).toMatchObject({
      kind: "none",
      reason: "flaky",
      note: "it passes nine times out of ten.",
    });
  });

  test("without the format it is asked for once", async () => {
    const { engine, model } = await setting([bash("ls"), { final: "Done, I fixed it." }, { final: answer }]);
    expect(await engine.attempt(task())).toMatchObject({ report: { title: "Guard against a missing price" } });
    const asked = model.requests[2]?.body.messages.at(-1);
    expect(JSON.stringify(asked)).toContain("ROOT CAUSE:");
  });

  test("and then taken as it is, under the signal's title", async () => {
    const { engine, model } = await setting([bash("ls"), { final: "Done, I fixed it." }]);
    expect(await engine.attempt(task())).toMatchObject({
      kind: "done",
      report: { title: "Fix: It breaks", changes: "Done, I fixed it." },
    });
    expect(model.requests).toHaveLength(3);
  });

  test("an empty one is not an answer", async () => {
    const { engine } = await setting([bash("ls"), { final: "" }]);
    expect(await engine.attempt(task())).toMatchObject({ kind: "none", reason: "stuck" });
  });
});

describe("the run log", () => {
  test("holds what the model saw, said, did and cost, without keys", async () => {
    const workspace = fakeWorkspace({
      tools: { bash: () => ({ text: `key ${apiKey} and ghp_${"a".repeat(36)}`, isError: false }) },
    });
    const { engine, runs } = await setting([bash("env", { say: "I look." }), { final: answer }]);
    await engine.attempt(task({ workspace }));
    const path = join(runs, "abcd1234", "1.jsonl");
    const text = await readFile(path, "utf8");
    const entries = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; [field: string]: unknown });
    expect(entries.map(({ type }) => type)).toEqual(["started", "said", "tools", "said", "ended"]);
    expect(entries[0]).toMatchObject({ model: "claude-sonnet-5-5", limits: { turns: 40 } });
    expect(entries[0]?.["task"]).toContain("Incident: abcd1234, attempt 1");
    expect(JSON.stringify(entries[1])).toContain("I look.");
    expect(JSON.stringify(entries[2])).toContain("key [redacted] and [redacted]");
    expect(entries[4]).toMatchObject({ kind: "done", ledger: { turns: 2 } });
    expect(text).not.toContain(apiKey);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("stays in its directory whatever the incident is called", async () => {
    const { engine, runs } = await setting([{ final: answer }]);
    await engine.attempt(task({ incident: "../../evil" }));
    await expect(stat(join(runs, "______evil", "1.jsonl"))).resolves.toBeDefined();
  });
});

describe("the ledger", () => {
  test("counts tokens and money from what the API reports", async () => {
    const { engine, model } = await setting([bash("ls"), { final: answer }]);
    const { ledger } = await engine.attempt(task());
    const sum = (field: "input_tokens" | "cache_read_input_tokens" | "cache_creation_input_tokens"): number =>
      model.requests.reduce((total, { usage }) => total + (usage?.[field] ?? 0), 0);
    expect(ledger).toMatchObject({
      inputTokens: sum("input_tokens"),
      cacheReadTokens: sum("cache_read_input_tokens"),
      cacheWriteTokens: sum("cache_creation_input_tokens"),
    });
    expect(ledger.cacheReadTokens).toBeGreaterThan(1_000);
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = ledger;
    const usd = (inputTokens * 2 + outputTokens * 10 + cacheReadTokens * 0.1 + cacheWriteTokens * 2.5) / 1e6;
    expect(ledger.usd).toBeCloseTo(usd, 12);
  });

  test("takes an unknown model for the dearest, and says so", async () => {
    const { engine, runs, warnings } = await setting([{ final: answer }], {
      model: "claude-nova-9",
      prices: {
        cheap: { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 },
        dear: { input: 1e6, output: 1e6, cacheRead: 1e6, cacheWrite: 1e6 },
      },
    });
    const { ledger } = await engine.attempt(task({ limits: { usd: 1e9 } }));
    const tokens = ledger.inputTokens + ledger.outputTokens + ledger.cacheReadTokens + ledger.cacheWriteTokens;
    expect(ledger.usd).toBeCloseTo(tokens, 6);
    expect(warnings).toMatchObject([{ model: "claude-nova-9" }]);
    expect(await readFile(join(runs, "abcd1234", "1.jsonl"), "utf8")).toContain("no price is known for claude-nova-9");
  });
});

describe("check", () => {
  test("is fine with a model that answers", async () => {
    const { engine, model } = await setting([]);
    expect(await engine.check()).toEqual({ ok: true });
    expect(model.requests).toEqual([]);
  });

  test("names the key when it is refused", async () => {
    const { engine } = await setting([], { apiKey: "sk-ant-wrong-000000" });
    expect(await engine.check()).toMatchObject({ ok: false, problem: expect.stringContaining("ANTHROPIC_API_KEY") });
  });

  test("names the key when there is none, and so does an attempt", async () => {
    const engine = createSandboxEngine({ model: "m", runsDirectory: "/nonexistent", log: quiet });
    expect(await engine.check()).toMatchObject({ ok: false, problem: expect.stringContaining("ANTHROPIC_API_KEY") });
    expect(await engine.attempt(task())).toMatchObject({
      kind: "none",
      reason: "model-unavailable",
      note: expect.stringContaining("ANTHROPIC_API_KEY"),
    });
  });

  test("says so when nobody answers", async () => {
    const { engine, model } = await setting([]);
    await model.close();
    expect(await engine.check()).toMatchObject({ ok: false, problem: expect.stringContaining("connection") });
  });
});
