import { Webhooks } from "@octokit/webhooks";
import { expect, test } from "vitest";
import { receiver, stage } from "./stage.ts";
import type { Received } from "./stage.ts";

const guids = (received: Received[]) => received.map(({ headers }) => headers["x-github-delivery"]);

test("a delivery is signed and has the headers GitHub sends", async () => {
  const { github, alice, installation } = await stage();
  const { received, url } = await receiver();
  github.deliverTo(url);
  await alice.openIssue("acme/shop", { title: "t" });
  await github.idle();
  const [delivery] = received;
  expect(delivery?.headers).toMatchObject({
    "content-type": "application/json",
    "user-agent": expect.stringMatching(/^GitHub-Hookshot\//),
    "x-github-delivery": expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    "x-github-event": "issues",
    "x-github-hook-installation-target-id": "4242",
    "x-github-hook-installation-target-type": "integration",
  });
  const webhooks = new Webhooks({ secret: github.app.webhookSecret });
  expect(await webhooks.verify(delivery?.body ?? "", delivery?.headers["x-hub-signature-256"] ?? "")).toBe(true);
  expect(JSON.parse(delivery?.body ?? "")).toMatchObject({
    installation: { id: installation.id },
    sender: { login: "alice" },
    organization: { login: "acme" },
  });
});

test("Probot receives them", async () => {
  const { github, alice, probot } = await stage();
  const titles: string[] = [];
  probot.on("issues.opened", (context) => void titles.push(context.payload.issue.title));
  await alice.openIssue("acme/shop", { title: "heard" });
  await github.idle();
  const sent = github.deliveries.find(({ event }) => event === "issues");
  await probot.webhooks.verifyAndReceive({
    id: sent?.guid ?? "",
    name: "issues",
    payload: JSON.stringify(sent?.payload),
    signature: sent?.headers["x-hub-signature-256"] ?? "",
  });
  expect(titles).toEqual(["heard"]);
});

test("every delivery has an id of its own, but a redelivery has that of the first", async () => {
  const { github, alice, probot } = await stage();
  let status = 500;
  const { received, url } = await receiver(() => status);
  github.deliverTo(url);
  for (const title of ["a", "b", "c"]) await alice.openIssue("acme/shop", { title });
  await github.idle();
  expect(new Set(guids(received)).size).toBe(3); // and none was repeated by itself
  status = 202;
  const app = await probot.auth();
  const failed = (await app.request("GET /app/hook/deliveries", { status: "failure", per_page: 2 })).data;
  expect(failed).toMatchObject([
    { event: "issues", action: "opened", status_code: 500, redelivery: false },
    { status_code: 500 },
  ]);
  const id = Number(failed[0]?.id);
  expect((await app.rest.apps.getWebhookDelivery({ delivery_id: id })).data.request.payload).toMatchObject({
    issue: { title: "c" },
  });
  expect((await app.rest.apps.redeliverWebhookDelivery({ delivery_id: id })).status).toBe(202);
  await github.idle();
  expect(guids(received).at(-1)).toBe(failed[0]?.guid);
  expect(github.deliveries.at(-1)).toMatchObject({ redelivery: true, statusCode: 202 });
  github.assertValid();
});

test("the list of deliveries is followed by its cursor", async () => {
  const { github, alice, probot } = await stage();
  for (const title of ["a", "b", "c"]) await alice.openIssue("acme/shop", { title });
  await github.idle();
  const app = await probot.auth();
  const pages = await app.paginate("GET /app/hook/deliveries", { per_page: 3 });
  expect(pages.map(({ event }) => event)).toEqual(["issues", "issues", "issues", "installation"]);
  github.assertValid();
});

test("only what the App subscribes to and may see is sent, and nothing while it is suspended", async () => {
  const { github, alice, installation } = await stage({
    app: { permissions: { issues: "read" }, events: ["issues", "pull_request", "push"] },
  });
  await alice.push("acme/shop", { "a.txt": "a" });
  await alice.openIssue("acme/shop", { title: "t" });
  await alice.comment("acme/shop", 1, "not subscribed");
  github.suspend(installation.id);
  await alice.openIssue("acme/shop", { title: "unheard" });
  github.uninstall(installation.id);
  await alice.openIssue("acme/shop", { title: "unheard" });
  await github.idle();
  expect(github.deliveries.map(({ event, action }) => `${event}.${action}`)).toEqual([
    "installation.created",
    "issues.opened",
    "installation.suspend",
    "installation.deleted",
  ]);
  github.assertValid();
});

test("an App hears of repositories added to its installation, and of dispatches", async () => {
  const { github, alice } = await stage();
  await github.addRepository({ owner: "acme", name: "till" });
  const installation = await github.install("acme/till");
  expect(installation.repositories).toEqual(["acme/shop", "acme/till"]);
  await alice.dispatch("acme/shop", "sentry-alert", { level: "error" });
  await github.idle();
  expect(github.deliveries.slice(1).map(({ payload }) => payload)).toMatchObject([
    { action: "added", repositories_added: [{ full_name: "acme/till" }] },
    { action: "sentry-alert", branch: "main", client_payload: { level: "error" }, sender: { login: "alice" } },
  ]);
  github.assertValid();
});

test("an event that the state cannot cause is sent from its published example", async () => {
  const { github } = await stage({ app: { permissions: { deployments: "read" }, events: ["deployment_status"] } });
  const { received, url } = await receiver();
  github.deliverTo(url);
  const delivery = await github.sendWebhook("deployment_status.created", {
    deployment_status: { state: "success" },
    repository: "acme/shop",
  });
  expect(delivery.statusCode).toBe(202);
  expect(JSON.parse(received.at(-1)?.body ?? "")).toMatchObject({
    deployment_status: { state: "success" },
    repository: { full_name: "acme/shop" },
  });
  github.assertValid();
});

test("a payload that GitHub would not send is found", async () => {
  const { github } = await stage();
  await github.sendWebhook("issues.opened", { issue: { number: "one" } });
  expect(github.violations).toMatchObject([
    { kind: "webhook", what: "issues.opened", errors: ["/issue/number must be integer"] },
  ]);
  expect(() => github.assertValid()).toThrow(/webhook: issues.opened/);
});

test("what was under way arrives even when the installation has been suspended since", async () => {
  const { github, installation } = await stage();
  const { received, url } = await receiver();
  github.suspend(installation.id);
  github.deliverTo(url);
  await github.sendWebhook("repository_dispatch", {
    repository: "acme/shop",
    action: "late",
    client_payload: { a: 1 },
    sender: "alice",
  });
  expect(JSON.parse(received.at(-1)?.body ?? "")).toMatchObject({
    action: "late",
    client_payload: { a: 1 },
    sender: { login: "alice" },
  });
  github.assertValid();
});
