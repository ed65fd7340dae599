import { expect, test } from "vitest";
import { readSentryEvent } from "../../src/webhooks/sentry-event.ts";
import { at, payloadOf, read, reportOf, sha, whyIgnored } from "./payloads.ts";
import type { Json } from "./examples.ts";

const event = (): Json => {
  const { data } = payloadOf("sentry-event-alert") as { data: { event: Json } };
  return data.event;
};
const report = (given: unknown) => {
  const reading = readSentryEvent(given, { at });
  if (reading.kind !== "report") throw new Error(JSON.stringify(reading));
  return reading.report;
};

test("an event alert tells what failed, where, in which build, and where to read on", () => {
  const { detail, exceptions, ...given } = reportOf("sentry", payloadOf("sentry-event-alert"));
  expect(given).toEqual({
    title: "RangeError: the basket is empty",
    errorType: "RangeError",
    message: "the basket is empty",
    frames: [
      { file: "/srv/app/src/basket.ts", line: 41, column: 11, function: "total", module: "basket", inApp: true },
      {
        file: "/srv/app/node_modules/koa/lib/application.js",
        line: 166,
        column: 5,
        function: "handleRequest",
        inApp: false,
      },
    ],
    project: "checkout",
    environment: "production",
    release: `checkout@2.3.0+${sha}`,
    commit: sha,
    level: "fatal",
    url: "https://sentry.example/organizations/shop/issues/1117540176/events/e4874d664c3540c1a32eab185f12c5ab/",
    alias: "sentry:1117540176",
    event: {
      source: "sentry",
      issueId: "1117540176",
      eventId: "e4874d664c3540c1a32eab185f12c5ab",
      organization: "shop",
    },
    at: Date.UTC(2026, 2, 4, 5, 6, 7, 250),
  });
  expect(detail).toMatch(/^RangeError: the basket is empty\n {4}at total \(\/srv\/app\/src\/basket.ts:41:11\)\n/);
  expect(detail).toContain("> if (items.length === 0)");
  expect(detail).toContain("Caused by: TypeError: items is undefined\n    at load (/srv/app/src/store.ts:12:3)");
  expect(detail).toContain("dist: 17");
  expect(exceptions?.map(({ type }) => type)).toEqual(["RangeError", "TypeError"]);
});

test.each(["error", "event_alert"])(
  "the resource %s is read by its header, whatever else is in the payload",
  (name) => {
    const data = { [name === "error" ? "error" : "event"]: event(), issue: { id: "1" } };
    const [reading] = read("sentry", { action: "created", data }, { headers: { "sentry-hook-resource": name } });
    expect(reading).toMatchObject({ kind: "report", report: { errorType: "RangeError" } });
  },
);

test("the frames of a cause count where the outermost exception has none of the application", () => {
  const given = event();
  const { exception } = given as { exception: { values: [unknown, { stacktrace: { frames: Json[] } }] } };
  for (const frame of exception.values[1].stacktrace.frames) frame["in_app"] = false;
  expect(report(given)).toMatchObject({ errorType: "RangeError", frames: [{ file: "/srv/app/src/store.ts" }] });
});

test.each([
  [{ exception: [{ type: "E", value: "listed" }] }, "listed"],
  [{ logentry: { formatted: "formatted", message: "raw %s" }, message: "top" }, "formatted"],
  [{ logentry: { message: "raw %s" } }, "raw %s"],
  [{ logentry: "a text", message: "top" }, "a text"],
  [{ message: "top", title: "title" }, "top"],
  [{ message: { formatted: "inner" } }, "inner"],
  [{ title: "title" }, "title"],
  [{ exception: { values: [{ type: "OnlyAType", value: null }] } }, "OnlyAType"],
  [{ exception: { values: [null, { type: "E", value: "v", stacktrace: { frames: null } }] } }, "v"],
])("the message of %j is %j", (given, message) => {
  expect(report(given)).toMatchObject({ message, frames: [], project: "" });
});

test("an event that says nothing is ignored, with the reason", () => {
  expect(readSentryEvent({ event_id: "1" }, { at })).toMatchObject({
    kind: "ignored",
    why: /no exception and no message/,
  });
});

test("an event as Sentry's API answers it reads like the one of the webhook", () => {
  const frame = (filename: string, lineNo: number) => ({ filename, lineNo, colNo: 2, function: "f", inApp: true });
  const given = report({
    eventID: "e1",
    groupID: "77",
    projectID: "9",
    dateCreated: "2026-03-04T05:06:07Z",
    release: { version: sha },
    tags: [{ key: "environment", value: "staging" }],
    entries: [
      {
        type: "exception",
        data: { values: [{ type: "E", value: "v", stacktrace: { frames: [frame("a.py", 1), frame("b.py", 2)] } }] },
      },
    ],
  });
  expect(given).toMatchObject({
    errorType: "E",
    message: "v",
    frames: [{ file: "b.py", line: 2, column: 2, inApp: true }, { file: "a.py" }],
    environment: "staging",
    commit: sha,
    project: "9",
    alias: "sentry:77",
    event: { issueId: "77", eventId: "e1" },
  });
});

test("native frames take their module or library for a file, and stay in order", () => {
  const frames = [
    { function: "main", package: "/usr/lib/libc.so" },
    { function: "boom", module: "core.engine" },
    {},
    null,
  ];
  const given = report({ exception: { values: [{ type: "SIGSEGV", value: "x", stacktrace: { frames } }] } });
  expect(given.frames).toEqual([
    { file: "core.engine", function: "boom", module: "core.engine" },
    { file: "/usr/lib/libc.so", function: "main" },
  ]);
});

test("of more than 500 frames those at the crash site are kept", () => {
  const frames = Array.from({ length: 700 }, (_, at) => ({ filename: `f${at}.js`, lineno: at + 1 }));
  const given = report({ exception: { values: [{ type: "E", value: "deep", stacktrace: { frames } }] } });
  expect(given.frames).toHaveLength(500);
  expect(given.frames[0]).toEqual({ file: "f699.js", line: 700 });
});

test("without an exception the crashed thread's stack is taken", () => {
  const stacktrace = { frames: [{ filename: "t.c", lineno: 3 }] };
  const threads = {
    values: [
      { id: 1, current: true, stacktrace: { frames: [] } },
      { id: 2, crashed: true, stacktrace },
    ],
  };
  expect(report({ message: "hang", threads }).frames).toEqual([{ file: "t.c", line: 3 }]);
});

test("a fingerprint of the application's own is its group; the default is left to the rules", () => {
  expect(report({ message: "x", fingerprint: ["{{ default }}"] })).not.toHaveProperty("group");
  expect(report({ message: "x", fingerprint: ["{{ default }}", "shop-1"] }).group).toBe("{{ default }} shop-1");
  const [one, other] = ["a", "b"].map((end) => report({ message: "x", fingerprint: ["y".repeat(400) + end] }).group);
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(one).not.toBe(other);
});

test.each([
  [sha, sha],
  [`api@1.4.2+${sha.toUpperCase()}`, sha],
  ["api@1.4.2+abc1234", undefined],
  ["1.4.2", undefined],
  [`${sha}0`, undefined],
])("the release %s names the commit %s", (release, commit) => {
  expect(report({ message: "x", release }).commit).toBe(commit);
});

test.each([
  [1_772_600_767.25, Date.UTC(2026, 2, 4, 5, 6, 7, 250)],
  ["2026-03-04T05:06:07.250+00:00", Date.UTC(2026, 2, 4, 5, 6, 7, 250)],
  ["tomorrow", at],
  [99_999_999_999, at],
  [-5, at],
  [{}, at],
])("the time %j is read as %d", (timestamp, expected) => {
  expect(report({ message: "x", timestamp }).at).toBe(expected);
});

test("an issue that came back is a report without frames, and says which event to fetch", () => {
  expect(reportOf("sentry", payloadOf("sentry-issue"))).toEqual({
    title: "RangeError: the basket is empty",
    errorType: "RangeError",
    message: "the basket is empty",
    detail: "culprit: total(src/basket)",
    frames: [],
    level: "error",
    url: "https://sentry.example/organizations/shop/issues/1117540176/",
    project: "checkout",
    alias: "sentry:1117540176",
    event: { source: "sentry", issueId: "1117540176", organization: "shop" },
    at: Date.UTC(2026, 2, 4, 5, 6, 7),
  });
});

test.each([
  ["created", "new", { kind: "report" }],
  ["unresolved", "escalating", { kind: "report" }],
  ["unresolved", "ongoing", { kind: "ignored" }],
  ["assigned", undefined, { kind: "ignored" }],
  ["archived", undefined, { kind: "ignored" }],
  ["resolved", undefined, { kind: "resolved", alias: "sentry:1117540176", by: "Sentry" }],
])("an issue that is %s (%s) is %o", (action, substatus, expected) => {
  const payload = payloadOf("sentry-issue") as { data: { issue: Json } };
  const issue = { ...payload.data.issue, substatus };
  expect(read("sentry", { ...payload, action, data: { issue } })).toMatchObject([expected]);
});

test("what our own application did is not news, under either name", () => {
  const own = (name: string) => ({ ...payloadOf("sentry-issue"), actor: { type: "application", id: "u1", name } });
  expect(whyIgnored(read("sentry", own("Self-Heal")))).toContain("ourselves");
  expect(whyIgnored(read("sentry", own("Fixer"), { ownApplication: "fixer" }))).toContain("ourselves");
  expect(whyIgnored(read("sentry", own("Fixer"), { ownApplication: "u1" }))).toContain("ourselves");
  expect(read("sentry", own("Fixer"))[0]?.kind).toBe("report");
  const person = { ...payloadOf("sentry-issue"), actor: { type: "user", name: "self-heal" } };
  expect(read("sentry", person)[0]?.kind).toBe("report");
});

test("a metric alert is evidence, and its end has the same name", () => {
  const payload = payloadOf("sentry-metric-alert");
  const [alert] = read("sentry", payload);
  expect(alert).toMatchObject({ kind: "alert", project: "checkout", severity: "critical", alias: "sentry-metric:93" });
  const [end] = read("sentry", { ...payload, action: "resolved" });
  expect(end).toMatchObject({ kind: "resolved", project: "checkout", alias: "sentry-metric:93" });
});

test.each(["installation", "comment", "seer"])("the resource %s is ignored, with the remedy", (resource) => {
  const readings = read("sentry", { action: "created" }, { headers: { "sentry-hook-resource": resource } });
  expect(whyIgnored(readings)).toMatch(/unsubscribe/);
});

test("the older plugin's payload is read as well", () => {
  const { web_url: _, issue_id: __, url: ___, ...bare } = event();
  const payload = { id: "55", project_slug: "checkout", url: "https://sentry.example/issues/55/", event: bare };
  expect(reportOf("sentry", payload)).toMatchObject({
    project: "checkout",
    alias: "sentry:55",
    url: "https://sentry.example/issues/55/",
    errorType: "RangeError",
    frames: [{ line: 41 }, { line: 166 }],
  });
});

test("a bare event needs no envelope", () => {
  expect(reportOf("sentry", event())).toMatchObject({ errorType: "RangeError", project: "checkout" });
});
