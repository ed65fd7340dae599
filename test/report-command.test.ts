import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../src/domain/user-error.ts";
import { dispatch } from "../src/queue/dispatch.ts";
import { reportCommand } from "../src/report-command.ts";
import { samplePatch, samplePolicy } from "./support/events.ts";
import { incidentNumber } from "./database/incidents.ts";
import { type Setup, openNumber, setup } from "./queue/setup.ts";

let it: Setup;
beforeEach(async () => {
  it = await setup();
});
afterEach(() => it.dispose());

const hour = 3_600_000;
const now = Date.parse("2026-01-14T12:00:00Z");
const tries = { attempt: 1, automatic: 1, ci: 0 };

/** While the App has the store open. */
async function tell(options: object = {}): Promise<{ code: number; text: string }> {
  let text = "";
  const out = { write: (more: string) => (text += more) };
  const code = await reportCommand({ since: "24h", dataDir: it.directory, now, ...options }, out);
  return { code, text };
}

const happens = (n: number, event: Parameters<typeof dispatch>[1]["event"], at = now - hour) =>
  dispatch(it.store, { key: `${n}-${event.type}`, address: { kind: "incident", id: incidentNumber(n).id }, event }, at);
const verdict = (reason?: "observing" | "low-confidence") =>
  reason
    ? ({ kind: "hold", policy: samplePolicy, reason, note: "" } as const)
    : ({ kind: "fix", policy: samplePolicy, confidence: 1 } as const);

describe("the report of a day", () => {
  beforeEach(async () => {
    for (const n of [1, 2, 3]) await openNumber(it.store, n, undefined, now - 2 * hour);
    await openNumber(it.store, 4, undefined, now - 48 * hour);
    await happens(1, { type: "triaged", verdict: verdict() });
    await happens(1, { type: "patchProduced", patch: samplePatch(1) });
    await happens(2, { type: "triaged", verdict: verdict("observing") });
    await happens(3, { type: "triaged", verdict: verdict("low-confidence") });
  });

  test("counts what was opened, acted on and would have been acted on, by reason", async () => {
    const { code, text } = await tell({ json: true });
    expect(code).toBe(0);
    expect(JSON.parse(text)).toEqual({
      since: "2026-01-13T12:00:00.000Z",
      until: "2026-01-14T12:00:00.000Z",
      incidents: 3,
      actedOn: 1,
      wouldHaveActed: 1,
      byReason: { observing: 1, "low-confidence": 1 },
      falsePositives: [],
    });
    expect((await tell()).text).toContain("No false positives.");
  });

  test("lists what people marked as no bug in that time, also of older incidents, and exits with 1", async () => {
    await happens(2, { type: "notABugSaid", by: "ada", note: "it is meant to" });
    await happens(4, { type: "notABugSaid", by: "bob", note: "" });
    const { code, text } = await tell({ json: true });
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({
      incidents: 3,
      wouldHaveActed: 1,
      falsePositives: [
        { incident: incidentNumber(4).id, acted: false },
        { incident: incidentNumber(2).id, repository: "acme/shop", acted: false, at: "2026-01-14T11:00:00.000Z" },
      ],
    });
    expect((await tell()).text).toMatch(/False positives \(marked with not-a-bug\): 2\n.*acme\/shop {2}It breaks/);
    expect((await tell({ since: "30m" })).code).toBe(0);
  });

  test("can be about one repository", async () => {
    await happens(2, { type: "notABugSaid", by: "ada", note: "" });
    expect((await tell({ repository: "ACME/shop" })).code).toBe(1);
    const { code, text } = await tell({ repository: "acme/other", json: true });
    expect([code, JSON.parse(text)]).toMatchObject([0, { incidents: 0, falsePositives: [] }]);
  });
});

test("an incident that is being fixed has no reason yet", async () => {
  await openNumber(it.store, 1, { phase: "fixing", tries }, now - hour);
  expect(JSON.parse((await tell({ json: true })).text)).toMatchObject({ incidents: 1, byReason: {} });
});

test.each([
  [{ since: "yesterday" }, "Write --since as 24h"],
  [{ repository: "shop" }, "owner/name"],
  [{ dataDir: "/nowhere/at/all" }, "There is no store at /nowhere/at/all"],
])("%j is refused with what to write", async (options, message) => {
  const refused = tell(options);
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toBeInstanceOf(UserError);
});
