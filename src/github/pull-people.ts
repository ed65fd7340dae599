import { isUnknown } from "../domain/fact.ts";
import type { Fact } from "../domain/fact.ts";
import type { Repository } from "../domain/repository.ts";
import type { Account, Person, Review } from "../domain/snapshot.ts";
import type { Octokit } from "./octokit.ts";
import { readRole } from "./permissions.ts";
import { visible } from "./visible.ts";
import type { Team } from "./teams.ts";

type People = Record<string, Person>;

/**
 * What those may do here now whose word can count: whoever approved, asked for changes, or dismissed that. By login in
 * lower case. One request per user. Needs scope `govern`.
 */
export async function readPeople(
  octokit: Octokit,
  repo: Repository,
  { reviews, teams }: { reviews: Fact<readonly Review[]>; teams: Fact<readonly Team[]> },
): Promise<People> {
  const accounts = new Map(speakers(reviews).map((account) => [account.login.toLowerCase(), account]));
  const read = async ([key, account]: [string, Account]): Promise<[string, Person]> => {
    const role = await visible(`The role of ${account.login}`, "Metadata: read", async () =>
      readRole(octokit, repo, account),
    );
    return [key, { type: account.type, role, teams: teamsOf(key, teams) }];
  };
  return Object.fromEntries(await Promise.all([...accounts].map(read)));
}

function speakers(reviews: Fact<readonly Review[]>): Account[] {
  if (isUnknown(reviews)) return [];
  const decisive = reviews.filter(({ state }) => state !== "COMMENTED" && state !== "PENDING");
  return decisive.flatMap(({ user, dismissed }) => {
    const by = dismissed && !isUnknown(dismissed) ? dismissed.by : null;
    return [user, by].filter((account) => account !== null);
  });
}

function teamsOf(key: string, teams: Fact<readonly Team[]>): Fact<string[]> {
  if (isUnknown(teams)) return teams;
  return teams.filter(({ members }) => members.has(key)).map(({ slug }) => slug);
}
