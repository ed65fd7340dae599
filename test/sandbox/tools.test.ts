import { afterAll, beforeAll, expect, test } from "vitest";
import type { ToolSession, Workspace } from "../../src/sandbox/sandbox.ts";
import { openPlace } from "./place.ts";
import type { Place, Repository } from "./place.ts";

let place: Place;
let repository: Repository;
let workspace: Workspace;
let tools: ToolSession;

const options = { maxOutputChars: 4_000, bashTimeoutMs: 5_000 };

beforeAll(async () => {
  place = openPlace();
  repository = await place.repository({ "a.txt": "one\ntwo\n", "src/b.js": "export const b = 1;\n" });
  workspace = await repository.open();
  tools = await workspace.tools(options);
});
afterAll(async () => place.close());

test("declares the six tools of the SDK's toolset", () => {
  expect(tools.definitions.map(({ name }) => name)).toEqual(["bash", "read", "write", "edit", "glob", "grep"]);
  for (const { description, input_schema } of tools.definitions) {
    expect(description).toBeTruthy();
    expect(input_schema).toMatchObject({ type: "object" });
  }
});

test("reads, writes, edits, finds and searches files, and runs commands in one shell", async () => {
  expect(await tools.call("read", { file_path: "a.txt" })).toEqual({ text: "one\ntwo\n", isError: false });
  expect(await tools.call("write", { file_path: "new/c.txt", content: "three\n" })).toMatchObject({ isError: false });
  const edit = { file_path: "a.txt", old_string: "two", new_string: "2" };
  expect(await tools.call("edit", edit)).toMatchObject({ isError: false });
  expect((await tools.call("glob", { pattern: "**/*.js" })).text).toBe("/workspace/src/b.js");
  expect((await tools.call("grep", { pattern: "three" })).text).toContain("/workspace/new/c.txt:1:three");
  await tools.call("bash", { command: "cd src; export WORD=kept" });
  expect((await tools.call("bash", { command: "pwd; echo $WORD; cat ../a.txt" })).text).toBe(
    "/workspace/src\nkept\none\n2",
  );
});

test("shares files with commands that run beside it", async () => {
  await tools.call("write", { file_path: "seen.txt", content: "by both" });
  expect((await workspace.run("cat seen.txt", { timeoutMs: 5_000 })).output).toBe("by both");
});

test("passes a tool's failure on as an error", async () => {
  expect(await tools.call("read", { file_path: "missing" })).toMatchObject({ isError: true });
  expect(await tools.call("read", { file_path: "/etc/passwd" })).toMatchObject({ isError: true });
  expect(await tools.call("bash", { command: "false" })).toMatchObject({ isError: true });
  expect(await tools.call("edit", "nonsense")).toMatchObject({ isError: true });
});

test("cuts long answers to the limit, keeping start and end", async () => {
  const { text } = await tools.call("bash", { command: "seq 1 20000" });
  expect(text.length).toBeLessThan(4_100);
  expect(text).toContain("characters left out");
  expect(text).toMatch(/20000$/);
});

test("stops a command at the time limit whatever limit the model asks for, and goes on", async () => {
  const brief = await workspace.tools({ ...options, bashTimeoutMs: 200 });
  const { text, isError } = await brief.call("bash", { command: "sleep 60", timeout_ms: 60_000 });
  expect({ text, isError }).toEqual({ text: expect.stringContaining("timed out after 200ms"), isError: true });
  expect(await brief.call("bash", { command: "echo on" })).toEqual({ text: "on", isError: false });
  await brief.close();
});

test("gives each of several commands at once its own time limit", async () => {
  const brief = await workspace.tools({ ...options, bashTimeoutMs: 1_000 });
  const results = await Promise.all(
    [1, 2, 3].map(async (number) => brief.call("bash", { command: `sleep 0.6; echo ${number}` })),
  );
  expect(results.map(({ text }) => text)).toEqual(["1", "2", "3"]);
  await brief.close();
});

test("stops a call when it is told to", async () => {
  const controller = new AbortController();
  const call = tools.call("bash", { command: "touch /workspace/called; sleep 60" }, controller.signal);
  await workspace.run("until [ -e called ]; do sleep 0.01; done", { timeoutMs: 5_000 });
  controller.abort();
  expect(await call).toEqual({ text: expect.stringContaining("aborted"), isError: true });
  expect(await tools.call("bash", { command: "echo on" })).toEqual({ text: "on", isError: false });
});

test("ends the session when the server is killed from inside", async () => {
  const session = await workspace.tools(options);
  expect(await session.call("bash", { command: "kill -9 $PPID; sleep 5" })).toMatchObject({ isError: true });
  expect(await session.call("read", { file_path: "a.txt" })).toEqual({
    text: expect.stringContaining("the tool server ended"),
    isError: true,
  });
});

test("ends the session when something else answers in the server's place", async () => {
  const session = await workspace.tools(options);
  const forged = 'echo \'{"id":1,"text":7}\' > /proc/$PPID/fd/1 || kill -9 $PPID; sleep 5';
  expect(await session.call("bash", { command: forged })).toMatchObject({ isError: true });
  expect((await session.call("read", { file_path: "a.txt" })).isError).toBe(true);
});

test("ends the session with its signal", async () => {
  const controller = new AbortController();
  const session = await workspace.tools({ ...options, signal: controller.signal });
  const call = session.call("bash", { command: "sleep 60" });
  controller.abort();
  expect(await call).toMatchObject({ isError: true });
  await session.close();
});
