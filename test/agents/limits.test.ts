import { describe, expect, test } from "vitest";
import { limitsOf, nearlySpent, reached, stopReasons } from "../../src/agents/limits.ts";
import type { Amounts } from "../../src/agents/limits.ts";
import { reasonCodes } from "../../src/domain/reason.ts";
import { samplePolicy } from "../support/events.ts";
import { fakeWorkspace } from "../support/fake-workspace.ts";
import { blocksOf } from "../support/model-request.ts";
import type { Model } from "../support/model.ts";
import type { Step } from "../support/script.ts";
import { answer, bash, setting, task } from "./setting.ts";

const limits = limitsOf(samplePolicy);
const nothing: Amounts = { turns: 0, seconds: 0, tokens: 0, usd: 0, outputChars: 0, timeouts: 0 };

describe("limits", () => {
  test("come from the policy", () => {
    expect(limits).toEqual({
      turns: 40,
      seconds: 1_200,
      tokens: 2_000_000,
      usd: 2,
      outputChars: 600_000,
      timeouts: 3,
    });
  });

  test.each(Object.keys(nothing) as (keyof Amounts)[])("each is a typed stop of its own: %s", (kind) => {
    expect(reached({ ...nothing, [kind]: limits[kind] }, limits)).toMatchObject({ kind, note: expect.any(String) });
    expect(reached({ ...nothing, [kind]: limits[kind] * 0.99 }, limits)).toBeUndefined();
  });

  test("each stop has a reason code that people know", () => {
    for (const reason of Object.values(stopReasons)) expect(reasonCodes).toContain(reason);
  });

  test.each([
    [{ turns: 31 }, false],
    [{ turns: 32 }, true],
    [{ usd: 1.59 }, false],
    [{ usd: 1.6 }, true],
    [{ tokens: 1_900_000 }, false],
  ])("%o is nearly spent: %s", (spent, near) => {
    expect(nearlySpent({ ...nothing, ...spent }, limits)).toBe(near);
  });
});

/** A model that goes on for ever, doing something else each time. */
const restless: Step[] = Array.from({ length: 60 }, (_, at) => bash(`echo ${at}`));

function toldToFinish({ requests }: Model): number[] {
  return requests.flatMap(({ body }, index) => {
    const last = body.messages.at(-1);
    return last && JSON.stringify(blocksOf(last)).includes("Most of your budget is spent") ? [index] : [];
  });
}

describe("an attempt", () => {
  test("ends after its turns, without running what the last one asked for", async () => {
    const { engine, model } = await setting(restless);
    const workspace = fakeWorkspace();
    expect(await engine.attempt(task({ workspace, limits: { turns: 10 } }))).toMatchObject({
      kind: "none",
      reason: "turns",
      ledger: { turns: 10 },
    });
    expect(workspace.calls).toHaveLength(9);
    expect(model.requests).toHaveLength(10);
  });

  test("is told to finish once, at 80 % of its turns", async () => {
    const { engine, model } = await setting(restless);
    await engine.attempt(task({ limits: { turns: 10 } }));
    expect(toldToFinish(model)).toEqual([8]);
  });

  test("may answer with its last turn, even out of form", async () => {
    const { engine } = await setting([...restless.slice(0, 2), { final: "Fixed." }]);
    expect(await engine.attempt(task({ limits: { turns: 3 } }))).toMatchObject({
      kind: "done",
      report: { changes: "Fixed." },
    });
  });

  test("ends with its money, and is told to finish before", async () => {
    const { engine, model } = await setting(restless);
    const result = await engine.attempt(task({ limits: { usd: 0.015 } }));
    expect(result).toMatchObject({
      kind: "none",
      reason: "budget",
      note: "The limit of 0.015 US dollars was reached.",
    });
    expect(result.ledger.usd).toBeGreaterThanOrEqual(0.015);
    expect(result.ledger.usd).toBeLessThan(0.018);
    expect(toldToFinish(model)).toHaveLength(1);
  });

  test("ends with its tokens", async () => {
    const { engine } = await setting(restless);
    const result = await engine.attempt(task({ limits: { tokens: 10_000 } }));
    expect(result).toMatchObject({ kind: "none", reason: "budget", note: "The limit of 10000 tokens was reached." });
  });

  test("ends when its tools have printed too much in all", async () => {
    const workspace = fakeWorkspace({ tools: { bash: () => ({ text: "x".repeat(1_000), isError: false }) } });
    const { engine } = await setting(restless);
    const result = await engine.attempt(task({ workspace, limits: { outputChars: 1_000 } }));
    expect(result).toMatchObject({
      kind: "none",
      reason: "budget",
      note: "The tools printed more than 20000 characters in all.",
    });
    expect(workspace.calls).toHaveLength(20);
  });

  test("ends after three commands in a row that ran into their time limit", async () => {
    const workspace = fakeWorkspace({
      tools: {
        bash: ({ command }) =>
          command === "echo 2"
            ? { text: "quick", isError: false }
            : { text: "bash: bash command timed out after 120000ms", isError: true },
      },
    });
    const { engine } = await setting(restless);
    const result = await engine.attempt(task({ workspace }));
    expect(result).toMatchObject({ kind: "none", reason: "timeout", note: expect.stringContaining("3 commands") });
    expect(workspace.calls).toHaveLength(6);
  });

  test("ends with its wall time by the clock, also between turns", async () => {
    let clock = 0;
    const { engine } = await setting(restless, { now: () => (clock += 20_000) });
    const result = await engine.attempt(task({ limits: { minutes: 10 } }));
    expect(result).toMatchObject({ kind: "none", reason: "timeout" });
    expect(result.ledger.seconds).toBeGreaterThanOrEqual(600);
  });
});

describe("a model in a loop", () => {
  // Another text each time, or the rule for the same result would stop it as well.
  let tries = 0;
  const failing = { bash: () => ({ text: `no such file, try ${(tries += 1)}`, isError: true }) };

  test("is nudged once and stopped when it goes on", async () => {
    const { engine, model } = await setting(Array.from({ length: 9 }, () => bash("cat nowhere")));
    const result = await engine.attempt(task({ workspace: fakeWorkspace({ tools: failing }) }));
    expect(result).toMatchObject({ kind: "none", reason: "stuck", ledger: { turns: 4 } });
    const nudges = model.requests.map(({ body }) => JSON.stringify(body.messages.at(-1)).includes("Do not repeat it"));
    expect(nudges).toEqual([false, false, false, true]);
  });

  test("may go another way after the nudge", async () => {
    const steps = [...Array.from({ length: 3 }, () => bash("cat nowhere")), bash("ls"), { final: answer }];
    const { engine } = await setting(steps);
    const result = await engine.attempt(task({ workspace: fakeWorkspace({ tools: failing }) }));
    expect(result).toMatchObject({ kind: "done" });
  });
});
