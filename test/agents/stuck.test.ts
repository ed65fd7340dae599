import { describe, expect, test } from "vitest";
import { callMove, stuck } from "../../src/agents/stuck.ts";
import type { Move } from "../../src/agents/stuck.ts";

const monologue: Move = { kind: "monologue" };

function did(action: string, observation = "ok", failed = false): Move {
  return { kind: "call", action, observation, failed };
}

function times(count: number, ...moves: Move[]): Move[] {
  return Array.from({ length: count }, () => moves).flat();
}

describe("stuck", () => {
  test.each<[string, Move[], "nudge" | "stop" | undefined]>([
    ["nothing yet", [], undefined],
    ["three times the same with the same result", times(3, did("a")), undefined],
    ["four times the same with the same result", times(4, did("a")), "stop"],
    ["the same with other results", [1, 2, 3, 4].map((n) => did("a", `${n}`)), undefined],
    ["twice the same failure", times(2, did("a", "e", true)), undefined],
    ["three times the same failure", times(3, did("a", "e", true)), "nudge"],
    ["three failures of the same call with other texts", [1, 2, 3].map((n) => did("a", `${n}`, true)), "nudge"],
    ["three failures of other calls", ["a", "b", "c"].map((action) => did(action, "e", true)), undefined],
    ["two monologues", times(2, monologue), undefined],
    ["three monologues", times(3, monologue), "stop"],
    ["monologues with work between", [monologue, monologue, did("a"), monologue], undefined],
    ["A B A B", times(2, did("a"), did("b")), undefined],
    ["A B A B A B", times(3, did("a"), did("b")), "stop"],
    ["edit and test with new results", [1, 2, 3].flatMap((n) => [did("edit"), did("test", `${n}`)]), undefined],
    ["a repetition that is over", [...times(4, did("a")), did("b")], undefined],
    ["a repetition with a message between", [...times(3, did("a")), monologue, did("a")], undefined],
  ])("%s", (_, moves, verdict) => {
    expect(stuck(moves, false)?.do).toBe(verdict);
  });

  test("after a nudge, a loop of failures is the end", () => {
    expect(stuck(times(3, did("a", "e", true)), true)?.do).toBe("stop");
  });

  test("looks at the last 20 moves only", () => {
    const old = times(40, did("a"));
    const recent = Array.from({ length: 17 }, (_, n) => did(`${n}`));
    expect(stuck([...old, ...recent, ...times(3, did("x"))], false)).toBeUndefined();
  });
});

test("durations and addresses do not hide a repetition", () => {
  const first = callMove("bash", { command: "npm test" }, { text: "1 failed in 12 ms at 0x7f01", isError: true });
  const second = callMove("bash", { command: "npm test" }, { text: "1 failed in 1.5s at 0xbeef", isError: true });
  expect(first).toEqual({ ...second, observation: "1 failed in <time> at <address>" });
  expect(second).toMatchObject({ observation: "1 failed in <time> at <address>" });
});
