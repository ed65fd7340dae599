import type { Patch, PatchFile } from "../domain/patch.ts";
import type { SettledPolicy } from "../domain/policy.ts";
import type { Finding } from "../domain/proof.ts";
import { protects } from "./glob.ts";
import { plain, skeleton } from "./look-alike.ts";

/** Protected whatever the policy says: workflows run with secrets, and the policy itself is in there. */
const alwaysProtected = ".github/**";

/** One new file. Code that a person can review is smaller; lines alone do not limit a file without line ends. */
const maxBytes = 1024 * 1024;

/** Looked at one by one; a patch with more files is refused for that alone. */
const maxFiles = 1_000;
const maxFindings = 100;

const regular = "100644";
const executable = "100755";
const symlink = "120000";
const submodule = "160000";
const absent = "000000";

type Rules = Pick<SettledPolicy, "paths"> & { limits: Pick<SettledPolicy["limits"], "files" | "lines"> };

/**
 * What a patch must not hold, from its list of files alone: nothing is run and no content is read. An empty list means
 * that it may be proven. At most 100 findings.
 */
export function inspectPatch(files: readonly PatchFile[], refused: Patch["refused"], policy: Rules): Finding[] {
  const findings = [
    ...sizeFindings(files, policy.limits),
    ...refused.map(({ path, why }): Finding => finding("refused-path", path, `was left behind: ${why}`)),
    ...patternFindings(policy.paths.protected),
    ...files.slice(0, maxFiles).flatMap((file) => fileFindings(file, policy.paths.protected)),
  ];
  return findings.slice(0, maxFindings);
}

function sizeFindings(files: readonly PatchFile[], limits: Rules["limits"]): Finding[] {
  if (files.length === 0) return [{ rule: "empty", message: "the patch changes nothing" }];
  const lines = files.reduce((sum, { added, removed }) => sum + added + removed, 0);
  const messages = [
    files.length > limits.files && `the patch touches ${files.length} files; the policy allows ${limits.files}`,
    lines > limits.lines && `the patch changes ${lines} lines; the policy allows ${limits.lines}`,
  ];
  return messages.filter((message) => message !== false).map((message) => ({ rule: "too-large", message }));
}

/** A pattern that cannot be read might have protected anything, so nothing may change until it is corrected. */
function patternFindings(patterns: readonly string[]): Finding[] {
  return patterns.flatMap((pattern): Finding[] => {
    try {
      protects(pattern, "a");
      return [];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return [{ rule: "protected-path", message: `a pattern of paths.protected cannot be read: ${error.message}` }];
    }
  });
}

function fileFindings(file: PatchFile, patterns: readonly string[]): Finding[] {
  const { path, binary, change, bytes } = file;
  const findings: (Finding | false | undefined)[] = [
    pathFinding(path),
    protectionFinding(path, patterns),
    modeFinding(file),
    binary && finding("binary", path, "is binary, which a reviewer cannot read"),
    change === "added" && bytes > maxBytes && finding("too-large", path, `is new and has ${bytes} bytes`),
  ];
  return findings.filter((found) => found !== false && found !== undefined);
}

/** Names that lead out of the tree, into git's own files, or that cannot be read as what they are. */
function pathFinding(path: string): Finding | undefined {
  const names = path.split("/");
  if (names.some((name) => name === "" || name === "." || name === ".."))
    return finding("refused-path", path, "is not a plain path within the repository");
  if (/[\p{Cc}\p{Cf}\\]/u.test(path))
    return finding("refused-path", path, "holds invisible or control characters, or a backslash");
  if (skeleton(path).split("/").includes(".git"))
    return finding("refused-path", path, "is, or looks like, git's own directory");
  return undefined;
}

/** By its name as written, and by what the name may be taken for. */
function protectionFinding(path: string, patterns: readonly string[]): Finding | undefined {
  const seen = skeleton(path);
  const pattern = [alwaysProtected, ...patterns].find(
    (candidate) => covers(candidate, path) || covers(plain(candidate), seen),
  );
  if (pattern === undefined) return undefined;
  const alike = covers(pattern, path) ? "" : ` (it may be taken for ${seen})`;
  return finding("protected-path", path, `is protected by ${pattern}${alike}`);
}

/** What is wrong with a pattern is said once, by `patternFindings`. */
function covers(pattern: string, path: string): boolean {
  try {
    return protects(pattern, path);
  } catch {
    return false;
  }
}

function modeFinding({ path, oldMode, mode, change }: PatchFile): Finding | undefined {
  const modes = [oldMode, mode];
  if (modes.includes(symlink)) return finding("symlink", path, "is or was a symbolic link");
  if (modes.includes(submodule)) return finding("submodule", path, "is or was a submodule");
  if (!modes.every((known) => [regular, executable, absent].includes(known)))
    return finding("mode", path, `has an unknown mode (${oldMode} → ${mode})`);
  if (change === "added" && mode === executable) return finding("mode", path, "is a new executable");
  if (change === "modified" && oldMode !== mode)
    return finding("mode", path, `changes its mode (${oldMode} → ${mode})`);
  return undefined;
}

function finding(rule: Finding["rule"], path: string, message: string): Finding {
  return { rule, path, message: `${shown(path)} ${message}` };
}

/** Paths are the agent's words: quoted, cut, and with invisible characters spelled out, so that they cannot look like ours. */
function shown(path: string): string {
  const escaped = JSON.stringify(path.slice(0, 300)).replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
  return path.length > 300 ? `${escaped}…` : escaped;
}
