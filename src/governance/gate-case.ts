import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import { sameAccount } from "../domain/people.ts";
import type { Policy } from "../domain/policy.ts";
import type { Account, ChangedFile, Origin, Person, Review, Snapshot } from "../domain/snapshot.ts";
import { keyOf } from "./account-map.ts";
import type { AccountMap } from "./account-map.ts";
import { split } from "./glob.ts";

/** What Self-Heal remembers of its own fix. */
export type Fix = Extract<Origin, { kind: "fix" }>;

/** One pull request to be judged, with what several conditions look at worked out once. */
export type GateCase = {
  snapshot: Snapshot;
  policy: Policy;
  now: number;
  /** Absent: another bot's pull request. */
  fix: Fix | undefined;
  /** Who had a hand in the changes, each with what they did. */
  contributors: Fact<AccountMap<string>>;
  /** The latest review of each person that is more than a comment. */
  reviews: Fact<readonly Review[]>;
  paths: Fact<readonly ChangedPath[]>;
};

/** A path where the change is felt, and the names that it consists of. */
export type ChangedPath = { path: string; names: readonly string[] };

/** All paths of the changed files: a renamed file was somewhere else before. */
export function changedPaths(files: Fact<readonly ChangedFile[]>): Fact<readonly ChangedPath[]> {
  if (isUnknown(files)) return files;
  const paths = new Set<string>();
  for (const { path, previousPath = path } of files) paths.add(path).add(previousPath);
  return Array.from(paths, (path) => ({ path, names: split(path) }));
}

/**
 * Whether an account is our own App: by type, too, for a person may have the same name. Its login cannot be taken over
 * while the App exists, and the id of the App is not that of its account.
 */
export function isApp(account: Account, { app }: Snapshot): boolean {
  return account.type === "Bot" && keyOf(account.login) === keyOf(app.login);
}

/** What was read about somebody. `undefined`: nothing, so nothing may be concluded. */
export function personOf({ people }: Snapshot, login: string): Person | undefined {
  const key = keyOf(login);
  return Object.hasOwn(people, key) ? people[key] : undefined;
}

/** Whether somebody asked for this fix. */
export function isRequester({ fix }: Pick<GateCase, "fix">, account: Account): boolean {
  return fix?.requesters.some((requester) => sameAccount(requester, account)) ?? false;
}
