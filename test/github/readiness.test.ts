import { expect, test } from "vitest";
import { checkGitHub } from "../../src/github/readiness.ts";
import { fakeClients } from "./fake-fetch.ts";

const required = {
  contents: "write",
  issues: "write",
  pull_requests: "write",
  checks: "write",
  actions: "read",
  statuses: "read",
};
const all = { ...required, administration: "read", secrets: "read", members: "read", merge_queues: "read" };

test("is fine when GitHub knows the App and the App may do what it must", async () => {
  const { clients, routes } = fakeClients(() => ({ json: { id: 1, slug: "self-heal", permissions: all } }));
  expect(await checkGitHub(clients)).toEqual({ ok: true, note: "GitHub knows the App as self-heal" });
  expect(routes()).toEqual(["GET /app"]);
});

test("names the permissions that the App lacks", async () => {
  const permissions = { ...all, checks: "read", statuses: undefined };
  const { clients } = fakeClients(() => ({ json: { id: 1, slug: "self-heal", permissions } }));
  const { ok, ...rest } = await checkGitHub(clients);
  expect(ok).toBe(false);
  expect(rest).toMatchObject({ problem: "the App lacks permissions: statuses: read, checks: write" });
});

test("does without what owners may leave out, and says what it cannot see then", async () => {
  const permissions = { ...required, administration: "write", secrets: "read", merge_queues: "read" };
  const { clients } = fakeClients(() => ({ json: { id: 1, slug: "self-heal", permissions } }));
  const note = "GitHub knows the App as self-heal; without members: read it cannot see who is in a team";
  expect(await checkGitHub(clients)).toEqual({ ok: true, note });
});

test("says what is wrong when GitHub refuses the App", async () => {
  const { clients } = fakeClients(() => ({ status: 401, json: { message: "A JSON web token could not be decoded" } }));
  expect(await checkGitHub(clients)).toMatchObject({
    ok: false,
    problem: expect.stringContaining("could not be decoded"),
  });
});
