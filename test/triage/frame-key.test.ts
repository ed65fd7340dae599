import { expect, test } from "vitest";
import { frameKey } from "../../src/triage/frame-key.ts";

test.each<[string, Parameters<typeof frameKey>[0], Parameters<typeof frameKey>[0]]>([
  ["directories", { file: "/srv/a/cart.js", function: "f" }, { file: "/opt/b/cart.js", function: "f" }],
  ["case of a file's name", { file: "Cart.js", function: "f" }, { file: "cart.js", function: "f" }],
  ["a bundle's hash", { file: "main.3f2a91bc.js", function: "f" }, { file: "main.0b1c2d3e.js", function: "f" }],
  ["async, bound and as", { file: "a.js", function: "async f [as g]" }, { file: "a.js", function: "f" }],
  ["an object's name of the engine", { file: "a.js", function: "Object.f" }, { file: "a.js", function: "f" }],
  ["what stands for no name", { file: "a.js", function: "<anonymous>" }, { file: "a.js" }],
  [
    "a Java lambda's number",
    { module: "a.B", function: "a.B.lambda$f$0" },
    { module: "a.B", function: "a.B.lambda$f$7" },
  ],
  [
    "a lambda's class",
    { module: "a.B$$Lambda$14/0x0ab", function: "apply" },
    { module: "a.B$$Lambda$9/0x0cd", function: "apply" },
  ],
  [
    "a proxy's number",
    { module: "com.sun.proxy.$Proxy12", function: "f" },
    { module: "com.sun.proxy.$Proxy3", function: "f" },
  ],
  [
    "an enhancer's hash",
    { module: "a.B$$EnhancerBySpringCGLIB$$8a3f", function: "f" },
    { module: "a.B", function: "f" },
  ],
  [
    "an accessor's number",
    { module: "x.GeneratedMethodAccessor12", function: "invoke" },
    { module: "x.GeneratedMethodAccessor7", function: "invoke" },
  ],
  ["a gem's version", { module: "rack (2.1.0)", function: "call" }, { module: "rack (3.0.0)", function: "call" }],
  ["a block in Ruby", { file: "a.rb", function: "block (2 levels) in total" }, { file: "a.rb", function: "total" }],
  [
    "a view's digits in Rails",
    { file: "a.erb", function: "_app_show_html_erb__123456_789" },
    { file: "a.erb", function: "_app_show_html_erb__998877_11" },
  ],
  [
    "a closure's place in PHP",
    { file: "a.php", function: "{closure:/srv/a.php:3}" },
    { file: "a.php", function: "{closure:/srv/a.php:9}" },
  ],
  [
    "a closure's number in Go",
    { module: "main", function: "main.f.func1" },
    { module: "main", function: "main.f.func2.1" },
  ],
  ["a hash in Rust", { file: "a.rs", function: "a::f::h0123456789abcdef" }, { file: "a.rs", function: "a::f" }],
])("%s does not count", (_, one, other) => expect(frameKey(one)).toBe(frameKey(other)));

test.each<[string, Parameters<typeof frameKey>[0], Parameters<typeof frameKey>[0]]>([
  ["the file", { file: "a.js", function: "f" }, { file: "b.js", function: "f" }],
  ["the function", { file: "a.js", function: "f" }, { file: "a.js", function: "g" }],
  ["the module", { module: "a.B", function: "f" }, { module: "a.C", function: "f" }],
])("%s counts", (_, one, other) => expect(frameKey(one)).not.toBe(frameKey(other)));

test("a module counts in place of the file, and is not repeated in the function", () => {
  expect(frameKey({ file: "B.java", module: "a.B", function: "a.B.f" })).toBe("a.B f");
  expect(frameKey({ file: "/srv/a.js", function: "f" })).toBe("a.js f");
});

test.each([{}, { file: "<anonymous>" }, { file: "[native code]", function: "map" }, { file: "https://shop.example/" }])(
  "a frame without a place has no key: %j",
  (frame) => expect(frameKey(frame)).toBeUndefined(),
);
