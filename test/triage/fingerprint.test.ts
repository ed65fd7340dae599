import fc from "fast-check";
import { expect, test } from "vitest";
import { Fingerprint } from "../../src/domain/signal.ts";
import type { Signal } from "../../src/domain/signal.ts";
import { fingerprint, group } from "../../src/triage/fingerprint.ts";
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
  ["the words of the message, where there is a stack", { message: "TypeError: cannot add baskets" }],
  ["release and level", { release: "cart@9", level: "fatal" }],
  ["a deeper recursion between two functions", { frames: [first, ...base.frames.slice(2), first, ...base.frames] }],
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
  ["the words of the message, where there is no stack", { frames: [], message: "TypeError: it has no baskets" }],
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

test("the sender knows better than the path what is its own code", () => {
  const flagged = (inApp: boolean, library: string) =>
    fingerprint(signal({ frames: [first, { file: "/srv/app/src/lib.js", function: library, inApp }] }));
  expect(flagged(false, "a")).toBe(flagged(false, "b"));
  expect(flagged(true, "a")).not.toBe(flagged(true, "b"));
});

test("what a library throws from two places is two failures", () => {
  const thrown = (name: string) =>
    fingerprint(signal({ frames: [{ file: "/a/node_modules/pg/i.js", function: name }, ...base.frames] }));
  expect(thrown("connect")).not.toBe(thrown("parse"));
});

test("browsers name functions differently and mean the same", () => {
  const html = (file: string, names: (string | undefined)[]) =>
    fingerprint(signal({ frames: names.map((name) => ({ file, ...(name && { function: name }) })) }));
  const chrome = html("https://a.example/shop.html", ["Object.pay", "callLater", undefined, "test"]);
  expect(html("http://b.example/shop.html", ["pay", "callLater", "test/<", "test"])).toBe(chrome);
  expect(html("http://b.example/shop.html", ["pay", "callLater", "Anonymous function", "test"])).toBe(chrome);
  expect(html("http://b.example/cart.html", ["pay", "callLater", "test/<", "test"])).not.toBe(chrome);
});

test("code of an engine between the frames does not count", () => {
  const native = [first, { file: "<anonymous>", function: "Array.map" }, ...base.frames.slice(1)];
  expect(fingerprint(signal({ frames: native }))).toBe(fingerprint(base));
});

const inner = { type: "KeyError", message: "'sku' of 7", frames: [{ file: "src/price.py", function: "price" }] };
const outer = { type: "CartError", frames: [{ file: "src/cart.py", function: "total" }] };

test("of a chain the innermost error with own code decides, and the others count by type and crash site", () => {
  const chain = (...exceptions: NonNullable<Signal["exceptions"]>) => group(signal({ exceptions }));
  expect(chain(outer, inner).inputs).toEqual(["KeyError", "price.py price", "CartError", "cart.py total"]);
  const foreign = { type: "SocketError", frames: [{ file: "/x/site-packages/net.py", function: "read" }] };
  expect(chain(outer, foreign).inputs[0]).toBe("CartError");
  const other = { ...outer, type: "OtherError" };
  expect(chain(other, inner).fingerprint).not.toBe(chain(outer, inner).fingerprint);
});

test.each<[string, Partial<Signal>, string]>([
  ["an issue", { origin: { kind: "issue", number: 5 } }, "issue"],
  ["a workflow", { origin: { kind: "workflow", run: 1, name: "CI" } }, "workflow"],
  ["a sender's group", { group: "g" }, "custom"],
  ["a stack", {}, "stack"],
  ["a type and a message", { frames: [] }, "exception"],
  ["a message", { frames: [], errorType: undefined, message: "disk is full" }, "message"],
  ["a title alone", { frames: [], errorType: undefined, message: "" }, "alert"],
])("%s is grouped by its own rule", (_, patch, reason) => expect(group(signal(patch)).reason).toBe(reason));

test("{{ default }} adds to the rules, whatever its spaces, and a group without it replaces them", () => {
  const own = (name: string, patch: Partial<Signal>) => fingerprint(signal({ group: name, ...patch }));
  const elsewhere = { frames: [{ file: "src/tax.js", function: "tax" }] };
  expect(own("{{ default }} eu", {})).not.toBe(own("{{ default }} eu", elsewhere));
  expect(own("{{ default }} eu", {})).not.toBe(own("{{ default }} us", {}));
  expect(own("{{default}} eu", {})).toBe(own("{{ default }} eu", {}));
  expect(own("eu", {})).toBe(own("eu", elsewhere));
});

test("whatever is in a signal, it has a group, and the same one each time", () => {
  const text = fc.string({ maxLength: 40 });
  const frame = fc.record(
    { file: fc.string({ minLength: 1, maxLength: 60 }), function: text, module: text, inApp: fc.boolean() },
    { requiredKeys: ["file"] },
  );
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 20 }), text, text, (all, errorType, message) => {
      const given = signal({ frames: all, errorType, message });
      expect(Fingerprint.parse(fingerprint(given))).toBe(fingerprint(structuredClone(given)));
    }),
  );
});

test("a sender's group joins what looks different", () => {
  expect(fingerprint(signal({ group: "g", message: "a", frames: [] }))).toBe(fingerprint(signal({ group: "g" })));
});

test("keeps its form and its values: a changed rule needs a new version", () => {
  expect(Fingerprint.parse(fingerprint(base))).toMatchInlineSnapshot(`"v1:3db7c539697cd6868c008b6275670710"`);
  expect(fingerprint(signal({ origin: { kind: "issue", number: 5 } }))).toMatchInlineSnapshot(
    `"v1:d3be63130b6fc841cd9324bff4845593"`,
  );
});
