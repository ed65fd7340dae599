import { afterEach, beforeEach, expect, test } from "vitest";
import type { Incident } from "../src/domain/incident.ts";
import { installed, monitorSetting } from "./support/monitor-setting.ts";
import type { MonitorSetting } from "./support/monitor-setting.ts";
import { apiEvent } from "./support/sentry.ts";

let setting: MonitorSetting;

beforeEach(async () => {
  setting = await monitorSetting();
});

afterEach(async () => {
  await setting.close();
});

const error = (project: string) => ({ project, error_message: "TypeError: x", file: "src/a.js", line: 4 });
const alert = (patch: object = {}) => ({
  alerts: [
    {
      status: "firing",
      labels: { alertname: "Slow", service: "api", severity: "critical" },
      fingerprint: "f",
      startsAt: "2026-01-31T00:00:00Z",
      ...patch,
    },
  ],
});
const incidents = (): Promise<Incident[]> => setting.store.incidents({ limit: 10 });
const eventsOf = async (incident: Incident | undefined): Promise<string[]> =>
  incident ? (await setting.store.events(incident.id)).map(({ event }) => event.type) : [];

test("a report opens an incident in the repository that the configuration names, whatever the payload says", async () => {
  const report = { ...error("api"), repository: { id: 9, owner: "evil", name: "x" }, extra: { repo: "evil/x" } };
  expect(await setting.handle("own", report)).toMatchObject({ state: "done" });
  const [incident] = await incidents();
  expect(incident?.signal).toMatchObject({
    origin: { kind: "monitor", source: "own", sender: "self-heal", project: "api" },
    repository: installed,
    trust: "telemetry",
    frames: [{ file: "src/a.js", line: 4 }],
  });
});

test("the same delivery handled again changes nothing, another one counts up", async () => {
  await setting.handle("own", error("api"), { id: "same" });
  await setting.handle("own", error("api"), { id: "same" });
  expect((await incidents()).map(({ signals }) => signals)).toEqual([1]);
  await setting.handle("own", error("api"));
  expect((await incidents()).map(({ signals }) => signals)).toEqual([2]);
});

test.each([
  [
    "a project that is not mapped",
    "own",
    error("other"),
    /no repository is configured for project other of source own; add it to SELF_HEAL_SOURCES/,
  ],
  ["a repository without the App", "own", error("away"), /the App is not installed on acme\/away; install it there/],
  ["a payload that is not understood", "own", { project: "api" }, /error_message/],
  ["a source that was taken out", "gone", {}, /there is no source gone any more/],
])("explains %s, and opens nothing", async (_, source, payload, why) => {
  const { state, note } = await setting.handle(source, payload);
  expect([state, note]).toEqual(["ignored", expect.stringMatching(why)]);
  expect(await incidents()).toEqual([]);
});

test("an alert is evidence for the newest failure of the same project, and its end is noted there", async () => {
  await setting.handle("own", error("api"));
  expect((await setting.handle("prom", alert())).note).toMatch(/^evidence for incident/);
  expect((await setting.handle("prom", alert({ status: "resolved" }))).note).toMatch(/resolved/);
  const [incident, ...others] = await incidents();
  expect(others).toEqual([]);
  expect(await eventsOf(incident)).toEqual(["recurred", "evidenceArrived", "resolvedElsewhere"]);
  expect(incident?.state.phase).toBe("triaging");
});

test("a grave alert about nothing that is open is a failure of its own, with only a message; repeated, it counts up", async () => {
  await setting.handle("prom", alert());
  await setting.handle("prom", alert({ startsAt: "2026-01-31T01:00:00Z", fingerprint: "g" }));
  const [incident, ...others] = await incidents();
  expect(others).toEqual([]);
  expect(incident).toMatchObject({ signals: 2, signal: { title: "Slow", frames: [], level: "fatal" } });
  expect(incident?.signal.detail).toBeUndefined();
});

test("a warning about nothing that is open is ignored, and so is the end of what nobody knows", async () => {
  const warning = alert({ labels: { alertname: "Slow", service: "api", severity: "warning" } });
  expect((await setting.handle("prom", warning)).state).toBe("ignored");
  expect((await setting.handle("prom", alert({ status: "resolved" }))).state).toBe("ignored");
  expect(await incidents()).toEqual([]);
});

const issue = {
  action: "created",
  data: { issue: { id: "77", title: "TypeError: it broke", project: { slug: "api" } } },
};

test("an issue of Sentry's gets the frames of the event behind it", async () => {
  setting.sentry.issues.push({ id: "77", project: "api", event: apiEvent("TypeError", "src/a.js") });
  await setting.handle("web", issue, { event: "issue" });
  const [incident] = await incidents();
  expect(incident?.signal).toMatchObject({
    errorType: "TypeError",
    frames: [{ function: "work", line: 4 }],
    aliases: ["sentry:77"],
    origin: { project: "api" },
  });
});

test("while Sentry's API is ill a delivery waits, and after ten minutes goes on without frames", async () => {
  setting.sentry.fault = { status: 503, retryAfter: "30" };
  await expect(setting.handle("web", issue, { event: "issue" })).rejects.toMatchObject({
    retryAt: setting.now + 30_000,
  });
  await setting.handle("web", issue, { event: "issue", receivedAt: setting.now - 600_001 });
  expect((await incidents())[0]?.signal.frames).toEqual([]);
});

test("an issue whose event cannot be read is taken as it is, with a warning", async () => {
  expect((await setting.handle("web", issue, { event: "issue" })).state).toBe("done");
  expect(setting.warnings).toMatchObject([{ source: "web", issue: "77" }]);
});
