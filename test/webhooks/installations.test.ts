import { expect, test } from "vitest";
import type { GithubEventName } from "../../src/webhooks/github.ts";
import { only } from "./examples.ts";

test.each<[GithubEventName, string]>([
  ["installation.created", "active"],
  ["installation.unsuspend", "active"],
  ["installation.new_permissions_accepted", "permissions"],
  ["installation.suspend", "suspended"],
  ["installation.deleted", "removed"],
])("%s makes it %s", (name, change) => {
  expect(only(name, { repositories: [{ id: 5, full_name: "octo/cart" }] })).toEqual({
    kind: "installation",
    installation: 7,
    change,
    repositories: [{ id: 5, installation: 7, owner: "octo", name: "cart" }],
  });
});

test("repositories that come and go are told by id", () => {
  const added = { repositories_added: [{ id: 5, full_name: "octo/cart" }], repositories_removed: [] };
  expect(only("installation_repositories.added", added)).toEqual({
    kind: "repositories",
    installation: 7,
    added: [{ id: 5, installation: 7, owner: "octo", name: "cart" }],
    removed: [],
  });
  const removed = { repositories_added: [], repositories_removed: [{ id: 5, full_name: "octo/cart" }] };
  expect(only("installation_repositories.removed", removed)).toMatchObject({ added: [], removed: [5] });
});
