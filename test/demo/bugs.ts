import { ansiRegex } from "./bugs/ansi-regex.ts";
import { breaksTests } from "./bugs/breaks-tests.ts";
import type { Bug } from "./bugs/bug.ts";
import { json5 } from "./bugs/json5.ts";
import { minimist } from "./bugs/minimist.ts";
import { noFix } from "./bugs/no-fix.ts";
import { pathParse } from "./bugs/path-parse.ts";
import { protectedPath } from "./bugs/protected-path.ts";
import { qs } from "./bugs/qs.ts";
import { semver } from "./bugs/semver.ts";

/** What the demo can heal: six bugs that end in a pull request at once, and three that show what happens otherwise. */
export const bugs: readonly Bug[] = [
  minimist,
  json5,
  qs,
  semver,
  ansiRegex,
  pathParse,
  noFix,
  breaksTests,
  protectedPath,
];
