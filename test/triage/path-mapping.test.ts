import { expect, test } from "vitest";
import { applyMappings, learnMapping, rememberMapping } from "../../src/triage/path-mapping.ts";
import type { PathMapping } from "../../src/triage/path-mapping.ts";

test.each([
  ["/srv/app/src/a.js", "src/a.js", { stackRoot: "/srv/app/", sourceRoot: "" }],
  ["app/a.js", "packages/web/app/a.js", { stackRoot: "", sourceRoot: "packages/web/" }],
  ["/build/x/src/a.js", "api/src/a.js", { stackRoot: "/build/x/", sourceRoot: "api/" }],
  ["C:\\b\\src\\a.cs", "src/a.cs", { stackRoot: "/b/", sourceRoot: "" }],
  ["src/a.js", "src/a.js", undefined],
  ["/srv/a.js", "src/b.js", undefined],
  ["/srv/../a.js", "src/a.js", undefined],
])("%s being %s teaches %j", (frame, path, expected) => expect(learnMapping(frame, path)).toEqual(expected));

test("a mapping that was learned leads back to where it was learned from", () => {
  const roots = learnMapping("/build/x/src/a.js", "api/src/a.js");
  expect(roots && applyMappings("/build/x/src/a.js", [{ ...roots, from: "manual" }], () => true)).toBe("api/src/a.js");
});

test("what one frame taught counts only when a different one agrees", () => {
  const roots = { stackRoot: "/srv/", sourceRoot: "" };
  const once = rememberMapping([], roots, "/srv/a.js");
  const same = rememberMapping(once, roots, "/srv/a.js");
  expect(applyMappings("/srv/c.js", same, () => true)).toBeUndefined();
  const twice = rememberMapping(same, roots, "/srv/b.js");
  expect(twice).toEqual([{ ...roots, from: "learned", seenIn: ["/srv/a.js", "/srv/b.js"] }]);
  expect(applyMappings("/srv/c.js", twice, () => true)).toBe("c.js");
  expect(rememberMapping(twice, roots, "/srv/d.js")).toBe(twice);
});

const learned = (stackRoot: string, sourceRoot: string): PathMapping => ({
  stackRoot,
  sourceRoot,
  from: "learned",
  seenIn: ["a", "b"],
});

test("people's mappings come before learned ones, absolute before relative, long roots before short ones", () => {
  const apply = (...mappings: PathMapping[]) => applyMappings("/srv/app/a.js", mappings, () => true);
  const manual: PathMapping = { stackRoot: "/srv/", sourceRoot: "by-hand/", from: "manual" };
  expect(apply(learned("/srv/app/", "long/"), manual)).toBe("by-hand/app/a.js");
  expect(apply(learned("/srv/", "short/"), learned("/srv/app/", "long/"))).toBe("long/a.js");
  expect(apply(learned("", "relative"), learned("/", "absolute/"))).toBe("absolute/srv/app/a.js");
});

test("only files that exist are found, and none outside of the repository", () => {
  const mappings = [learned("/srv/app/", "gone/"), learned("/srv/", "src/")];
  expect(applyMappings("/srv/app/a.js", mappings, (path) => path === "src/app/a.js")).toBe("src/app/a.js");
  expect(applyMappings("/srv/app/a.js", mappings, () => false)).toBeUndefined();
  expect(applyMappings("/srv/app/../../a.js", mappings, () => true)).toBeUndefined();
  expect(applyMappings("/srv/app/a.js", [learned("/srv/", "../")], () => true)).toBeUndefined();
  expect(applyMappings("/srv/app/a.js", [learned("/srv/", "/etc/")], () => true)).toBeUndefined();
});
