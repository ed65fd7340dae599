import type { Reconciler } from "./deps.ts";

/** The time to keep a repository's data is over: delete it, unless the App has been installed there again. */
export const forget: Reconciler<"forget"> = async ({ recall }) => {
  const standing = await recall.standing();
  if (standing && standing.status !== "removed") return { note: "the App is installed again; nothing is deleted" };
  return { forget: true, note: "everything that was kept about the repository is deleted" };
};
