import { parseDocument } from "yaml";
import type * as z from "zod";
import { Policy } from "../domain/policy.ts";
import type { SettledPolicy } from "../domain/policy.ts";
import type { TreeSha } from "../domain/repository.ts";
import { protects } from "../governance/glob.ts";
import type { Mirror } from "../sandbox/sandbox.ts";
import { detectCommands, manifestFiles } from "../triage/detect-commands.ts";

export const policyPath = ".github/self-heal.yml";

/** A policy file larger than this is not a policy. */
const maxBytes = 64 * 1024;

type PolicyFile = { ok: true; policy: Policy } | { ok: false; problems: string[] };

/** Parses the text of a policy file. An empty file is the default policy; unknown keys and wrong types are problems. */
export function parsePolicy(text: string): PolicyFile {
  const document = parseDocument(text);
  if (document.errors.length > 0) return { ok: false, problems: document.errors.map(({ message }) => message) };
  let value: unknown;
  try {
    // maxAliasCount keeps a small file from growing into gigabytes ("billion laughs").
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)] };
  }
  const parsed = Policy.safeParse(value ?? {});
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(describe) };
  const problems = parsed.data.paths.protected.flatMap(unusable);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policy: parsed.data };
}

/** A pattern that is not understood would protect nothing, silently. */
function unusable(pattern: string): string[] {
  try {
    protects(pattern, "any/path");
    return [];
  } catch (error) {
    return [
      `paths.protected: "${pattern}" is not a usable pattern (${error instanceof Error ? error.message : String(error)})`,
    ];
  }
}

/** Reads the policy from a tree (the default branch's) and settles its commands. */
export async function readPolicy(
  mirror: Mirror,
  tree: TreeSha,
  defaultBranch: string,
): Promise<{ ok: true; policy: SettledPolicy } | { ok: false; problems: string[] }> {
  const bytes = await mirror.read(tree, policyPath);
  if (bytes && bytes.length > maxBytes)
    return { ok: false, problems: [`the file is larger than ${maxBytes / 1024} kB`] };
  const file = parsePolicy(bytes?.toString("utf8") ?? "");
  return file.ok ? { ok: true, policy: await settle(file.policy, mirror, tree, defaultBranch) } : file;
}

async function settle(policy: Policy, mirror: Mirror, tree: TreeSha, defaultBranch: string): Promise<SettledPolicy> {
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

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join(".")}: ${message}` : message;
}
