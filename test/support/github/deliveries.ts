import { createHmac, randomUUID } from "node:crypto";
import { isJson, json } from "./json.ts";
import { holds } from "./access.ts";
import { renderAccount, renderOrganization, renderRepository } from "./render.ts";
import { checkPayload } from "./specification.ts";
import type { Delivery, Json } from "./types.ts";
import { patchExample } from "./webhook-payload.ts";
import { installationOf, nodeId } from "./world.ts";
import type { InstallationState, Sent, World } from "./world.ts";

/** The permission without which GitHub does not send an event. Source: github/docs, "Webhook events and payloads". */
const eventPermissions: Record<string, string> = {
  issues: "issues",
  issue_comment: "issues",
  pull_request: "pull_requests",
  pull_request_review: "pull_requests",
  pull_request_review_comment: "pull_requests",
  check_run: "checks",
  check_suite: "checks",
  status: "statuses",
  push: "contents",
  create: "contents",
  delete: "contents",
  repository_dispatch: "contents",
  workflow_dispatch: "contents",
  workflow_run: "actions",
  workflow_job: "actions",
  deployment: "deployments",
  deployment_status: "deployments",
  branch_protection_rule: "administration",
  branch_protection_configuration: "administration",
  repository_ruleset: "administration",
  merge_group: "merge_queues",
  member: "members",
  membership: "members",
  organization: "members",
  team: "members",
};

/** Sent to every App, whatever it subscribes to. */
const automatic = new Set([
  "installation",
  "installation_repositories",
  "installation_target",
  "github_app_authorization",
  "ping",
]);

const answerMilliseconds = 10_000; // GitHub docs, "Best practices for using webhooks"
const hookId = 900_001;

export type Target = { url: string | undefined };
export type Deliveries = ReturnType<typeof startDeliveries>;

/** Sends webhooks one after the other, in the order in which things happened, and keeps a log. Never repeats one by itself. */
export function startDeliveries(world: World, target: Target, track: (work: Promise<unknown>) => void) {
  const log: Delivery[] = [];
  let last: Promise<unknown> = Promise.resolve();

  const queue = (delivery: Delivery): Promise<Delivery> => {
    log.push(delivery);
    const sent = last.then(() => send(world, target.url, delivery));
    last = sent;
    track(sent);
    return sent;
  };
  return {
    log,
    /** Composes, checks and queues a payload, unless GitHub would not send this event to the App: then undefined. */
    emit(name: string, sent: Sent, always = false): Promise<Delivery> | undefined {
      const [event = ""] = name.split(".");
      const installation = sent.installation ?? (sent.repository && installationOf(world, sent.repository));
      if (!installation || !(always || isSubscribed(world, installation, event, name))) return undefined;
      const payload = compose(world, name, installation, sent);
      validate(world, name, payload);
      return queue(
        newDelivery(world, name, payload, {
          installationId: installation.id,
          repositoryId: sent.repository?.id ?? null,
        }),
      );
    },
    redeliver(id: number): Promise<Delivery> | undefined {
      const old = log.find((delivery) => delivery.id === id);
      return (
        old &&
        queue({
          ...old,
          id: world.nextId(),
          redelivery: true,
          deliveredAt: world.now(),
          statusCode: 0,
          status: "pending",
        })
      );
    },
  };
}

function isSubscribed(world: World, installation: InstallationState, event: string, name: string): boolean {
  if (automatic.has(event)) return true;
  if (installation.suspendedAt) return false;
  const permission = eventPermissions[event] ?? "metadata";
  // Checks that an App could have requested of it come with write permission, without a subscription.
  if (/^check_(suite\.(re)?requested|run\.(rerequested|requested_action))$/.test(name))
    return holds(installation.permissions, "checks", "write");
  const seesPulls = event === "issue_comment" && holds(installation.permissions, "pull_requests", "read");
  return world.app.events.includes(event) && (holds(installation.permissions, permission, "read") || seesPulls);
}

function compose(
  world: World,
  name: string,
  installation: InstallationState,
  { repository, organization, sender, payload }: Sent,
): Json {
  const action = name.split(".")[1];
  const owner = repository?.owner ?? organization;
  const parts = {
    ...(action !== undefined && { action }),
    ...payload,
    ...(repository && { repository: { ...renderRepository(world, repository), ...json(payload["repository"]) } }),
    ...(owner?.type === "Organization" && { organization: renderOrganization(world, owner) }),
    sender: renderAccount(world, sender),
    installation: payload["installation"] ?? { id: installation.id, node_id: nodeId("MDI", installation.id) },
  };
  // A snapshot: what changes later must not change what was sent.
  return structuredClone(patchExample(name, parts));
}

function validate(world: World, name: string, payload: Json): void {
  const errors = checkPayload(name.split(".")[0] ?? "", payload);
  if (errors === undefined)
    world.violations.push({ kind: "webhook", what: name, errors: ["GitHub publishes no schema for it"] });
  else if (errors.length > 0) world.violations.push({ kind: "webhook", what: name, errors });
}

function newDelivery(
  world: World,
  name: string,
  payload: Json,
  ids: Pick<Delivery, "installationId" | "repositoryId">,
): Delivery {
  const [event = ""] = name.split(".");
  const body = JSON.stringify(payload);
  const guid = randomUUID();
  const sign = (hash: string) => `${hash}=${createHmac(hash, world.webhookSecret).update(body).digest("hex")}`;
  return {
    id: world.nextId(),
    guid,
    event,
    action: typeof payload["action"] === "string" ? payload["action"] : null,
    redelivery: false,
    deliveredAt: world.now(),
    milliseconds: 0,
    statusCode: 0,
    status: "pending",
    ...ids,
    headers: {
      accept: "*/*",
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/0a1b2c3",
      "x-github-delivery": guid,
      "x-github-event": event,
      "x-github-hook-id": String(hookId),
      "x-github-hook-installation-target-id": String(world.app.id),
      "x-github-hook-installation-target-type": "integration",
      "x-hub-signature": sign("sha1"),
      "x-hub-signature-256": sign("sha256"),
    },
    payload,
    responseBody: "",
  };
}

async function send(world: World, url: string | undefined, delivery: Delivery): Promise<Delivery> {
  delivery.deliveredAt = world.now();
  const started = performance.now();
  if (url === undefined) return Object.assign(delivery, { status: "no webhook URL" });
  try {
    const signal = AbortSignal.timeout(answerMilliseconds);
    const response = await fetch(url, {
      method: "POST",
      headers: delivery.headers,
      body: JSON.stringify(delivery.payload),
      redirect: "manual",
      signal,
    });
    delivery.responseBody = await response.text();
    delivery.statusCode = response.status;
    delivery.status = response.ok ? "OK" : response.statusText || "Invalid HTTP Response";
  } catch (error) {
    delivery.status =
      error instanceof Error && error.name === "TimeoutError" ? "timed out" : "failed to connect to host";
  }
  delivery.milliseconds = performance.now() - started;
  return delivery;
}

/** As `GET /app/hook/deliveries` lists it. */
export function renderDelivery(delivery: Delivery): Json {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt.toISOString(),
    redelivery: delivery.redelivery,
    duration: Math.round(delivery.milliseconds) / 1000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

export function renderDeliveryDetail(delivery: Delivery): Json {
  return {
    ...renderDelivery(delivery),
    url: "",
    request: { headers: delivery.headers, payload: isJson(delivery.payload) ? delivery.payload : {} },
    response: { headers: {}, payload: delivery.responseBody },
  };
}
