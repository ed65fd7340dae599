import { expect, test } from "vitest";
import type { Signal } from "../../src/domain/signal.ts";
import { confidence } from "../../src/triage/confidence.ts";
import { indexPaths } from "../../src/triage/repository-path.ts";
import { signal } from "./signals.ts";

const facts = { paths: indexPaths(["src/cart.js", "setup.js", "index.js", "lib/index.js"]) };
const commit = "a".repeat(40);
const issue: Partial<Signal> = { origin: { kind: "issue", number: 1 } };
const workflow: Partial<Signal> = { origin: { kind: "workflow", run: 1, name: "CI" }, frames: [] };
const vendor = [{ file: "/srv/node_modules/x/y.js" }];

test.each<[string, Partial<Signal>, number]>([
  ["a stack in the repository", {}, 0.65],
  ["a stack in the repository, at a known commit", { commit }, 0.7],
  ["a place at the root", { frames: [{ file: "setup.js" }] }, 0.65],
  ["a place that is not there", { frames: [{ file: "src/gone.js" }] }, 0.5],
  ["a place whose last name alone is there", { frames: [{ file: "/srv/other/index.js" }] }, 0.5],
  ["only a message", { frames: [] }, 0.25],
  ["a message and a text", { frames: [], detail: "long" }, 0.5],
  ["only foreign code", { frames: vendor }, 0.25],
  ["minified code", { frames: [{ file: "https://cdn.example.com/app/main.min.js", line: 1, column: 5 }] }, 0.2],
  ["code on one endless line", { frames: [{ file: "/a/b.js", line: 1, column: 20_000 }] }, 0.2],
  ["a short id for a commit", { commit: "abc" }, 0.65],
  ["a label", { ...issue, frames: [] }, 0.9],
  ["a label on foreign minified code", { ...issue, frames: [{ file: "/srv/node_modules/x.min.js" }] }, 0.9],
  ["a label on a stack in the repository at a commit", { ...issue, commit }, 1],
  ["a command line", { origin: { kind: "local" }, frames: [] }, 0.9],
  ["a red default branch", { ...workflow, commit }, 0.7],
  ["a red default branch at an unknown commit", workflow, 0.65],
])("%s: %s", (_, patch, value) => expect(confidence(signal(patch), facts).value).toBe(value));

test("the terms say why, and add up", () => {
  const { value, terms } = confidence(signal({ commit }), facts);
  expect(terms).toEqual([
    { name: "a machine reported it", delta: 0.5 },
    { name: "it points at a file of this repository", delta: 0.15 },
    { name: "the commit is known", delta: 0.05 },
  ]);
  expect(value).toBe(0.7);
});
