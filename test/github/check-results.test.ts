import { expect, test } from "vitest";
import { fakePull } from "./fake-pull.ts";
import type { FakePull } from "./fake-pull.ts";
import { snapshotOf } from "./snapshot-of.ts";

test("checks are the latest per name and App, and statuses beside them", async () => {
  const run = (id: number, status: string, conclusion: string | null, app = 1): object => ({
    id,
    name: "test",
    app: { id: app },
    status,
    conclusion,
  });
  const fake = fakePull({
    runs: [
      run(2, "completed", "success"),
      run(1, "completed", "failure"),
      run(3, "waiting", null, 2),
    ] as FakePull["runs"],
    statuses: [
      { context: "ci", state: "pending" },
      { context: "cov", state: "error" },
      { context: "ok", state: "success" },
    ],
  });
  expect((await snapshotOf({ fake })).checks).toEqual([
    { name: "test", app: 1, status: "completed", conclusion: "success" },
    { name: "test", app: 2, status: "queued", conclusion: null },
    { name: "ci", app: null, status: "in_progress", conclusion: null },
    { name: "cov", app: null, status: "completed", conclusion: "failure" },
    { name: "ok", app: null, status: "completed", conclusion: "success" },
  ]);
});
