import { expect, test } from "vitest";
import { payload } from "./payloads.ts";

test("a payload is the published example with an installation and the patch", () => {
  const labeled = payload("issues.labeled", { label: { name: "ai-fix" }, issue: { title: "It breaks" } });
  expect(labeled.label?.name).toBe("ai-fix");
  expect(labeled.installation?.id).toBe(77);
  expect(labeled.issue).toMatchObject({ title: "It breaks", number: expect.any(Number) });
  expect(payload("push").commits).toEqual(expect.any(Array));
});

test("a patch is not remembered", () => {
  payload("issues.labeled", { issue: { title: "changed" } });
  expect(payload("issues.labeled").issue.title).not.toBe("changed");
});

test("a payload that GitHub would not send is refused", () => {
  expect(() => payload("issues.labeled", { issue: { number: "one" } })).toThrow(/\/issue\/number must be integer/);
  expect(() => payload("workflow_run.completed", { workflow_run: undefined })).toThrow(/workflow_run/);
});

test.each([
  "check_run.completed",
  "check_suite.completed",
  "issue_comment.created",
  "issues.opened",
  "installation.created",
  "pull_request.closed",
  "pull_request.synchronize",
  "pull_request_review.submitted",
  "pull_request_review_comment.created",
  "status",
  "workflow_run.completed",
  "deployment_status.created",
] as const)("%s is valid as it is", (name) => {
  expect(payload(name)).toHaveProperty("installation");
});
