import * as z from "zod";

/** Full 40-hex commit id. Branded so that a branch name can never be passed where a commit is meant. */
export const CommitSha = z
  .string()
  .regex(/^[0-9a-f]{40}$/, "a full commit id has 40 hexadecimal digits")
  .brand<"CommitSha">();
export type CommitSha = z.infer<typeof CommitSha>;

/** Full 40-hex tree id: what a proof is about, and what a pushed commit must contain. */
export const TreeSha = z
  .string()
  .regex(/^[0-9a-f]{40}$/, "a full tree id has 40 hexadecimal digits")
  .brand<"TreeSha">();
export type TreeSha = z.infer<typeof TreeSha>;

/** One repository the App is installed on. `id` survives renames; owner and name are what URLs need. */
export const Repository = z.strictObject({
  id: z.int().positive(),
  installation: z.int().positive(),
  owner: z.string().min(1),
  name: z.string().min(1),
});
export type Repository = z.infer<typeof Repository>;
