import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CommitSha } from "../../src/domain/repository.ts";
import { readChecks, upsertCheck } from "../../src/github/checks.ts";
import type { Check, ChecksState } from "../../src/github/checks.ts";
import { errorKind } from "../../src/github/github-error.ts";
import { fakeClients, repository } from "./fake-fetch.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

let stage: Stage;
let head: CommitSha;
beforeEach(async () => {
  stage = await openStage();
  head = CommitSha.parse(await stage.view.head("main"));
});
afterEach(() => stage.close());

describe("our own check", () => {
  const check = (changes: Partial<Check> = {}): Check =>
    ({
      name: "self-heal/proof",
      head,
      externalId: "abcd1234-1",
      title: "proven",
      summary: "It failed before and passes after.",
      text: "ok 1",
      conclusion: "success",
      ...changes,
    }) as Check;
  const upsert = async (changes: Partial<Check> = {}, clients = stage.clients): Promise<{ id: number }> =>
    upsertCheck(await clients.for(stage.repo, "report"), stage.repo, check(changes));

  test("is posted once, and written again only when something changed", async () => {
    const { id } = await upsert();
    stage.requests();
    expect(await upsert({}, stage.restart())).toEqual({ id });
    expect(stage.requests().filter((request) => !request.startsWith("GET"))).toEqual([]);
    expect(await upsert({ conclusion: "failure", title: "rejected" })).toEqual({ id });
    expect(stage.view.checkRuns(head)).toMatchObject([
      { id, conclusion: "failure", external_id: "abcd1234-1", output: { title: "rejected" } },
    ]);
  });

  test("is not posted twice when the answer to the first try was lost", async () => {
    stage.github.fail({ method: "POST", path: /\/check-runs$/, drop: "after" });
    expect(errorKind(await upsert().catch((error: unknown) => error))).toBe("unavailable");
    await upsert();
    expect(stage.view.checkRuns(head)).toHaveLength(1);
  });

  test("of another attempt on the same commit is a check of its own", async () => {
    await upsert();
    await upsert({ externalId: "abcd1234-2" });
    expect(stage.view.checkRuns(head)).toHaveLength(2);
  });

  test("leaves a check of the same name by another App alone", async () => {
    await stage.github.runCi("acme/shop", head, "success", { name: "self-heal/proof" });
    await upsert();
    expect(stage.view.checkRuns(head)).toHaveLength(2);
  });

  test("may be under way first", async () => {
    const { conclusion: _, ...rest } = check() as Check & { conclusion: string };
    const octokit = await stage.clients.for(stage.repo, "report");
    const { id } = await upsertCheck(octokit, stage.repo, { ...rest, status: "in_progress" });
    expect(stage.view.checkRuns(head)).toMatchObject([{ status: "in_progress", conclusion: null }]);
    expect(await upsert()).toEqual({ id });
    expect(stage.view.checkRuns(head)).toMatchObject([{ status: "completed", conclusion: "success" }]);
  });

  const notes = (count: number, message = "unknown key"): NonNullable<Check["annotations"]> =>
    Array.from({ length: count }, (_, n) => ({
      path: ".github/self-heal.yml",
      start_line: n + 1,
      end_line: n + 1,
      annotation_level: "failure",
      message,
    }));

  test("carries any number of annotations, fifty in a request", async () => {
    stage.requests();
    const { id } = await upsert({ annotations: notes(120) });
    const writes = stage.requests().filter((request) => !/^GET|access_tokens/.test(request));
    expect(writes).toEqual(["POST /check-runs", `PATCH /check-runs/${id}`, `PATCH /check-runs/${id}`]);
    expect(stage.view.checkRuns(head)).toMatchObject([{ id, output: { annotations_count: 120 } }]);
    expect(await upsert({ annotations: notes(120) })).toEqual({ id });
    expect(stage.requests().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  test("is replaced where its annotations change, because they cannot be taken away", async () => {
    const first = await upsert({ annotations: notes(2) });
    const second = await upsert({ annotations: notes(1), summary: "Better." });
    expect(second).not.toEqual(first);
    const third = await upsert({ annotations: notes(1, "duplicate key"), summary: "Other." });
    expect(third).not.toEqual(second);
    expect(await upsert({ summary: "Good." })).not.toEqual(third);
    expect(stage.view.checkRuns(head).at(-1)).toMatchObject({ output: { annotations_count: 0, summary: "Good." } });
  });

  test("is replaced where only some of its annotations arrived", async () => {
    stage.github.fail({ method: "PATCH", path: /\/check-runs\//, drop: "before" });
    await upsert({ annotations: notes(60) }).catch(() => undefined);
    const { id } = await upsert({ annotations: notes(60) });
    const runs = stage.view.checkRuns(head).filter((run) => run["id"] === id);
    expect(runs).toMatchObject([{ output: { annotations_count: 60 } }]);
  });

  test("has buttons, which are no reason to write it again", async () => {
    const actions = [{ label: "Retry", description: "Make another attempt", identifier: "retry" }];
    await upsert({ actions });
    stage.requests();
    await upsert({ actions });
    expect(stage.requests().filter((request) => !request.startsWith("GET"))).toEqual([]);
    await upsert({ actions, conclusion: "failure" });
    expect(stage.view.checkRuns(head)).toHaveLength(1);
  });

  test("has its texts cut to what GitHub takes", async () => {
    await upsert({ title: "t".repeat(300), summary: "s".repeat(70_000), text: "x".repeat(70_000) });
    const [run] = stage.view.checkRuns(head);
    expect(run).toMatchObject({ output: { title: expect.stringMatching(/^t{200}/) } });
  });
});

describe("what CI says", () => {
  const read = async (): Promise<ChecksState> =>
    readChecks(await stage.clients.for(stage.repo, "read"), stage.repo, head, { ignoreAppId: stage.github.app.id });
  const status = async (state: string, context: string, description = ""): Promise<unknown> =>
    stage.ada.request(`POST /repos/acme/shop/statuses/${head}`, { state, context, description });
  const ci = async (name: string, conclusion: Parameters<typeof stage.github.runCi>[2]): Promise<unknown> =>
    stage.github.runCi("acme/shop", head, conclusion, { name });

  test("nothing, where nothing has reported; our own checks are not CI", async () => {
    expect(await read()).toEqual({ state: "none", failed: [] });
    const octokit = await stage.clients.for(stage.repo, "report");
    const texts = { title: "no", summary: "no" };
    await upsertCheck(octokit, stage.repo, {
      name: "self-heal/proof",
      head,
      externalId: "1",
      conclusion: "failure",
      ...texts,
    });
    expect(await read()).toEqual({ state: "none", failed: [] });
  });

  test("passed, when all have; what was skipped, is neutral or waits for a person has not failed", async () => {
    await ci("test", "success");
    await ci("docs", "skipped");
    await ci("lint", "neutral");
    await ci("deploy", "action_required");
    await status("success", "coverage");
    stage.requests();
    expect(await read()).toEqual({ state: "passed", failed: [] });
    expect(stage.requests().filter((request) => !request.includes("access_tokens"))).toHaveLength(2);
  });

  test("failed, with what failed, where, and the run to read the log of", async () => {
    await ci("test", "success");
    const { runId } = await stage.github.runCi("acme/shop", head, "failure", { name: "build" });
    await status("error", "coverage", "the service is down");
    await status("pending", "preview");
    const { state, failed } = await read();
    expect(state).toBe("failed");
    expect(failed).toMatchObject([
      { name: "build", run: runId, url: expect.stringContaining("/actions/runs/") },
      { name: "coverage", summary: "the service is down" },
    ]);
  });

  test.each(["cancelled", "timed_out"] as const)("a check that was %s has failed", async (conclusion) => {
    await ci("test", conclusion);
    expect(await read()).toMatchObject({ state: "failed", failed: [{ name: "test" }] });
  });

  test("pending, while a result is missing and nothing has failed", async () => {
    await ci("test", "success");
    await status("pending", "preview");
    expect(await read()).toEqual({ state: "pending", failed: [] });
    await status("success", "preview");
    expect(await read()).toEqual({ state: "passed", failed: [] });
  });

  test("of a check that ran again, the latest counts", async () => {
    await ci("test", "failure");
    await ci("test", "success");
    expect(await read()).toEqual({ state: "passed", failed: [] });
  });

  test("of more than a page of checks and statuses, all count", async () => {
    for (let n = 0; n < 101; n += 1) await status("success", `context ${n}`);
    await status("failure", "the last one", "broken");
    expect(await read()).toMatchObject({ state: "failed", failed: [{ name: "the last one" }] });
  });

  test("a check that ran again in another suite counts once, by its latest run; one of another App is another check", async () => {
    const run = (id: number, conclusion: string, app: number): object => ({
      id,
      name: "test",
      status: "completed",
      conclusion,
      app: { id: app },
      details_url: "https://ci.test/1",
      output: { title: null, summary: null, text: null },
    });
    const answer = async (...check_runs: object[]): Promise<ChecksState> => {
      const { clients } = fakeClients(({ path }) => {
        if (path.endsWith("/check-runs")) return { json: { total_count: check_runs.length, check_runs } };
        return path.endsWith("/status") ? { json: { state: "pending", total_count: 0, statuses: [] } } : undefined;
      });
      const octokit = await clients.for(repository, "read");
      return readChecks(octokit, repository, head, { ignoreAppId: 1 });
    };
    expect(await answer(run(2, "success", 9), run(1, "failure", 9))).toEqual({ state: "passed", failed: [] });
    expect(await answer(run(1, "success", 9), run(2, "failure", 9))).toMatchObject({ state: "failed" });
    expect(await answer(run(2, "success", 9), run(1, "failure", 8))).toEqual({
      state: "failed",
      failed: [{ name: "test", url: "https://ci.test/1", summary: "failure" }],
    });
  });
});
