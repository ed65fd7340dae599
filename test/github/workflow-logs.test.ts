import { afterEach, beforeEach, expect, test } from "vitest";
import { readFailedJob } from "../../src/github/workflow-logs.ts";
import type { FailedJob } from "../../src/github/workflow-logs.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => void (stage = await openStage()));
afterEach(() => stage.close());

async function failedJob(conclusion: "failure" | "success", log?: string): Promise<FailedJob | undefined> {
  const { runId } = await stage.github.runCi("acme/shop", await stage.view.head("main"), conclusion, {
    name: "test",
    ...(log !== undefined && { log }),
  });
  return readFailedJob(await stage.clients.for(stage.repo, "read"), stage.repo, runId);
}

test("gives the failed job with its step, log and address", async () => {
  const job = await failedJob("failure", "line 1\nError: price is not a number\n");
  expect(job).toMatchObject({ job: "test", url: expect.stringContaining("/actions/runs/") });
  expect(job?.step).toBeTruthy();
  expect(job?.log).toContain("Error: price is not a number");
});

test("a run in which nothing failed has no failed job", async () => {
  expect(await failedJob("success")).toBeUndefined();
});

test("keeps the end of a long log, from the start of a line", async () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `${n} ${"ü".repeat(20)}`);
  const job = await failedJob("failure", `${lines.join("\n")}\nthe end\n`);
  expect(Buffer.byteLength(job?.log ?? "")).toBeLessThanOrEqual(200_000);
  expect(Buffer.byteLength(job?.log ?? "")).toBeGreaterThan(190_000);
  expect(job?.log).toMatch(/^\S* ?\d+ ü{20}\n/);
  expect(job?.log.slice(-500)).toContain("the end");
});

test("logs that GitHub has deleted are empty", async () => {
  stage.github.fail({ path: /\/actions\/jobs\/\d+\/logs$/, status: 410, body: { message: "Gone" } });
  expect(await failedJob("failure")).toMatchObject({ job: "test", log: "" });
});
