import { rulesOf } from "./log-rule.ts";
import type { LogRule } from "./log-rule.ts";

/** Test frameworks: the name of the test that failed is the best line, then its assertion, then the count. */
export const testRules: readonly LogRule[] = [
  ...rulesOf("dependency", {
    // Before the tests' own lines: a module that cannot be imported fails every test in it.
    "pytest-import": {
      cues: "importerror while loading conftest",
      pattern: /^ImportError while loading conftest '/,
      yes: "ImportError while loading conftest '/app/tests/conftest.py'.",
      no: "ImportError while loading",
    },
  }),
  ...rulesOf("test-deterministic", {
    pytest: {
      cues: "failed|error ",
      pattern:
        /^(?:FAILED\b[^:]{0,60}[:\s]\s?|ERROR (?:collecting )?)(?:\[\d{1,6}(?:\.\d{1,6})?s\] )?[\w./\\-]{1,300}(?:\.py\b|::\w)/,
      yes: "FAILED tests/test_cart.py::test_total - AssertionError: assert 3 == 4",
      no: "FAILED to open the door",
    },
    "pytest-interrupted": {
      cues: "!!!!!!!!!!",
      pattern: /^!{5,60} (?!stopping after|xdist\.dsession)\S.{0,300} !{5,60}$/,
      yes: "!!!!!!!!!!!!!!!!!!! KeyboardInterrupt !!!!!!!!!!!!!!!!!!!",
      no: "!!!!!!!!!!!!!!!!!!! stopping after 1 failures !!!!!!!!!!!!!!!!!!!",
    },
    unittest: {
      cues: "fail: |error: ",
      pattern: /^(?:FAIL|ERROR): (?:\w+ \([\w.<>-]{1,300}\)|setUpClass|tearDownClass|Doctest: )/,
      yes: "FAIL: test_total (tests.test_cart.CartTest)",
      no: "ERROR: something (else entirely)!",
    },
    "pytest-assert": {
      cues: "e   |error",
      pattern: /^E {3}\s{0,20}(?:[\w.]{0,100}(?:Error|Exception)\b|assert |Failed: )/,
      yes: "E   AssertionError: assert 3 == 4",
      no: "E  flat is a key",
    },
    "pytest-section": {
      cues: "____ ",
      pattern: /^_{4,80} \S.{0,300} _{4,80}$/,
      yes: "_______________ CartTest.test_total _______________",
      no: "____ sign here",
    },
    // The list of tests as they ran has the name only.
    "pytest-verbose": {
      cues: "failed|error",
      pattern:
        /^(?:\[gw\d{1,3}\] \[ {0,2}\d{1,3}%\] (?:FAILED|ERROR) )?[\w./\\-]{1,300}\.py::\S.{0,400}\b(?:FAILED|ERROR)\b|^\[gw\d{1,3}\] \[ {0,2}\d{1,3}%\] FAILED /,
      yes: "tests/test_cart.py::test_total FAILED                     [ 50%]",
      no: "tests/test_cart.py::test_total PASSED                     [ 50%]",
    },
    jest: {
      cues: "●",
      pattern: /^\s{0,4}● (?!Console|Cannot log|Deprecation)\S.{0,400}$/,
      take: "first",
      yes: "  ● cart › adds up",
      no: "  ● Console",
    },
    vitest: {
      cues: "fail ",
      pattern: /^\s{0,3}(?:❯ )?FAIL\s{1,3}(?:\|[^|]{1,60}\| )?\S{1,300}(?: > |\.[cm]?[jt]sx?)/,
      take: "first",
      yes: " FAIL  test/cart.test.ts > adds up",
      no: " FAIL  loudly",
    },
    "go-test": {
      cues: "--- fail: ",
      pattern: /^\s{0,40}--- FAIL: \S/,
      yes: "--- FAIL: TestTotal (0.00s)",
      no: "--- PASS: TestTotal (0.00s)",
    },
    "cargo-test": {
      cues: "... failed|' panicked at ",
      pattern: /^test [\w:. -]{1,300} \.\.\. FAILED$|^thread '.{1,200}' (?:\(\d{1,9}\) )?panicked at /,
      yes: "test cart::adds_up ... FAILED",
      no: "test cart::adds_up ... ok",
    },
    "surefire-case": {
      cues: "<<< ",
      pattern: /<<< (?:FAILURE|ERROR)!\s*$/,
      yes: "[ERROR] CartTest.total  Time elapsed: 0.02 s  <<< FAILURE!",
      no: "[INFO] <<< maven-source-plugin:3.2.1",
    },
    "surefire-list": {
      cues: "[error]   ",
      pattern: /^\[ERROR\]\s{3}[\w$.]{1,200}(?::\d{1,7})?(?:->| » | expected|:\d| )/,
      yes: "[ERROR]   CartTest.total:12 expected: <3> but was: <4>",
      no: "[ERROR] To see the full stack trace",
    },
    "gradle-test": {
      cues: " failed",
      pattern: /^[\w$.]{1,300}(?: > .{1,300}) FAILED\s*$/,
      yes: "CartTest > total() FAILED",
      no: "> Task :test FAILED",
    },
    rspec: {
      cues: "rspec ",
      pattern: /^\s{0,4}(?:bundle exec )?rspec (?:'?\.\/\S{1,300}(?::\d{1,7}|\[[\d:]{1,20}\])'?)/,
      yes: "rspec ./spec/cart_spec.rb:12 # Cart adds up",
      no: "rspec --format progress",
    },
    minitest: {
      cues: "failure:|error:|[test/",
      pattern: /^\s{0,4}(?:\d{1,5}\) )?(?:Failure|Error):\s*$|^\w+(?:::\w+)*#test_\w+ \[[^\]]{1,300}:\d{1,7}\]:?/,
      yes: "CartTest#test_total [test/cart_test.rb:12]:",
      no: "Failure: is not an option",
    },
    phpunit: {
      cues: ") ",
      pattern: /^\d{1,5}\) [A-Z][\w\\]{1,200}::\w{1,200}(?: with data set .{1,200})?\s*$/,
      yes: "1) Tests\\CartTest::testTotal",
      no: "1) Buy milk::now please",
    },
    exunit: {
      cues: ") test |(elixir.",
      pattern: /^\s{1,4}\d{1,5}\) (?:test|property|doctest) .{1,300} \([\w.]{1,200}\)$/,
      yes: "  1) test adds up (CartTest)",
      no: "  1) test adds up",
    },
    dotnet: {
      cues: " [fail]|failed ",
      pattern:
        /^\s*(?:\[xUnit\.net .{1,20}\]\s+)?[\w.]{1,300}(?:\(.{0,200}\))? \[FAIL\]$|^\s{2}Failed [\w.]{1,300}(?:\(.{0,200}\))? \[(?:<?\s?\d{1,6} m?s|\d)/,
      yes: "  Failed Shop.CartTest.Total [12 ms]",
      no: "  Failed to load",
    },
    gtest: {
      cues: "[  failed  ]|: failure",
      pattern: /^\[ {2}FAILED {2}\] [\w./<>]{1,200}\.\w|^\S{1,300}:\d{1,7}: Failure$/,
      yes: "[  FAILED  ] CartTest.Total (0 ms)",
      no: "[  FAILED  ] 1 test, listed below:",
    },
    ctest: {
      cues: "***failed|***exception|***timeout|(failed)|(timeout)|(segfault)",
      pattern:
        /\*\*\*(?:Failed|Exception: ?\w*|Timeout|Not Run)\b|^\s*\d{1,6} - \S{1,200} \((?:Failed|Timeout|SEGFAULT|Not Run|Child aborted)\)/i,
      yes: "3/9 Test #3: cart .............***Failed    0.02 sec",
      no: "3/9 Test #3: cart .............   Passed    0.02 sec",
    },
    catch2: {
      cues: "failed:",
      pattern: /^\S{1,300}:\d{1,7}: FAILED:|^\S{1,300}\(\d{1,7}\): (?:FAILED|ERROR: CHECK)/,
      yes: "test/cart.cpp:12: FAILED:",
      no: "12: FAILED: x",
    },
    tap: {
      cues: "not ok ",
      pattern: /^\s{0,40}not ok \d{1,7}\b(?!.{0,400}# (?:TODO|SKIP))/i,
      take: "first",
      yes: "not ok 3 - adds up",
      no: "not ok 3 - adds up # TODO later",
    },
    "node-test": {
      cues: "✖ ",
      pattern: /^\s{0,40}✖ \S.{0,400} \(\d{1,9}(?:\.\d{1,9})?m?s\)$/u,
      take: "first",
      yes: "✖ adds up (1.2ms)",
      no: "✖ failing tests:",
    },
    mocha: {
      cues: " failing",
      pattern: /^\s{2}\d{1,6} failing$/,
      yes: "  1 failing",
      no: "1) Buy milk",
    },
    "xcode-test": {
      cues: ": error: -[|failed (",
      pattern: /: error: -\[\S{1,200} \S{1,200}\] : |^Test Case '.{1,300}' failed \(/,
      yes: "Test Case '-[AppTests.CartTests testTotal]' failed (0.003 seconds).",
      no: "Test Case '-[AppTests.CartTests testTotal]' passed (0.003 seconds).",
    },
    "playwright-cypress": {
      cues: "› |cypresserror|✘",
      pattern: /^\s{0,4}(?:✘|\d{1,5}\)) {1,4}(?:\d{1,5} )?\[[^\]]{1,60}\] › |^CypressError: /,
      take: "first",
      yes: "  1) [chromium] › cart.spec.ts:12:5 › adds up",
      no: "  [chromium] › cart.spec.ts:12:5 › adds up",
    },
    "symbol-marks": {
      cues: "✕|✗|✘|×",
      pattern: /^\s{0,40}[✕✗✘×] \S/u,
      take: "first",
      yes: "    ✕ adds up (3 ms)",
      no: "3 × 4 = 12",
    },
    "test-counts": {
      cues: "failed|failures|failing tests",
      pattern:
        /^(?:=+ )?(?!0 )\d{1,6} (?:failed|error)(?:,|s,| in| \()|^Tests?:?\s+(?!0 )\d{1,6} failed|^(?:\[ERROR\] )?Tests run: \d{1,7}, Failures: (?:[1-9]|0, Errors: [1-9])|^FAILED \((?:failures|errors)=|^\d{1,7} (?:examples|tests|runs), .{0,80}\b[1-9]\d{0,6} failures?|^Failed!\s+- Failed:|^test result: FAILED\.|^FAIL\s+\S{1,200}\s+(?:\d|\[)|^FAILURES!|^Tests failed: [1-9]/,
      yes: "Tests run: 12, Failures: 1, Errors: 0, Skipped: 0",
      no: "Tests run: 12, Failures: 0, Errors: 0, Skipped: 0",
    },
    "script-of-tests": {
      cues: "failed",
      pattern:
        /^(?:The following tests failed|Some tests failed|Failed tests?:|There (?:was|were) \d{1,6} (?:failures?|errors?)|\S{1,200} failed!$)/i,
      yes: "test_cuda failed!",
      no: "it failed! badly",
    },
  }),
];

/** Tests that hang say so in the words of the tool that ran out of patience. */
export const timeoutRules: readonly LogRule[] = [
  ...rulesOf("timeout", {
    "test-timeout": {
      cues: "timeout|timed out",
      pattern:
        /\bExceeded timeout of \d{1,9} ?ms|Test timed out (?:after|in) |panic: test timed out after |Timeout of \d{1,9}ms exceeded|\+{5,60} Timeout \+{5,60}|Timeout >\s?\d{1,9}(?:\.\d)?s/i,
      yes: "panic: test timed out after 10m0s",
      no: "sets the timeout of the client",
    },
    "command-timeout": {
      cues: "timed out|timeout|returning 124|deadline exceeded|took >",
      pattern:
        /\b(?:[Cc]ommand|[Pp]rocess|[Ss]tep|[Bb]uild|[Jj]ob|[Tt]ask|[Ss]cript|[Tt]est(?:s| suite)?)\b.{0,200}\b(?:timed out|took >|exceeded the (?:time|timeout))|TimeoutExpired|\breturning 124\b|^\S{0,100}context deadline exceeded|\bDEADLINE_EXCEEDED\b|^error: timed out waiting/,
      yes: "Command took >30min, returning 124",
      no: "the default timeout is 30 s",
    },
  }),
];
