import { expect, test } from "vitest";
import { Fingerprint } from "../../src/domain/signal.ts";
import type { Signal } from "../../src/domain/signal.ts";
import { fingerprint } from "../../src/triage/fingerprint.ts";
import { signal } from "./signals.ts";

const base = signal();
const first = base.frames[0] ?? { file: "" };

function frames(change: (frame: Signal["frames"][number]) => Signal["frames"][number]): Partial<Signal> {
  return { frames: base.frames.map(change) };
}

test.each<[string, Partial<Signal>]>([
  ["lines and columns", frames((frame) => ({ ...frame, line: 99, column: 1 }))],
  [
    "the deployment's directory",
    frames((frame) => ({ ...frame, file: frame.file.replace("/srv/app", "/opt/releases/42") })),
  ],
  ["an origin before the path", frames((frame) => ({ ...frame, file: `file://${frame.file}?v=2` }))],
  ["numbers in the message", { message: "TypeError: total of 17 items is not a number" }],
  ["decorations of a function", frames((frame) => ({ ...frame, function: `async ${frame.function} [as run]` }))],
  ["a recursion", { frames: [first, { ...first, line: 3 }, ...base.frames] }],
  ["frames of packages", { frames: base.frames.filter(({ file }) => !file.includes("node_modules")) }],
  [
    "commit, environment, address, title, detail, time",
    { commit: "a".repeat(40), environment: "x", url: "https://x", title: "x", detail: "x", at: 7 },
  ],
  ["the repository's name", { repository: { id: 1, installation: 9, owner: "new", name: "name" } }],
  ["the error's name being in the message or not", { message: "total of 3 items is not a number" }],
])("%s does not change it", (_, patch) => expect(fingerprint(signal(patch))).toBe(fingerprint(base)));

test.each<[string, Partial<Signal>]>([
  ["the repository", { repository: { id: 2, installation: 2, owner: "octo", name: "cart" } }],
  ["the error's type", { errorType: "RangeError" }],
  ["the words of the message", { message: "TypeError: total of 3 baskets is not a number" }],
  ["the file of the crash", { frames: [{ ...first, file: "/srv/app/src/tax.js" }, ...base.frames.slice(1)] }],
  ["the function of the crash", { frames: [{ ...first, function: "Cart.tax" }, ...base.frames.slice(1)] }],
  ["the sender's own group", { group: "g" }],
  ["the origin", { origin: { kind: "issue", number: 1 } }],
])("%s changes it", (_, patch) => expect(fingerprint(signal(patch))).not.toBe(fingerprint(base)));

test("only the five frames nearest to the crash count", () => {
  const deep = (last: string) => ({
    frames: Array.from({ length: 6 }, (_, at) => ({ file: `src/${at}.js`, function: at === 5 ? last : "f" })),
  });
  expect(fingerprint(signal(deep("a")))).toBe(fingerprint(signal(deep("b"))));
});

test("a bundle's content hash does not count", () => {
  const bundle = (file: string) => fingerprint(signal({ frames: [{ file, function: "f" }] }));
  expect(bundle("https://a.example/main.3f2a91bc.js")).toBe(bundle("https://a.example/main.0b1c2d3e.js"));
  expect(bundle("https://a.example/main.js")).not.toBe(bundle("https://a.example/other.js"));
});

test("without code of the repository any code counts", () => {
  const foreign = (name: string) => ({ frames: [{ file: "/a/node_modules/x/i.js", function: name }] });
  expect(fingerprint(signal(foreign("a")))).not.toBe(fingerprint(signal(foreign("b"))));
});

test("an issue is itself, whatever it says", () => {
  const origin = { kind: "issue", number: 5 } as const;
  const texts: Partial<Signal>[] = [{ title: "b", message: "c" }, { group: "g" }, { frames: [] }];
  for (const text of texts) expect(fingerprint(signal({ origin, ...text }))).toBe(fingerprint(signal({ origin })));
  expect(fingerprint(signal({ origin: { kind: "issue", number: 6 } }))).not.toBe(fingerprint(signal({ origin })));
});

test("a workflow is its name, whatever run failed", () => {
  const run = (id: number, name: string) =>
    fingerprint(signal({ origin: { kind: "workflow", run: id, name }, message: `${id}` }));
  expect(run(1, "CI")).toBe(run(2, "CI"));
  expect(run(1, "CI")).not.toBe(run(1, "Release"));
});

test("a sender's group joins what looks different", () => {
  expect(fingerprint(signal({ group: "g", message: "a", frames: [] }))).toBe(fingerprint(signal({ group: "g" })));
});

test("keeps its form and its values: a changed rule needs a new version", () => {
  expect(Fingerprint.parse(fingerprint(base))).toMatchInlineSnapshot(`"v1:8ecab11d05a740133b7f716c48bcb2e6"`);
  expect(fingerprint(signal({ origin: { kind: "issue", number: 5 } }))).toMatchInlineSnapshot(
    `"v1:5b893243a3139d8250bb23ef19869d9c"`,
  );
});
