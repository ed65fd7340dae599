import { expect, test } from "vitest";
import { githubEventNames } from "../../src/webhooks/github.ts";
import type { GithubEventName } from "../../src/webhooks/github.ts";
import { Inbound } from "../../src/webhooks/inbound.ts";
import { context, examples, payload, read } from "./examples.ts";
import type { Json } from "./examples.ts";

const sha = "a".repeat(40);

/** Values that reach into the readers as deep as possible, so that mutations hit code and not an early return. */
const deep: { [N in GithubEventName]?: Json } = {
  "issues.labeled": { label: { name: "ai-fix" }, issue: { state: "open", body: "TypeError: x\n    at f (a.js:1:2)" } },
  "issues.opened": { issue: { labels: [{ name: "ai-fix" }], body: "boom" } },
  repository_dispatch: {
    action: "error-detected",
    client_payload: {
      error_message: "TypeError: x",
      file: "a.js",
      line: "3",
      stack: "E: x\n  at f (a.js:1:2)",
      extra: { a: 1 },
    },
  },
  "workflow_run.completed": {
    workflow_run: { conclusion: "failure", event: "push", head_branch: "main", head_repository: { id: 1 } },
    repository: { id: 1, default_branch: "main" },
  },
  "check_suite.completed": { check_suite: { head_branch: "self-heal/abc" } },
  status: { state: "failure", branches: [{ name: "self-heal/abc" }] },
  "issue_comment.created": { comment: { body: "/self-heal retry please" } },
  "pull_request_review.submitted": { review: { state: "approved", body: "/self-heal stop" } },
  "pull_request_review_comment.created": { comment: { body: "/self-heal retry here" } },
  "pull_request.closed": { pull_request: { merged: true, merge_commit_sha: sha } },
};

const replacements: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  1.5,
  "",
  "\0\ud800",
  "x".repeat(70_000),
  true,
  [],
  {},
  [null],
];

/** Calls `visit` once for every field of `value` and every replacement of it, in place; the value is whole again after. */
function mutate(value: unknown, visit: () => void): void {
  if (typeof value !== "object" || value === null) return;
  // Arrays have keys like objects.
  const fields = value as Json;
  for (const key of Object.keys(fields)) {
    const original = fields[key];
    delete fields[key];
    visit();
    for (const replacement of replacements) {
      fields[key] = replacement;
      visit();
    }
    fields[key] = original;
    mutate(original, visit);
  }
}

test.each(githubEventNames)(
  "%s never throws and always gives values of the schema, whatever field is missing or wrong",
  (name) => {
    const published = examples(name).slice(0, 2);
    const whole = published.length > 0 ? [...published, payload(name, deep[name])] : [{ installation: { id: 7 } }];
    let calls = 0;
    for (const example of whole) {
      mutate(example, () => {
        calls++;
        const given = read(name, example);
        if (given.length === 0) throw new Error(`${name} gave nothing`);
        for (const inbound of given) Inbound.parse(inbound);
      });
    }
    expect(calls).toBeGreaterThan(0);
  },
);

test.each([undefined, null, 7, "text", [], {}, { action: "labeled" }])(
  "a payload that is %j is ignored by every reader",
  (given) => {
    for (const name of githubEventNames) {
      expect([name, ...read(name, given).map(({ kind }) => kind)]).toEqual([name, "ignored"]);
    }
  },
);

test("the mutations start from payloads that mean something", () => {
  for (const name of Object.keys(deep) as GithubEventName[]) {
    expect(read(name, payload(name, deep[name]))).not.toContainEqual(expect.objectContaining({ kind: "ignored" }));
  }
});

test("what GitHub publishes as examples is read without a complaint about its shape", () => {
  for (const name of githubEventNames) {
    for (const example of examples(name)) {
      const given = read(name, { installation: { id: 7 }, ...example }, context);
      for (const inbound of given) expect(inbound.kind === "ignored" ? inbound.why : "").not.toContain("shape");
    }
  }
});
