import { rulesOf } from "./log-rule.ts";
import type { LogRule } from "./log-rule.ts";

/** Package managers, and modules that are not there. */
export const packageRules: readonly LogRule[] = [
  ...rulesOf("dependency", {
    "npm-resolve": {
      cues: "eresolve|e404|etarget|notarget|eintegrity|eusage|ebadengine|ejsonparse|enoversions|enolock",
      pattern:
        /^npm (?:ERR!|error) (?:code )?(?:ERESOLVE|E404|ETARGET|EINTEGRITY|EUSAGE|EBADENGINE|EJSONPARSE|ENOVERSIONS|ENOLOCK|EBADPLATFORM|notarget|404 )\b/,
      take: "first",
      yes: "npm error code ERESOLVE",
      no: "npm warn ERESOLVE overriding peer dependency",
    },
    "npm-ci": {
      cues: "`npm ci`|npm ci can only",
      pattern: /`npm ci` can only install|npm ci can only install packages when/,
      yes: "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.",
      no: "run `npm ci` first",
    },
    "yarn-pnpm": {
      cues: "err_pnpm|yn0|lockfile|couldn't find",
      pattern:
        /\bERR_PNPM_(?!FETCH_5|META_FETCH)[A-Z_]{3,60}|^(?:➤ )?YN\d{4}: .{0,20}(?:The lockfile would have been|Failed with errors|.{0,200}couldn't be (?:found|built))|^error (?:Your lockfile needs to be updated|Couldn't find (?:any versions|package))|^error: lockfile had changes/,
      yes: ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"',
      no: "lockfile found",
    },
    pip: {
      cues: "error: |×",
      pattern:
        /^\s{0,6}(?:ERROR: (?:Could not find a version|No matching distribution|Cannot install |ResolutionImpossible|Failed building wheel|Package .{1,100} requires a different|.{1,100} is not a supported wheel|Could not install packages|THESE PACKAGES DO NOT MATCH|Hash|Invalid requirement|Could not open requirements|Command errored out|Failed to install)|error: externally-managed-environment|× (?:No solution found|Failed to (?:build|download|resolve)|Building wheel .{1,100} did not|Getting requirements to build|Preparing metadata))/,
      yes: "ERROR: No matching distribution found for nosuchthing==9.9",
      no: "ERROR: coverage is too low",
    },
    // Repeats what the lines above name.
    "pip-summary": {
      cues: "error: |×",
      pattern:
        /^\s{0,6}(?:ERROR: (?:Could not build wheels|Failed to build|pip's dependency resolver|Exception:)|error: (?:metadata-generation-failed|subprocess-exited-with-error|failed-wheel-build|legacy-install-failure)|× Encountered error while)/,
      yes: "ERROR: Could not build wheels for numpy, which is required to install pyproject.toml-based projects",
      no: "ERROR: Failed to open",
    },
    "python-module": {
      cues: "modulenotfounderror|importerror",
      pattern: /^\s*(?:E\s+)?(?:ModuleNotFoundError|ImportError): (?!\S{0,40} skipped)/,
      yes: "ModuleNotFoundError: No module named 'numpy'",
      no: "except ModuleNotFoundError: pass",
    },
    "poetry-uv-conda": {
      cues: "poetry.lock|solverproblemerror|no solution found|version solving failed|unsatisfiable|packagesnotfounderror|libmambaunsatisfiable|uv.lock|resolutionimpossible",
      pattern:
        /poetry\.lock (?:is not up to date|was last generated)|pyproject\.toml changed significantly|\bSolverProblemError\b|version solving failed|^(?:Libmamba)?Unsatisfiable(?:Error)?\b|PackagesNotFoundError|The lockfile at `uv\.lock` needs|No solution found when resolving/i,
      yes: "pyproject.toml changed significantly since poetry.lock was last generated.",
      no: "reading poetry.lock",
    },
    node: {
      cues: "cannot find module|cannot find package|err_module_not_found",
      pattern: /\bCannot find (?:module|package) '[^']{1,300}'|\bERR_MODULE_NOT_FOUND\b/,
      yes: "Error: Cannot find module 'express'",
      no: "cannot find module list",
    },
    "cargo-resolve": {
      cues: "error: ",
      pattern:
        /^error: (?:failed to select a version|no matching package|failed to (?:get|parse|load|resolve) .{0,200}|package `.{1,100}` .{0,80}cannot be built|the lock file .{1,300} needs to be updated|cannot update the lock file|failed to run custom build command)/,
      yes: "error: failed to select a version for `serde`.",
      no: "error: aborting due to 1 previous error",
    },
    "go-mod": {
      cues: "go: |no required module|missing go.sum|cannot find package|updates to go.mod|inconsistent vendoring|is not in std",
      pattern:
        /^go: (?!downloading|finding|extracting|upgraded|added|creating)\S.{0,400}(?:go\.mod|go\.sum|unknown revision|not found|invalid|requires|no matching|module)|no required module provides package|missing go\.sum entry|is not in std\b/,
      yes: "go: github.com/a/b@v1.2.3: invalid version: unknown revision v1.2.3",
      no: "go: downloading github.com/a/b v1.2.3",
    },
    "ruby-gems": {
      cues: "bundler|gem::|could not find gem|could not find |your bundle",
      pattern:
        /^Bundler (?:could not find compatible|found conflicting)|\b(?:Bundler::\w*(?:Error|NotFound|Conflict)|Gem::(?:Ext::BuildError|MissingSpec\w*|LoadError|ConflictError))\b|^Could not find (?:gem )?'?[\w.-]{1,100}(?: \([^)]{1,60}\))?'?(?:-\d[\w.]{0,30})? in |Your bundle (?:is locked|only supports)/,
      yes: "Could not find gem 'rails (~> 9)' in rubygems repository",
      no: "could not find it in the list",
    },
    maven: {
      cues: "could not resolve|could not find|could not resolve dependencies|could not find artifact|could not resolve all|non-resolvable|plugin [id|unresolveable",
      pattern:
        /Could not resolve dependencies for project|Could not find artifact |Could not resolve all (?:files|dependencies|artifacts|task dependencies)|Non-resolvable (?:parent|import) POM|^\s*(?:>\s)?Could not (?:find|resolve) [\w.-]{1,100}:[\w.-]{1,100}:|Plugin \[id: '/,
      yes: "> Could not find com.acme:core:1.2.3.",
      no: "could not find it",
    },
    "nuget-composer-others": {
      cues: "nu1|could not be resolved to an installable|requirements could not be resolved|unmet dependencies|** (mix)|pub get failed|pod |dependency resolution failed|packages could not be installed|could not satisfy",
      pattern:
        /\berror NU\d{4}: |could not be resolved to an installable set|Because .{1,300} version solving failed|^\*\* \(Mix\) (?:Hex dependency|You have|Could not)|pub get failed|^\[!\] CocoaPods could not find|Dependency resolution failed/,
      yes: "Your requirements could not be resolved to an installable set of packages.",
      no: "all requirements resolved",
    },
    apt: {
      cues: "e: |unable to locate|unmet dependencies|no package",
      pattern:
        /^E: (?:Unable to locate package|Package '.{1,100}' has no installation candidate|Version '.{1,100}' for|Unable to correct problems|Unmet dependencies|Couldn't find any package|Sub-process)|^(?:Error: )?Unable to find a match: |^ERROR: unable to select packages:|^No package .{1,100} available/,
      yes: "E: Unable to locate package libnosuch-dev",
      no: "E: file not found",
    },
    "system-library": {
      cues: "cannot open shared object|glibc_|glibcxx_|no such file or directory|dll load failed|library not loaded|pkg-config|image not found",
      pattern:
        /error while loading shared libraries: |cannot open shared object file|version `GLIBC(?:XX)?_[\d.]{1,12}' not found|fatal error: '?[\w./-]{1,200}\.h(?:pp)?'?(?:: No such file| file not found)|DLL load failed|^dyld.{0,40}: Library not loaded|^Package .{1,100} was not found in the pkg-config/,
      yes: "./app: error while loading shared libraries: libfoo.so.1: cannot open shared object file: No such file or directory",
      no: "cat: a.txt: No such file or directory",
    },
    "npm-other": {
      cues: "npm err! |npm error ",
      pattern: /^npm (?:ERR!|error) (?:gyp|node-pre-gyp|Missing: |Invalid: |Missing script: )/,
      yes: 'npm error Missing script: "tset"',
      no: "npm error code 1",
    },
  }),
];
