import { expect, test } from "vitest";
import { context, signalOf, whyIgnored } from "./examples.ts";
import type { Json } from "./examples.ts";

const sha = "a".repeat(40);
const bot = { sender: { login: "renovate[bot]", type: "Bot" } };

const dispatch = (client_payload: unknown, more: Json = {}) => ({
  action: "error-detected",
  ...more,
  client_payload,
});

test("all ten keys become a signal without a requester, but with its sender", () => {
  const stack = "TypeError: no total\n    at total (/app/src/cart.js:3:7)";
  const given = signalOf(
    "repository_dispatch",
    dispatch({
      error_message: "TypeError: no total\nsecond line",
      file: "src/tax.js",
      line: "8",
      column: 2,
      stack,
      commit: sha.toUpperCase(),
      environment: "production",
      url: "https://example.com/1",
      fingerprint: "cart-total",
      extra: { order: 5 },
    }),
  );
  expect(given).toEqual({
    origin: { kind: "dispatch" },
    repository: { id: 17273051, installation: 7, owner: "octo-org", name: "octo-repo" },
    title: "TypeError: no total",
    errorType: "TypeError",
    message: "TypeError: no total\nsecond line",
    detail: `${stack}\n\nextra: {\n "order": 5\n}`,
    frames: [
      { file: "src/tax.js", line: 8, column: 2 },
      { file: "/app/src/cart.js", line: 3, column: 7, function: "total" },
    ],
    commit: sha,
    environment: "production",
    url: "https://example.com/1",
    group: "cart-total",
    trust: "telemetry",
    sender: { id: 21031067, login: "Codertocat", type: "User" },
    at: context.at,
  });
});

test("a message is enough, from a bot too", () => {
  const given = signalOf("repository_dispatch", dispatch({ error_message: "it broke" }, bot));
  expect(given).toMatchObject({ title: "it broke", message: "it broke", frames: [] });
  expect(given).not.toHaveProperty("requester");
});

test("the place is not repeated where the stack names it", () => {
  const stack = "E: x\n    at total (/app/src/cart.js:3:7)";
  const given = signalOf("repository_dispatch", dispatch({ error_message: "x", stack, file: "src/cart.js", line: 3 }));
  expect(given.frames).toHaveLength(1);
});

test("empty texts and null count as absent", () => {
  const blank = { file: "", line: "", column: null, stack: null, commit: "", url: null, extra: null };
  expect(signalOf("repository_dispatch", dispatch({ error_message: "x", ...blank })).frames).toEqual([]);
});

test("keys that nobody declared are dropped, a repository above all", () => {
  const evil = { repository: "other/repo", trust: "maintainer", requester: { login: "admin" }, installation: 1 };
  const given = signalOf("repository_dispatch", dispatch({ error_message: "x", ...evil }));
  expect(given.repository).toMatchObject({ owner: "octo-org", name: "octo-repo", installation: 7 });
  expect(given.trust).toBe("telemetry");
  expect(JSON.stringify(given)).not.toMatch(/other\/repo|admin/);
});

test("a commit that is not a full id is left out", () => {
  expect(signalOf("repository_dispatch", dispatch({ error_message: "x", commit: "main" }))).not.toHaveProperty(
    "commit",
  );
});

test.each([
  [{}, "error_message: expected a text"],
  [{ error_message: "  " }, "error_message: expected a text that is not empty"],
  [{ error_message: 5 }, "error_message: expected a text"],
  [{ error_message: "x", line: "7a", file: 9 }, "file: Invalid input: expected string, received number; line: "],
  [{ error_message: "x", line: -1 }, "line: "],
  [{ error_message: "x", extra: "text" }, "extra: "],
  [null, "it: "],
  ["text", "it: "],
])("%j is ignored with what is wrong", (client_payload, problem) => {
  const why = whyIgnored("repository_dispatch", dispatch(client_payload));
  expect(why).toContain(`client_payload is malformed: `);
  expect(why).toContain(problem);
});

test("other dispatches are ignored", () => {
  expect(whyIgnored("repository_dispatch", { action: "deploy" })).toBe("the dispatch is deploy, not error-detected");
});
