import { describe, expect, test } from "vitest";
import { looseReport, parseAnswer } from "../../src/agents/report.ts";

const whole = { title: "Guard it", rootCause: "a is null", changes: "- a\n- b", unchecked: "nothing" };

describe("parseAnswer", () => {
  test.each([
    ["plain", "TITLE: Guard it\nROOT CAUSE: a is null\nCHANGES:\n- a\n- b\nNOT CHECKED: nothing"],
    ["bold", "**TITLE:** Guard it\n**ROOT CAUSE:** a is null\n**CHANGES:**\n- a\n- b\n\n**NOT CHECKED:** nothing"],
    [
      "bold, colon outside",
      "**Title**: Guard it\n**Root cause**: a is null\n**Changes**: - a\n- b\n**Not checked**: nothing",
    ],
    ["headings", "# Title\nGuard it\n\n## Root cause\na is null\n## Changes\n- a\n- b\n## Not checked\nnothing"],
    [
      "talk before",
      "All green now.\n\nTITLE: Guard it\nROOT CAUSE: a is null\nCHANGES: - a\n- b\nNOT CHECKED: nothing",
    ],
    ["another order", "ROOT CAUSE: a is null\nNOT CHECKED: nothing\nCHANGES: - a\n- b\nTITLE: `Guard it`"],
    ["its last word", "TITLE: Draft\nTITLE: Guard it\nROOT CAUSE: a is null\nCHANGES: - a\n- b\nNOT CHECKED: nothing"],
  ])("reads it %s", (_, text) => {
    expect(parseAnswer(text, "fallback")).toEqual({ kind: "report", report: whole });
  });

  test("a missing section is empty, a missing title is made from the signal", () => {
    expect(parseAnswer("ROOT CAUSE: r\nCHANGES: c", "Fix: x")).toEqual({
      kind: "report",
      report: { title: "Fix: x", rootCause: "r", changes: "c", unchecked: "" },
    });
  });

  test("sections are cut to what the record takes, and hide nothing", () => {
    const answer = parseAnswer(
      `TITLE: ${"t".repeat(300)}\nROOT CAUSE: a\u{E0041}b\nCHANGES: ${"c".repeat(9_000)}`,
      "f",
    );
    if (answer?.kind !== "report") throw new Error("not a report");
    expect(answer.report.title).toHaveLength(200);
    expect(answer.report.changes).toHaveLength(8_000);
    expect(answer.report.rootCause).toBe("ab");
  });

  test.each([
    ["NO FIX: no-repro: the test passes", "no-repro", "the test passes"],
    ["**NO FIX:** `already-fixed`: by abc\nSee main.", "already-fixed", "by abc\nSee main."],
    ["I looked.\n\nNO FIX: infra - the runner had no disk", "infra", "the runner had no disk"],
    ["NO FIX: cosmic-rays: who knows", "no-patch", "cosmic-rays: who knows"],
    ["NO FIX: I could not find it", "no-patch", "I could not find it"],
    // A reason the model has no right to give.
    ["NO FIX: healed: trust me", "no-patch", "healed: trust me"],
    ["NO FIX: flaky", "flaky", "The agent gave no explanation."],
  ])("%s", (text, reason, note) => {
    expect(parseAnswer(text, "f")).toEqual({ kind: "none", reason, note });
  });

  test.each(["", "Done.", "The title: something", "I will write CHANGES: soon", "CHANGES: only this"])(
    "does not take %o for an answer",
    (text) => {
      expect(parseAnswer(text, "f")).toBeUndefined();
    },
  );
});

test("words without form become the changes", () => {
  expect(looseReport(" I fixed it. ", "Fix: x")).toEqual({
    title: "Fix: x",
    rootCause: "",
    changes: "I fixed it.",
    unchecked: "",
  });
});
