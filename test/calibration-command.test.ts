import { afterEach, beforeEach, expect, test } from "vitest";
import { calibrationCommand } from "../src/calibration-command.ts";
import type { In, Incident } from "../src/domain/incident.ts";
import { UserError } from "../src/domain/user-error.ts";
import { dispatch } from "../src/queue/dispatch.ts";
import { incidentNumber, insert } from "./database/incidents.ts";
import { type Setup, setup } from "./queue/setup.ts";
import { samplePolicy } from "./support/events.ts";

let it: Setup;
beforeEach(async () => {
  it = await setup();
});
afterEach(() => it.dispose());

async function tell(options: object = {}): Promise<string> {
  let text = "";
  await calibrationCommand({ dataDir: it.directory, ...options }, { write: (more) => (text += more) });
  return text;
}

type End = Pick<In<"closed">, "outcome" | "reason">;

/** An incident that triage gave this confidence, and what became of it. */
async function ended(
  n: number,
  confidence: number,
  end: End,
  origin: Incident["signal"]["origin"]["kind"] = "dispatch",
) {
  const base = incidentNumber(n);
  const signal = { ...base.signal, origin: origin === "issue" ? base.signal.origin : ({ kind: "dispatch" } as const) };
  await insert(it.store, { ...base, signal });
  const event = { type: "triaged", verdict: { kind: "fix", policy: samplePolicy, confidence } } as const;
  await dispatch(it.store, { key: `t${n}`, address: { kind: "incident", id: base.id }, event }, 2_000);
  await it.store.transaction((tx) =>
    tx.saveIncident({ ...base, signal, state: { phase: "closed", note: "", ...end } }),
  );
}

test("confidences are set beside what became of them, except where somebody asked or ended it", async () => {
  await ended(1, 0.9, { outcome: "healed", reason: "healed" });
  await ended(2, 0.65, { outcome: "rejected", reason: "not-a-bug" });
  await ended(3, 0.65, { outcome: "rejected", reason: "stopped" });
  await ended(4, 0.95, { outcome: "healed", reason: "healed" }, "issue");
  const { count, brier, bins } = JSON.parse(await tell({ json: true }));
  expect(count).toBe(2);
  expect(brier).toBeCloseTo((0.1 ** 2 + 0.65 ** 2) / 2);
  expect(bins[9]).toMatchObject({ count: 1, shareGood: 1 });
  expect(bins[6]).toMatchObject({ count: 1, shareGood: 0 });
  expect(await tell()).toContain("0.6 to 0.7   0.65   0.00      1");
});

test("a store in which nothing ended says so", async () => {
  expect(await tell()).toContain("has ended yet");
});

test("a directory without a store is the user's mistake", async () => {
  await expect(tell({ dataDir: "/nonexistent" })).rejects.toThrow(UserError);
});
