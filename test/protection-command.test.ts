import { afterEach, expect, test } from "vitest";
import { ProtectionReport } from "../src/domain/protection.ts";
import { UserError } from "../src/domain/user-error.ts";
import { protectionReportCommand } from "../src/protection-command.ts";
import { openStage } from "./github/stage.ts";
import type { Stage } from "./github/stage.ts";

let stage: Stage;
afterEach(() => stage.close());

const asks = (rules: string): Record<string, string> => ({ ".github/self-heal.yml": `protection:\n${rules}` });
const little =
  "  pullRequest: false\n  approvals: 0\n  dismissStale: false\n  checks: []\n  gate: false\n  noForcePush: false\n  noDeletion: false\n  workflowPermissions: read\n  actionsMayApprove: 'no'\n  workflow: false\n  secrets: []\n";

async function report(repo = "acme/shop", json = false): Promise<{ code: number; text: string }> {
  const { app, url } = stage.github;
  const env = {
    APP_ID: `${app.id}`,
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: "0123456789abcdef",
    GITHUB_API_URL: url,
  };
  let text = "";
  const code = await protectionReportCommand(repo, { json, env }, { write: (part) => (text += part) });
  return { code, text };
}

test("prints the report under the repository's own policy, and gives 0 where all passes", async () => {
  stage = await openStage({ files: asks(little) });
  const { code, text } = await report();
  expect(text).toMatch(/^acme\/shop, branch main\n\n\| \| expectation/);
  expect(text).toContain("| ✅ | Workflow permissions | The default token of GitHub Actions may only read. |");
  expect(code).toBe(0);
});

test("gives 1 where something fails, and the report as JSON where that is asked for", async () => {
  stage = await openStage();
  const { code, text } = await report("acme/shop", true);
  expect(code).toBe(1);
  expect(ProtectionReport.parse(JSON.parse(text)).expectations).toHaveLength(14);
});

test("writes nothing, although the policy says enforce", async () => {
  stage = await openStage({ files: asks("  mode: enforce\n") }, { app: { permissions: permissions } });
  stage.requests();
  expect((await report()).code).toBe(1);
  expect(stage.requests().filter((request) => !request.startsWith("GET"))).toEqual([]);
  expect(stage.view.settings.rulesets).toEqual([]);
});

test("says what is wrong with a policy that has errors", async () => {
  stage = await openStage({ files: asks("  mode: blok\n") });
  expect((await report()).text).toMatch(/^The policy has an error: .*blok/);
});

test("an archived repository, and one without the App, are the user's to correct", async () => {
  stage = await openStage();
  await expect(report("acme/other")).rejects.toThrow(UserError);
  await expect(report("shop")).rejects.toThrow(UserError);
  stage.view.archive();
  await expect(report()).rejects.toThrow(/archived/);
});

const permissions = {
  metadata: "read",
  contents: "read",
  pull_requests: "read",
  checks: "read",
  statuses: "read",
  actions: "read",
  issues: "read",
  administration: "write",
} as const;
