import { expect, test } from "vitest";
import type { GithubEventName } from "../../src/webhooks/github.ts";
import { context, eventOf, examples, only, payload, read, tasksOf, whyIgnored } from "./examples.ts";
import type { Json } from "./examples.ts";

const sha = "a".repeat(40);
const gateRun = { id: 31, app: { id: context.appId }, external_id: "gate/12" };
const press = (identifier: string) => ({
  requested_action: { identifier },
  check_run: gateRun,
  repository: { id: 9 },
  sender: { id: 21031067, login: "Codertocat" },
});

test.each(["retry", "hold", "explain"])("the button %s on a gate is that command by whoever pressed it", (name) => {
  expect(eventOf("check_run.requested_action", press(name))).toEqual({
    address: { kind: "pull", repository: 9, number: 12 },
    event: {
      type: "commandGiven",
      command: { name, text: "" },
      by: { id: 21031067, login: "Codertocat", type: "User" },
      at: { kind: "checkRun", id: 31, number: 12 },
    },
  });
});

test.each<[string, Json]>([
  ["none of ours", press("merge")],
  ["not a gate of ours", { ...press("retry"), check_run: { ...gateRun, app: { id: 1 } } }],
  ["not a gate of ours", { ...press("retry"), check_run: { ...gateRun, external_id: "abcd1234-1" } }],
  ["is not a person", { ...press("retry"), sender: { login: "renovate[bot]", type: "Bot" } }],
])("a button that is %s does nothing", (why, patch) => {
  expect(whyIgnored("check_run.requested_action", patch)).toContain(why);
});

test("a gate that is re-run is decided again", () => {
  expect(tasksOf("check_run.rerequested", { check_run: gateRun })).toEqual([{ kind: "gate", number: 12 }]);
});

test("a merge queue's group is asked about by its commit and ref", () => {
  const merge_group = { head_sha: sha, head_ref: "refs/heads/gh-readonly-queue/main/pr-3-abc" };
  expect(tasksOf("merge_group.checks_requested", { merge_group })).toEqual([
    { kind: "mergeGroup", head: sha, ref: "refs/heads/gh-readonly-queue/main/pr-3-abc" },
  ]);
});

test.each<GithubEventName>([
  "branch_protection_rule.created",
  "branch_protection_rule.edited",
  "branch_protection_rule.deleted",
])("%s lets the protection be looked at, by a bot's hand too", (name) => {
  const sender = { login: "settings[bot]", type: "Bot" };
  expect(tasksOf(name, { sender })[0]).toEqual({ kind: "protection", by: "settings[bot]" });
});

test("a ruleset of the repository counts, one of the organisation is left to the sweep", () => {
  // GitHub publishes no example of it; the reader looks at these fields only.
  const { repository, sender } = payload("branch_protection_rule.created");
  const event = { action: "edited", repository, sender, installation: { id: 7 } };
  expect(read("repository_ruleset.edited", event)[0]).toMatchObject({ kind: "task", task: { kind: "protection" } });
  expect(read("repository_ruleset.edited", { ...event, repository: undefined })[0]).toMatchObject({ kind: "ignored" });
});

const push = (files: object, more: Json = {}) => ({
  ref: "refs/heads/main",
  forced: false,
  repository: { default_branch: "main" },
  commits: [{ id: sha, added: [], modified: [], removed: [], ...files }],
  ...more,
});

test.each<[string, Json, string[]]>([
  ["the policy", push({ modified: [".github/self-heal.yml"] }), ["policy"]],
  ["the organisation's policy", push({ added: ["self-heal.yml"] }), ["policy"]],
  ["a removed policy", push({ removed: [".github/self-heal.yml"] }), ["policy"]],
  ["the code owners", push({ modified: ["docs/CODEOWNERS"] }), ["gates"]],
  ["anything, by force", push({}, { forced: true }), ["policy", "gates"]],
  ["neither", push({ modified: ["src/a.ts"] }), ["ignored"]],
  ["the policy, on another branch", push({ added: [".github/self-heal.yml"] }, { ref: "refs/heads/x" }), ["ignored"]],
])("a push that touches %s", (_, patch, kinds) => {
  const given = read("push", payload("push", patch));
  expect(given.map((inbound) => (inbound.kind === "task" ? inbound.task.kind : inbound.kind))).toEqual(kinds);
});

test.each<GithubEventName>(["member.added", "member.removed", "member.edited"])(
  "%s lets the repository's gates be decided again",
  (name) => {
    expect(only(name, { repository: { id: 9 } })).toEqual({ kind: "gates", installation: 7, repository: 9 });
  },
);

test.each<GithubEventName>(["membership.added", "membership.removed", "organization.member_removed"])(
  "%s lets all gates of the installation be decided again",
  (name) => {
    expect(only(name, {})).toEqual({ kind: "gates", installation: 7 });
  },
);

test.each([
  ["renamed", "renamed"],
  ["transferred", "transferred"],
  ["deleted", "deleted"],
  ["edited", "edited"],
  ["archived", "edited"],
  ["unarchived", "edited"],
  ["privatized", "edited"],
  ["publicized", "edited"],
])("repository.%s: the repository was %s", (action, change) => {
  const name = `repository.${action}` as GithubEventName;
  const [example] = examples(name).length > 0 ? examples(name) : examples("repository");
  const given = read(name, { ...example, action, installation: { id: 7 } });
  expect(given).toMatchObject([{ kind: "repository", change, by: "Codertocat", repository: { installation: 7 } }]);
});

test("an account that was renamed", () => {
  const event = { action: "renamed", account: { login: "new-name" }, installation: { id: 7 }, changes: {} };
  expect(read("installation_target.renamed", event)).toEqual([{ kind: "owner", installation: 7, owner: "new-name" }]);
});
