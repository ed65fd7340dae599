import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await startWorld({ repository: { files: { ...shopFiles } }, scripts: attempts(fixSteps()) });
});

afterEach(async () => {
  world.github.assertValid();
  await world.close();
});

const mona = () => world.github.asUser(people.maintainer);
const incidents = () => world.app.store.incidents({ limit: 10 });
const error = {
  error_message: "TypeError: average is NaN",
  file: "src/average.js",
  line: "4",
  environment: "production",
};

test("an error-detected dispatch is a signal", async () => {
  await mona().dispatch(world.name, "error-detected", error);
  await world.settle();
  const [incident] = await incidents();
  expect(incident?.signal).toMatchObject({
    origin: { kind: "dispatch" },
    message: "TypeError: average is NaN",
    frames: [{ file: "src/average.js", line: 4 }],
    environment: "production",
  });
  expect(incident?.state.phase).toBe("checking");
  expect(await world.repository.pulls()).toHaveLength(1);
});

test("a malformed client_payload is kept, its reason logged, and opens nothing", async () => {
  for (const payload of [{}, { error_message: 7 }, { error_message: "x", line: "four" }])
    await mona().dispatch(world.name, "error-detected", payload);
  await world.settle();
  expect(await incidents()).toEqual([]);
  const notes = world.log
    .filter(({ event, msg }) => event === "repository_dispatch" && msg === "delivery handled")
    .map(({ note }) => note);
  expect(notes).toHaveLength(3);
  for (const note of notes) expect(note).toMatch(/error_message|line/);
});

test("another event type is ignored", async () => {
  await mona().dispatch(world.name, "deploy", error);
  await world.settle();
  expect(await incidents()).toEqual([]);
});

test("a dispatch without a place in the code waits for a human", async () => {
  await mona().dispatch(world.name, "error-detected", { error_message: "something is slow" });
  await world.settle();
  expect((await incidents())[0]?.state).toMatchObject({ phase: "held", reason: "low-confidence" });
  expect(world.model.requests).toEqual([]);
});

test("a red run on the default branch is a signal that carries the failed job's log", async () => {
  const head = await world.repository.head();
  const log =
    "2026-01-01T00:00:00.0000000Z ##[group]Run npm test\n2026-01-01T00:00:01.0000000Z not ok 1 - average of nothing\n2026-01-01T00:00:02.0000000Z ##[error]Process completed with exit code 1.\n";
  await world.github.runCi(world.name, head, "failure", { name: "test", log });
  await world.settle();
  const [incident] = await incidents();
  expect(incident?.signal).toMatchObject({ origin: { kind: "workflow" }, commit: head });
  expect(JSON.stringify(world.model.requests[0])).toContain("not ok 1 - average of nothing");
});

test("a green run, and a red one on another branch, are no signals", async () => {
  await world.github.runCi(world.name, await world.repository.head(), "success");
  const other = await mona().push(world.name, { "x.txt": "x" }, "feature");
  await world.github.runCi(world.name, other, "failure", { branch: "feature" });
  await world.settle();
  expect(await incidents()).toEqual([]);
});

test("an issue opened with the label by a maintainer opens one incident, not two", async () => {
  await mona().openIssue(world.name, { ...shopReport, labels: ["ai-fix"] });
  await world.settle();
  expect(await incidents()).toHaveLength(1);
  expect(await world.repository.pulls()).toHaveLength(1);
});

test("more reports of one error count up and open nothing else", async () => {
  for (let round = 0; round < 3; round += 1) await mona().dispatch(world.name, "error-detected", error);
  await world.settle();
  const all = await incidents();
  expect(all).toHaveLength(1);
  expect(all[0]?.signals).toBe(3);
});

test("a wrong signature is refused and stored nowhere", async () => {
  const body = JSON.stringify({ action: "labeled" });
  const send = (secret: string) =>
    fetch(`${world.app.url}/api/github/webhooks`, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-github-event": "issues",
        "x-github-delivery": "forged",
        "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
      },
    });
  expect((await send("not the secret")).status).toBe(401);
  await world.settle();
  expect(world.log.some(({ delivery }) => delivery === "forged")).toBe(false);
});

test("an archived repository is left alone", async () => {
  await mona().openIssue(world.name, shopReport);
  world.repository.archive();
  await mona()
    .dispatch(world.name, "error-detected", error)
    .catch(() => undefined);
  await world.github.sendWebhook("repository_dispatch", {
    repository: world.name,
    action: "error-detected",
    client_payload: error,
  });
  await world.settle();
  for (const { state } of await incidents())
    expect(state).toMatchObject({ phase: "closed", reason: "repository-unavailable" });
  expect(world.model.requests).toEqual([]);
});

test("effects of a suspended installation wait until it is active again", async () => {
  const [installation] = world.github.deliveries
    .filter(({ event }) => event === "installation")
    .map(({ installationId }) => installationId ?? 0);
  world.github.suspend(installation ?? 0);
  await world.settle();
  await world.github.sendWebhook("repository_dispatch", {
    repository: world.name,
    action: "error-detected",
    client_payload: error,
  });
  await world.settle();
  expect((await incidents())[0]?.state.phase).toBe("triaging");
  world.github.unsuspend(installation ?? 0);
  await world.settle();
  expect((await incidents())[0]?.state.phase).toBe("checking");
});
