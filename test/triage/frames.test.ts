import { expect, test } from "vitest";
import { framePath, isVendor } from "../../src/triage/frames.ts";

test.each([
  ["/srv/app/src/a.js", false],
  ["src/a.py", false],
  ["vendored/a.js", false],
  ["/srv/app/node_modules/x/i.js", true],
  ["C:\\app\\node_modules\\x\\i.js", true],
  ["/usr/lib/python3.11/json/decoder.py", true],
  ["/opt/venv/lib/python3.12/site-packages/x.py", true],
  ["/home/u/go/pkg/mod/github.com/x/y.go", true],
  ["/usr/local/go/src/runtime/panic.go", true],
  ["/usr/local/bundle/gems/rack-1/lib/rack.rb", true],
  ["node:internal/process", true],
  ["internal/modules/cjs/loader.js", true],
  ["<frozen importlib._bootstrap>", true],
  ["[native code]", true],
  ["dart:async/zone.dart", true],
  ["package:flutter/src/widgets/framework.dart", true],
  ["package:shop/cart.dart", false],
  ["/home/u/.pub-cache/hosted/x/lib/x.dart", true],
  ["github.com/pkg/errors@v0.9.1/errors.go", true],
  ["/rustc/90c5/library/core/src/option.rs", true],
  ["/_/src/libraries/System.Linq/Sum.cs", true],
  ["Swift/ContiguousArrayBuffer.swift", true],
])("%s is foreign: %s", (file, expected) => expect(isVendor({ file })).toBe(expected));

test.each([
  ["file:///srv/app/a.js", "/srv/app/a.js"],
  ["webpack://app/./src/a.ts?1a2b", "app/./src/a.ts"],
  ["app:///src/a.js", "src/a.js"],
  ["https://example.com/static/a.js#x", "/static/a.js"],
  ["C:\\app\\a.js", "/app/a.js"],
  ["../../src/a.js", "src/a.js"],
  ["webpack-internal:///(rsc)/./app/page.tsx", "(rsc)/./app/page.tsx"],
])("the path of %s is %s", (file, expected) => expect(framePath(file)).toBe(expected));
