import { isUtf8 } from "node:buffer";
import { errorStatus } from "./github-error.ts";
import type { Octokit } from "./octokit.ts";

/** Where a repository keeps its policy, and where an organisation's `.github` repository may keep its own. */
export const policyPath = ".github/self-heal.yml";
export const organisationPaths = [policyPath, "self-heal.yml"] as const;

/** A file in some repository; without `ref`, on its default branch. */
export type PolicyPlace = { owner: string; name: string; path: string; ref?: string };

/** `source` names the file and its content, as `acme/shop/.github/self-heal.yml@1a2b3c4`. */
export type PolicyText =
  | { kind: "text"; source: string; text: string }
  | { kind: "absent" }
  | { kind: "unreadable"; why: string };

/** A policy is not that large; the parser has the exact limit. */
const maxBytes = 128 * 1024;

/**
 * The text of one policy file, through the contents API: one request. `unreadable` is what will not change by itself;
 * a failure of GitHub's is thrown, so that the caller is tried again. A symbolic link to a file is followed by GitHub.
 */
export async function readPolicyText(octokit: Octokit, { owner, name, path, ref }: PolicyPlace): Promise<PolicyText> {
  const file = `${owner}/${name}/${path}`;
  try {
    const { data } = await octokit.rest.repos.getContent({ owner, repo: name, path, ...(ref && { ref }) });
    if (Array.isArray(data)) return { kind: "unreadable", why: `${file} is a directory` };
    if (data.type !== "file") return { kind: "unreadable", why: `${file} is a ${data.type}, not a file` };
    if (data.size > maxBytes) return { kind: "unreadable", why: `${file} is too large to be a policy` };
    const bytes = Buffer.from(data.content, "base64");
    if (!isUtf8(bytes)) return { kind: "unreadable", why: `${file} is not text in UTF-8` };
    return { kind: "text", source: `${file}@${data.sha.slice(0, 7)}`, text: bytes.toString("utf8") };
  } catch (error) {
    const status = errorStatus(error);
    // 404 is also said of an empty repository and of a commit that is gone.
    if (status === 404) return { kind: "absent" };
    if (status !== 403) throw error;
    return { kind: "unreadable", why: `GitHub does not let the App read ${file}; grant it Contents: read` };
  }
}
