import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "self-heal-start-"));
  for (const file of ["app.yml", "package.json"]) copyFileSync(join(root, file), join(directory, file));
});

afterEach(async () => rm(directory, { recursive: true, force: true }));

function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(root, "src/cli.ts"), ...args], {
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  const ended = (once(child, "close") as Promise<[number | null]>).then(([code]) => ({ code, text }));
  return { child, ended, text: () => text };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("without credentials it offers Probot's setup flow with our manifest, and a webhook URL that we serve", async () => {
  const port = await freePort();
  const { child, ended } = run(["start"], { PORT: String(port) });
  try {
    const page = await eventually(async () => (await fetch(`http://localhost:${port}/probot`)).text());
    const manifest = JSON.parse(/value='(\{.*?\})'/s.exec(page)?.[1]?.replaceAll("&#39;", "'") ?? "{}") as {
      default_permissions: object;
      hook_attributes: { url: string };
    };
    expect(manifest.default_permissions).toMatchObject({ contents: "write", pull_requests: "write", metadata: "read" });
    expect(manifest.default_permissions).not.toHaveProperty("workflows");
    expect(new URL(manifest.hook_attributes.url).pathname).toBe("/");
  } finally {
    child.kill("SIGTERM");
  }
  expect((await ended).text).toContain(`Open http://localhost:${port}/probot`);
});

test("a wrong configuration ends with exit code 2 and every problem", async () => {
  const { code, text } = await run(["start"], { PORT: "x", SELF_HEAL_ENABLED: "maybe" }).ended;
  expect(code).toBe(2);
  expect(text).toMatch(/2 problems:\n {2}- PORT: .*\n {2}- SELF_HEAL_ENABLED: /);
  expect(text).not.toContain("    at ");
});

test.each([
  [["fix", "--repo", "."], "required option '--error <text>' not specified"],
  [["fix", "--repo", ".", "--error", "x", "--line", "zero"], "write a line number"],
  [["dance"], "unknown command 'dance'"],
])("a wrong command line (%j) says what is wrong", async (args, message) => {
  const { code, text } = await run(args).ended;
  expect(code).not.toBe(0);
  expect(text).toContain(message);
});

test("fix explains what it needs: a repository, a branch, a key", async () => {
  expect(await run(["fix", "--repo", ".", "--error", "x"]).ended).toEqual({
    code: 2,
    text: expect.stringContaining("is not a git repository") as string,
  });
});

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 10_000; ; await after(50)) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
