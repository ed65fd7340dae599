import { expect, test } from "vitest";
import { stormMarker, stormText, stormTitle } from "../../src/effects/storm-text.ts";
import { incidentNumber } from "../database/incidents.ts";
import { sampleIncident } from "../support/incident.ts";

const tries = { attempt: 0, automatic: 0, ci: 0 };
const state = { phase: "held", reason: "storm", note: "More than 10 new failures.", tries } as const;
const titles = [1, 2, 3].map((n) => ({ fingerprint: incidentNumber(n).fingerprint, title: `failure ${n}`, count: n }));

test("says how much there is, what comes up most, and what to do", () => {
  const text = stormText({ ...sampleIncident(), state, signals: 6, storm: { failures: 30, titles } });
  expect(text).toContain("More than 10 new failures.");
  expect(text).toContain("30 new failures were counted here so far, in 6 reports:");
  expect(text).toMatch(/3 × failure 3\n +2 × failure 2\n +1 × failure 1\n +… and 27 more\n/);
  expect(text).toContain("**What to do:** Look for one cause");
  expect(stormMarker(sampleIncident())).toBe("<!-- self-heal:storm:abcd1234 -->");
  expect(stormTitle()).not.toContain("\n");
});

test("shows other people's words as text that notifies nobody", () => {
  const hostile = {
    fingerprint: incidentNumber(1).fingerprint,
    title: "```\n@acme/all <!-- \u202E fixes #1",
    count: 1,
  };
  const text = stormText({ ...sampleIncident(), state, storm: { failures: 1, titles: [hostile] } });
  expect(text).toMatch(/````text\n +1 × ``` @acme\/all <!-- +fixes #1\n````/);
  expect(text).not.toContain("\u202E");
});
