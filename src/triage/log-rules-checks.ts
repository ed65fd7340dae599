import { rulesOf } from "./log-rule.ts";
import type { LogRule } from "./log-rule.ts";

/** Type checkers, linters and formatters. */
export const checkRules: readonly LogRule[] = [
  ...rulesOf("type", {
    tsc: {
      cues: "error ts",
      pattern: /\berror TS\d{4,5}: /,
      take: "first",
      yes: "src/a.ts(3,1): error TS2304: Cannot find name 'x'.",
      no: "an error TS reports",
    },
    mypy: {
      cues: ": error:",
      pattern: /^[^\s:]{1,300}\.pyi?:\d{1,7}(?::\d{1,5})?: error: /,
      take: "first",
      yes: "app/a.py:12: error: Incompatible return value type  [return-value]",
      no: "app/a.py:12: note: See docs",
    },
    pyright: {
      cues: " - error: ",
      pattern: /^\s*(?:[A-Za-z]:)?[^\s:]{1,300}\.pyi?:\d{1,7}:\d{1,5} - error: /,
      take: "first",
      yes: '  /app/a.py:10:5 - error: "x" is not defined (reportUndefinedVariable)',
      no: "  /app/a.py:10:5 - warning: unused",
    },
    "other-checkers": {
      cues: "error ┈|-- type mismatch|[typecheck]|srb.help|phpstan|typeerror in",
      pattern: /^Error ┈{2,}|^-- TYPE MISMATCH -|https:\/\/srb\.help\/\d{4}$|^\s+\[ERROR\] Found \d{1,6} errors?$/,
      yes: "app/a.rb:3: Method `x` does not exist on `NilClass` https://srb.help/7003",
      no: "see https://srb.help/ for more",
    },
  }),
  ...rulesOf("lint", {
    lintrunner: {
      cues: ">>> lint|error (|advice (",
      pattern: /^\s*>{2,3} Lint for |^\s{1,4}Error \([A-Z][A-Z0-9_]{1,40}\)/,
      take: "first",
      yes: ">>> Lint for torch/a.py:",
      no: "Linting for fun",
    },
    eslint: {
      cues: " error  ",
      pattern: /^\s{1,8}\d{1,7}:\d{1,5}\s{1,6}error\s{2}\S/,
      take: "first",
      yes: "  12:5  error  'x' is not defined  no-undef",
      no: "  12:5  warning  'x' is unused  no-unused-vars",
    },
    "eslint-summary": {
      cues: " problem",
      pattern: /^[✖x×] \d{1,6} problems? \(\d{1,6} errors?/,
      yes: "✖ 3 problems (2 errors, 1 warning)",
      no: "3 problems left",
    },
    biome: {
      cues: "lint/|assist/|parse ━|format ━",
      pattern: /^[^\s:]{1,300}(?::\d{1,7}:\d{1,5})? (?:(?:lint|assist|suppressions)\/\w{1,40}\/\w|parse ━|format ━)/,
      take: "first",
      yes: "src/a.ts:3:5 lint/suspicious/noDoubleEquals ━━━━━",
      no: "open lint/a.ts",
    },
    "python-linters": {
      cues: ".py:",
      pattern: /^[^\s:]{1,300}\.pyi?:\d{1,7}(?::\d{1,5})?:? (?:\[?[A-Z]{1,5}\d{3,4}(?:\([\w-]{1,60}\))?\]?:? )/,
      take: "first",
      yes: "app/a.py:3:1: F401 'os' imported but unused",
      no: "app/a.py:3: in test_x",
    },
    ruff: {
      cues: "found ",
      pattern: /^Found \d{1,6} errors?(?:\.| \()/,
      yes: "Found 3 errors.",
      no: "Found 3 errors in 2 files",
    },
    formatters: {
      cues: "would reformat|code style issues|would be reformatted|files need formatting|not formatted|not properly formatted|incorrectly sorted|files were modified by this hook|needs formatting|formatting differs|run 'cargo fmt|diff in |terraform fmt|spotless|not gofmt|unformatted|file is not ",
      pattern:
        /^would reformat |^\[warn\] Code style issues|^\d{1,6} files? would be reformatted|^ERROR: .{1,300} Imports are incorrectly sorted|files were modified by this hook|^Diff in \S{1,300}(?: at line |:)\d|The following files (?:had format violations|are not (?:properly )?formatted)|File is not (?:`?gofmt|`?goimports|properly formatted)|^\*\* \(Mix\) mix format failed/,
      yes: "[warn] Code style issues found in 2 files. Run Prettier with --write to fix.",
      no: "no code style issues",
    },
    "go-linters": {
      cues: ".go:",
      pattern:
        /^(?:\.{0,2}\/)?[\w./@-]{1,300}\.go:\d{1,7}(?::\d{1,5})?: .{1,1000}\((?:[a-z]{3,20}|[A-Z]{1,3}\d{3,5})\)$/,
      take: "first",
      yes: "main.go:7:2: Error return value is not checked (errcheck)",
      no: "main.go:7:2: undefined: x",
    },
    clippy: {
      cues: "clippy::",
      pattern: /#\[deny\(clippy::|`-D clippy::|#clippy::|`#\[deny\(warnings\)\]`/,
      yes: "  = note: `-D clippy::needless-return` implied by `-D warnings`",
      no: "running clippy:: now",
    },
    "ruby-php-others": {
      cues: " offenses detected| offense detected|phpcs|files inspected|violations were found| c: | w: | e: | f: |sc1|sc2|sc3|dl3|dl4",
      pattern:
        /^\d{1,7} files? inspected, (?!no )\d{1,7} offenses? detected|^\S{1,300}\.(?:rb|erb|rake|gemspec|haml|slim):\d{1,7}:\d{1,5}: \[?[CWEF]\]?:? |^FOUND \d{1,6} ERRORS?\b|\bSC\d{4}\b \((?:error|warning)\)|^\S{1,300}:\d{1,7}(?::\d{1,5})?:? (?:DL|SC)\d{4}\b/,
      yes: "app/a.rb:3:5: C: Style/StringLiterals: Prefer single-quoted strings.",
      no: "12 files inspected, no offenses detected",
    },
    checkstyle: {
      cues: "[error] |[ant:checkstyle]|ktlint|detekt|checkstyle",
      pattern:
        /^\[(?:ERROR|ant:checkstyle)\] (?:\[ERROR\] )?\S{1,300}\.(?:java|kts?|groovy|scala|xml):\d{1,7}(?::\d{1,5})?: |^Execution failed for task '.{0,200}:(?:checkstyle|ktlint|detekt|spotless|pmd|spotbugs|lint)/,
      yes: "[ERROR] src/A.java:10:5: Missing a Javadoc comment. [JavadocVariable]",
      no: "[ERROR] Tests run: 3",
    },
    "markup-linters": {
      cues: ".md:|.yml:|.yaml:|.tf|hadolint|yamllint|[error] |md0",
      pattern:
        /^\S{1,300}\.(?:md|ya?ml|json|toml|rst|tf|hcl|sh|sql|css|scss|html|vue):\d{1,7}(?::\d{1,5})?:? (?:\[?(?:error|ERROR|E\d{3}|MD\d{3}|L\d{3}|LT\d{2})\b|.{0,200}\[[a-z-]{3,40}\]$)/,
      take: "first",
      yes: "README.md:3:81 MD013/line-length Line length [Expected: 80; Actual: 95]",
      no: "docs.yml:3 is read",
    },
    "pre-commit": {
      cues: ".failed",
      pattern: /^.{1,80}\.{3,80}Failed$/,
      take: "first",
      yes: "trim trailing whitespace.................................................Failed",
      no: "trailing whitespace.....Passed",
    },
    "dirty-tree": {
      cues: "modified|untracked|uncommitted|dirty|not clean|generated files|out of date|up to date|up-to-date",
      pattern:
        /\b(?:[Ww]orking (?:tree|directory|copy)|[Cc]heckout|[Rr]epo(?:sitory)?)(?: is| was)? (?:dirty|not clean)\b|has (?:uncommitted|unstaged) changes|uncommitted changes (?:found|detected)|\b(?:is|are) (?:out of date|not up[- ]to[- ]date)\b.{0,80}(?:run|please|regenerate)/,
      yes: "error: the build left the checkout dirty",
      no: "Your branch is up to date with 'origin/main'.",
    },
    commitlint: {
      cues: "[subject-|[type-|[body-|[header-",
      pattern: /^[✖x] {2,3}.{1,200} \[(?:subject|type|scope|body|header|footer)-[a-z-]{3,40}\]$/,
      yes: "✖   type may not be empty [type-empty]",
      no: "[type-empty]",
    },
  }),
];
