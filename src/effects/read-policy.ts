import type { Policy, SettledPolicy } from "../domain/policy.ts";
import type { TreeSha } from "../domain/repository.ts";
import { composePolicy, problemLine } from "../governance/compose-policy.ts";
import { parsePolicy } from "../governance/parse-policy.ts";
import { policyPath } from "../github/policy-files.ts";
import type { Mirror } from "../sandbox/sandbox.ts";
import { detectCommands, manifestFiles } from "../triage/detect-commands.ts";

/**
 * The policy of a local run: the tree's own file, without an organisation's. What it extends is in other repositories,
 * which a local run does not read; that is a problem, because their rules would be missing.
 */
export async function readPolicy(
  mirror: Mirror,
  tree: TreeSha,
  defaultBranch: string,
): Promise<{ ok: true; policy: SettledPolicy } | { ok: false; problems: string[] }> {
  const bytes = await mirror.read(tree, policyPath);
  const text = bytes?.toString("utf8") ?? "";
  const { policy, problems } = composePolicy([{ kind: "repository", source: policyPath, text }]);
  if (problems.length > 0) return { ok: false, problems: problems.map(problemLine) };
  const parsed = parsePolicy(text);
  if (parsed.ok && parsed.file.extends !== undefined) return { ok: false, problems: [unfollowed(parsed.file.extends)] };
  return { ok: true, policy: await settle(policy, mirror, tree, defaultBranch) };
}

function unfollowed(base: string): string {
  return `${policyPath}: a local run cannot follow \`_extends: ${base}\`; write its rules into the file, or run it on GitHub`;
}

/** A policy with its commands: what it says, else what the tree shows. */
export async function settle(
  policy: Policy,
  mirror: Mirror,
  tree: TreeSha,
  defaultBranch: string,
): Promise<SettledPolicy> {
  const paths = await mirror.list(tree);
  const present = new Set(paths);
  const files = new Map<string, string>();
  for (const path of manifestFiles.filter((name) => present.has(name))) {
    files.set(path, (await mirror.read(tree, path))?.toString("utf8") ?? "");
  }
  const found = detectCommands(files, paths);
  const reproduce = policy.reproduce ?? found.reproduce;
  const detected = (["setup", "verify", "reproduce"] as const).filter(
    (name) => policy[name] === undefined && found[name] !== undefined,
  );
  return {
    ...policy,
    setup: policy.setup ?? found.setup,
    verify: policy.verify ?? found.verify,
    ...(reproduce !== undefined && { reproduce }),
    detected,
    // What a hand-written setup depends on is unknown: then any change of the tree makes it run again.
    ...(policy.setup === undefined && { lockFiles: [...found.lockFiles] }),
    defaultBranch,
  };
}
