import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createSandbox } from "../../src/sandbox/create-sandbox.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { openPlace, temporaryDirectory } from "./place.ts";
import type { Place } from "./place.ts";

// Without root there is no other user to drop to; the report shows these tests as skipped.
const isRoot = process.getuid?.() === 0;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function open(): Place {
  const place = openPlace();
  closing.push(place.close);
  return place;
}

function sandboxIn(directory: string, below = "sandbox", uid = 20_000): Sandbox {
  const sandbox = createSandbox({ directory: join(directory, below), uid, npmRegistry: "http://127.0.0.1:9/" });
  closing.push(async () => {
    await sandbox.close();
    await rm(directory, { recursive: true, force: true });
  });
  return sandbox;
}

test("is well on this machine, within two seconds, and looks only once", async () => {
  const place = open();
  // The first sandbox in a directory also copies the runtime there.
  await createSandbox({
    directory: join(place.directory, "sandbox"),
    uid: 20_000,
    npmRegistry: "http://127.0.0.1:9/",
  }).check();
  const startedAt = performance.now();
  const both = await Promise.all([place.sandbox.check(), place.sandbox.check()]);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(both[0]).toMatchObject({ ok: true, note: expect.stringMatching(/^\d\d escape attempts failed; memory/) });
  expect(both[1]).toBe(both[0]);
  expect(await place.sandbox.check()).toBe(both[0]);
});

test.runIf(isRoot)(
  "tells of a directory that the sandbox's user cannot reach, and opens no workspace in it",
  async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "closed"));
    chmodSync(join(directory, "closed"), 0o700);
    const sandbox = sandboxIn(directory, "closed/sandbox");
    expect(await sandbox.check()).toMatchObject({
      ok: false,
      problem: expect.stringContaining("cannot reach"),
      remedy: expect.stringContaining("SELF_HEAL_SANDBOX_DIR"),
    });
  },
);

test.runIf(isRoot)("refuses root as the sandbox's user", async () => {
  expect(await sandboxIn(temporaryDirectory(), "sandbox", 0).check()).toMatchObject({
    ok: false,
    remedy: expect.stringContaining("must not be root"),
  });
});

test.each(["a:b", "a,b", "x".repeat(90)])(
  "refuses the directory %s, whose path mounts and sockets cannot take",
  async (name) => {
    expect(await sandboxIn(temporaryDirectory(), name).check()).toMatchObject({
      ok: false,
      remedy: expect.stringContaining("SELF_HEAL_SANDBOX_DIR"),
    });
  },
);

test("never starts bubblewrap as root", async () => {
  const place = open();
  const workspace = await (await place.repository({ "a.txt": "a\n" })).open();
  // The outer uid of a user namespace chain ends where the process that made it ran.
  const { output } = await workspace.run("stat -c %u /proc/sys/kernel/core_pattern; cat /proc/self/uid_map", {
    timeoutMs: 5_000,
  });
  expect(output).toMatch(/^65534\n/);
  const core = readFileSync("/proc/sys/kernel/core_pattern", "utf8");
  await workspace.run("echo '|/evil' > /proc/sys/kernel/core_pattern", { timeoutMs: 5_000 });
  expect(readFileSync("/proc/sys/kernel/core_pattern", "utf8")).toBe(core);
  expect(existsSync("/evil")).toBe(false);
});
