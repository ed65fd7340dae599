import fc from "fast-check";
import { expect, test } from "vitest";
import { indexPaths, repositoryPath } from "../../src/triage/repository-path.ts";

const scripts = ["src/cart.js", "packages/api/src/cart.js", "index.js", "lib/index.js", "src/my file.ts"];
const others = ["lib/only.rb", "lib/bar.dart", "a/b/x.py", "c/b/x.py"];
const classes = ["app/src/main/java/com/acme/Cart.java", "one/com/acme/Twin.java", "two/com/acme/Twin.java"];
const index = indexPaths([...scripts, ...others, ...classes]);

test.each([
  ["/srv/app/src/cart.js", "src/cart.js"],
  ["/build/packages/api/src/cart.js", "packages/api/src/cart.js"],
  ["src/cart.js", "src/cart.js"],
  ["webpack://app/./src/cart.js?1a2b", "src/cart.js"],
  ["C:\\build\\src\\cart.js", "src/cart.js"],
  ["/srv/lib/index.js", "lib/index.js"],
  ["only.rb", "lib/only.rb"],
  ["package:shop/bar.dart", "lib/bar.dart"],
  ["/srv/src/my file.ts", "src/my file.ts"],
])("%s is %s in the repository", (file, expected) => expect(repositoryPath({ file }, index)).toBe(expected));

test.each([
  ["the last name alone where there are several", "/srv/other/index.js"],
  ["a tail of which there are two", "b/x.py"],
  ["one that one file ends and another ends with", "api/src/cart.js"],
  ["a directory that differs", "/srv/lib/cart.js"],
  ["a part of a segment", "/srv/mysrc/cart.js"],
  ["a path with dots in it", "/srv/../src/cart.js"],
  ["a package's file", "/srv/node_modules/x/src/cart.js"],
  ["a file that is gone", "src/gone.js"],
  ["nothing", ""],
])("%s is no file of the repository", (_, file) => expect(repositoryPath({ file }, index)).toBeUndefined());

test("Java's package says where the file lies", () => {
  const find = (file: string, module: string) => repositoryPath({ file, module }, index);
  expect(find("Cart.java", "com.acme.Cart$Line")).toBe("app/src/main/java/com/acme/Cart.java");
  expect(find("Cart.java", "org.other.Cart")).toBeUndefined();
  expect(find("Twin.java", "com.acme.Twin")).toBeUndefined();
});

const Segment = fc.constantFrom("a", "b", "src", "..", ".", "x.js", "y.js", "lib");
const Path = fc.array(Segment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/"));

test("what is found is in the tree, and agrees with the frame from the end", () => {
  fc.assert(
    fc.property(fc.array(Path, { maxLength: 30 }), Path, (paths, file) => {
      const found = repositoryPath({ file }, indexPaths(paths));
      if (found === undefined) return;
      expect(paths).toContain(found);
      expect(found.split("/")).not.toContain("..");
      const names = file.split("/").filter((segment) => segment !== ".");
      expect(found.split("/").at(-1)).toBe(names.at(-1));
    }),
  );
});

test("a hundred thousand files are indexed once and asked often", () => {
  const many = Array.from({ length: 100_000 }, (_, at) => `packages/p${at % 500}/src/part${at}/index.ts`);
  const start = performance.now();
  const big = indexPaths([...many, "packages/p1/src/only.ts"]);
  for (let at = 0; at < 10_000; at += 1) repositoryPath({ file: "/srv/p1/src/only.ts" }, big);
  expect(repositoryPath({ file: "/srv/packages/p7/src/part7/index.ts" }, big)).toBe("packages/p7/src/part7/index.ts");
  expect(performance.now() - start).toBeLessThan(3_000);
});

const few = indexPaths(["src/cart.js", "packages/api/src/cart.js", "index.js", "lib/index.js"]);

test.each([
  ["/srv/app/src/cart.js", "src/cart.js"],
  ["/build/packages/api/src/cart.js", "packages/api/src/cart.js"],
  ["src/cart.js", "src/cart.js"],
  ["index.js", "index.js"],
  ["webpack://app/./src/cart.js", "src/cart.js"],
  ["/srv/other/index.js", undefined],
  ["/srv/lib/index.js", "lib/index.js"],
  ["/srv/../src/cart.js", undefined],
  ["src/gone.js", undefined],
  ["", undefined],
])("%s is %s in the repository", (file, expected) => {
  expect(repositoryPath({ file }, few)).toBe(expected);
});
