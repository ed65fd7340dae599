import { expect, test } from "vitest";
import { isTestCase, isTestFile } from "../../src/triage/test-files.ts";

const cases = [
  "src/cart.test.ts",
  "src/cart.spec.jsx",
  "src/cart.e2e.ts",
  "cart-test.js",
  "test/cart.ts",
  "tests/test_cart.py",
  "app/test_cart.py",
  "app/cart_test.py",
  "src/__tests__/cart.js",
  "pkg/cart_test.go",
  "spec/models/cart_spec.rb",
  "test/models/cart_test.rb",
  "src/test/java/a/CartTest.java",
  "src/a/CartIT.java",
  "src/TestCart.java",
  "tests/CartTest.php",
  "Cart.Tests/CartTests.cs",
  "src/CartSpec.scala",
  "test/cart_test.exs",
  "tests/cart.rs",
  "test/cart.test-d.ts",
];
const support = [
  "test/fixtures/cart.json",
  "test/helpers/cart.ts",
  "test/setup.ts",
  "tests/conftest.py",
  "src/__snapshots__/cart.test.ts.snap",
  "src/__mocks__/fs.js",
  "pkg/testdata/cart.golden",
  "spec/fixtures/cart.yml",
  "spec/support/login.rb",
  "Test/data.csv",
];
const sources = [
  "src/cart.ts",
  "src/contest.ts",
  "src/latest/cart.js",
  "src/testing.ts",
  "attest.py",
  "spec/openapi.yaml",
  "specs/design.md",
  "src/CipherSuite.java",
  "src/PodSpec.java",
  "src/AUDIT.java",
  "docs/test.md",
  "package.json",
  "vitest.config.ts",
];

test.each(cases)("%s is a test that can be run", (path) =>
  expect([isTestFile(path), isTestCase(path)]).toEqual([true, true]),
);
test.each(support)("%s belongs to the tests, but cannot be run", (path) => {
  expect([isTestFile(path), isTestCase(path)]).toEqual([true, false]);
});
test.each(sources)("%s is no test", (path) => expect([isTestFile(path), isTestCase(path)]).toEqual([false, false]));
