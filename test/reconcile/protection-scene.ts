import { Policy } from "../../src/domain/policy.ts";
import type { Recall, TaskOutcome } from "../../src/domain/recall.ts";
import { Standing } from "../../src/domain/standing.ts";
import { protection } from "../../src/reconcile/protection.ts";
import { openStage } from "../github/stage.ts";
import type { Stage } from "../github/stage.ts";
import type { Json, Permissions } from "../support/github/types.ts";
import { quiet } from "../support/recall.ts";

export const wide: Permissions = {
  metadata: "read",
  contents: "write",
  pull_requests: "write",
  issues: "write",
  checks: "write",
  statuses: "read",
  actions: "read",
  administration: "write",
  secrets: "read",
};

const workflow = ".github/workflows/ai-self-heal.yml";

export type Scene = {
  stage: Stage;
  /** What the queue would have in its store. */
  memory: Standing;
  policyIs(rules: object): void;
  /** Reconciles as the queue does it: what comes out is remembered. */
  run(by?: string): Promise<TaskOutcome>;
  /** Requests since the last call that changed something on GitHub. */
  writes(): string[];
  issue(): Json | undefined;
  text(): string;
  resultOf(id: string): string | undefined;
  /** A ruleset that says all that the default policy asks for. */
  protect(): void;
  bypass(id: number): void;
};

/** A repository in which all is as the default policy expects it, but the rules of its branch. */
export async function openScene(permissions: Permissions = wide): Promise<Scene> {
  const stage = await openStage({ files: { [workflow]: "on: push\njobs: {}\n" } }, { app: { permissions } });
  const { settings } = stage.view;
  settings.actions = { enabled: true, defaultWorkflowPermissions: "write", canApprovePullRequestReviews: true };
  settings.secrets.push({ name: "ANTHROPIC_API_KEY", updatedAt: stage.github.clock.now() });
  const scene: Scene = {
    stage,
    memory: Standing.parse({ repository: stage.repo, status: "active" }),
    policyIs(rules) {
      const policy = Policy.parse({ protection: rules });
      scene.memory.policy = { policy, sources: [], refused: [], problems: [], readAt: 0 };
    },
    async run(by) {
      const outcome = await reconcile(scene, by);
      const kept = Object.entries({ ...scene.memory, ...outcome.standing }).filter(([, value]) => value !== undefined);
      scene.memory = Standing.parse(Object.fromEntries(kept));
      return outcome;
    },
    writes: () => stage.requests().filter((request) => !request.startsWith("GET")),
    issue: () => stage.view.issues().at(-1),
    text() {
      const body = scene.issue()?.["body"];
      return typeof body === "string" ? body : "";
    },
    resultOf: (id) => scene.memory.protection?.expectations.find((one) => one.id === id)?.result,
    protect: () => void stage.view.setRuleset("main", strictRules(stage.github.app.id)),
    bypass: (id) => void settings.ruleSuites.push(bypassed(id, stage)),
  };
  return scene;
}

function reconcile({ stage, memory }: Scene, by: string | undefined): Promise<TaskOutcome> {
  const recall: Recall = {
    standing: async () => structuredClone(memory),
    siblings: async () => [],
    incident: async () => undefined,
    gate: async () => undefined,
    gates: async () => [],
    activity: async () => quiet,
  };
  const { clients, github, repo: repository } = stage;
  const task = { kind: "protection" as const, repository, ...(by !== undefined && { by }) };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const deps = { clients, appId: github.app.id, log, now: () => github.clock.now().getTime() };
  return protection({ task, recall, signal: new AbortController().signal }, deps);
}

function strictRules(appId: number): { conditions: Json; rules: Json[] } {
  const checks = [
    { context: "lint", integration_id: 7 },
    { context: "test", integration_id: 7 },
    { context: "self-heal/approval (main)", integration_id: appId },
  ];
  const pulls = {
    required_approving_review_count: 1,
    dismiss_stale_reviews_on_push: true,
    require_code_owner_review: false,
    require_last_push_approval: true,
    required_review_thread_resolution: false,
  };
  const parameters = { strict_required_status_checks_policy: false, required_status_checks: checks };
  return {
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    rules: [
      { type: "pull_request", parameters: pulls },
      { type: "required_status_checks", parameters },
      { type: "non_fast_forward" },
      { type: "deletion" },
    ],
  };
}

function bypassed(id: number, { github, repo }: Stage): Json {
  return {
    id,
    actor_id: 1,
    actor_name: "eve",
    before_sha: "a".repeat(40),
    after_sha: "b".repeat(40),
    ref: "refs/heads/main",
    repository_id: repo.id,
    repository_name: repo.name,
    pushed_at: github.clock.now().toISOString().replace(/\.\d+/, ""),
    result: "bypass",
    evaluation_result: "fail",
  };
}
