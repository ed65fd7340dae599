import { afterEach, beforeEach, expect, test } from "vitest";
import { createSentryPoll } from "../src/sentry-poll.ts";
import type { SentryPoll } from "../src/sentry-poll.ts";
import { monitorSetting } from "./support/monitor-setting.ts";
import type { MonitorSetting } from "./support/monitor-setting.ts";
import { apiEvent, startSentry } from "./support/sentry.ts";

let setting: MonitorSetting;
let poll: SentryPoll;

beforeEach(async () => {
  setting = await monitorSetting();
  poll = createSentryPoll({ ...setting.parts(), accepted: () => undefined });
});

afterEach(async () => {
  await setting.close();
});

const incidents = () => setting.store.incidents({ limit: 10 });
const issue = {
  action: "created",
  data: { issue: { id: "77", title: "TypeError: it broke", project: { slug: "api" } } },
};

test("the poll stores every issue that no webhook brought, over all pages, once", async () => {
  for (const id of ["1", "2", "3", "4", "5"])
    setting.sentry.issues.push({ id, project: "api", event: apiEvent(`Error${id}`, `src/${id}.js`) });
  await poll.poll();
  expect(await setting.drain()).toHaveLength(5);
  expect(await incidents()).toHaveLength(5);
  await poll.poll();
  expect(await setting.drain()).toEqual([]);
  const lists = setting.sentry.requests.filter((path) => path.includes("/projects/acme/api/issues/"));
  expect(lists).toHaveLength(6);
  expect(lists[0]).toContain("query=is%3Aunresolved+lastSeen%3A-30m");
});

test("the poll leaves an issue alone that a webhook brought", async () => {
  setting.sentry.issues.push({ id: "77", project: "api", event: apiEvent("TypeError", "src/a.js") });
  await setting.handle("web", issue, { event: "issue" });
  await poll.poll();
  expect(await setting.drain()).toEqual([]);
});

test("the poll asks the whole organisation for a star, and does not ask for events of repositories without the App", async () => {
  setting.sources = setting.sources.map((one) => ({ ...one, projects: { "*": "acme/shop", other: "acme/away" } }));
  poll = createSentryPoll({ ...setting.parts(), accepted: () => undefined });
  setting.sentry.issues.push({ id: "1", project: "any", event: apiEvent("A", "a.js") });
  setting.sentry.issues.push({ id: "2", project: "other", event: apiEvent("B", "b.js") });
  await poll.poll();
  expect(await setting.drain()).toHaveLength(1);
  expect((await incidents())[0]?.signal.origin).toMatchObject({ project: "any" });
});

test("a poll that is told to wait waits as long as it was told", async () => {
  setting.sentry.fault = { status: 429, retryAfter: "120" };
  await poll.poll();
  await poll.poll();
  expect(setting.sentry.requests).toHaveLength(1);
  setting.now += 121_000;
  await poll.poll();
  expect(setting.sentry.requests).toHaveLength(2);
  expect(setting.warnings).toHaveLength(2);
});

test.each([
  ["an error", { status: 500 }],
  ["no JSON", { status: 200, body: "<html>" }],
  ["another shape", { status: 200, body: '{"issues":1}' }],
  ["6 MB", { status: 200, body: `["${"x".repeat(6 * 1024 * 1024)}"]` }],
])("a poll answered with %s is told in the log, and ends", async (_, fault) => {
  setting.sentry.fault = fault;
  await poll.poll();
  expect(setting.warnings).toHaveLength(1);
});

test("a redirect is not followed: only the configured host is asked", async () => {
  const other = await startSentry();
  setting.sentry.fault = { status: 302, location: `${other.url}/api/0/organizations/acme/issues/` };
  await poll.poll();
  expect(other.requests).toEqual([]);
  expect(setting.warnings).toHaveLength(1);
  await other.close();
});
