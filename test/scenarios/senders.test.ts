import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sampleCall } from "../../src/source-sample.ts";
import { listSources, testSource } from "../../src/sources-command.ts";
import { SenderKind } from "../../src/webhooks/sender.ts";
import { shopFiles } from "../support/shop.ts";
import { startWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";

const secret = "the-secret-of-every-source";
let world: World;
let directory: string;
let env: Record<string, string>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "self-heal-sources-"));
  const path = join(directory, "sources.yml");
  const projects = { shop: "acme/shop", away: "acme/away" };
  const sources = SenderKind.options.map((kind) => ({ name: kind, kind, secrets: ["$MONITOR_SECRET"], projects }));
  writeFileSync(path, JSON.stringify({ sources, rate: { perMinute: 100_000, burst: 100_000 } }));
  env = { SELF_HEAL_SOURCES: path, MONITOR_SECRET: secret };
  world = await startWorld({ repository: { files: { ...shopFiles } }, env });
  // The repository is known once GitHub's delivery about the installation was handled.
  await world.settle();
});

afterEach(async () => {
  world.github.assertValid();
  await world.close();
  rmSync(directory, { recursive: true });
});

type Call = ReturnType<typeof sampleCall>;
const call = (kind: SenderKind, patch: { project?: string; secret?: string; at?: number } = {}): Call =>
  sampleCall(kind, { name: kind, project: "shop", secret, at: Date.now(), ...patch });

async function send({ path, headers, body }: Call): Promise<[number, string]> {
  const response = await fetch(`${world.app.url}${path}`, { method: "POST", headers, body });
  return [response.status, (await response.text()).trim()];
}

const incidents = () => world.app.store.incidents({ limit: 100 });
const notes = () => world.log.filter(({ msg }) => msg === "delivery handled").map(({ note }) => note ?? "");
const unauthorized = [401, "the signature or token does not match"];

test.each(SenderKind.options)("what %s sends, signed, opens one incident in the mapped repository", async (kind) => {
  const sent = call(kind);
  expect(await send(sent)).toEqual([202, "accepted"]);
  await world.settle();
  const [incident, ...others] = await incidents();
  expect(others).toEqual([]);
  expect(incident?.signal).toMatchObject({
    repository: { owner: "acme", name: "shop" },
    origin: { kind: "monitor", source: kind, sender: kind, project: "shop" },
    trust: "telemetry",
  });
  // The same delivery, as senders and thieves repeat it.
  expect(await send(sent)).toEqual([202, "already accepted"]);
  await world.settle();
  expect((await incidents()).map(({ signals }) => signals)).toEqual([1]);
});

test("alerts of other monitors are evidence for a failure of the same project", async () => {
  await send(call("otlp"));
  await world.settle();
  for (const kind of ["alertmanager", "grafana", "datadog", "pagerduty"] as const) await send(call(kind));
  await world.settle();
  const [incident, ...others] = await incidents();
  expect(others).toEqual([]);
  const events = incident ? await world.app.store.events(incident.id) : [];
  expect(events.filter(({ event }) => event.type === "evidenceArrived")).toHaveLength(4);
});

test("a wrong signature, and a signed one of long ago, are refused with the same words and not stored", async () => {
  for (const kind of SenderKind.options)
    expect(await send(call(kind, { secret: "the-secret-of-a-stranger" }))).toEqual(unauthorized);
  for (const kind of ["self-heal", "grafana"] as const)
    expect(await send(call(kind, { at: Date.now() - 600_000 }))).toEqual(unauthorized);
  await world.settle();
  expect(notes().filter((note) => note.includes("incident"))).toEqual([]);
  expect(await incidents()).toEqual([]);
});

test("a project that is not mapped, or whose repository has no App, is accepted, explained, and opens nothing", async () => {
  expect((await send(call("sentry", { project: "else" })))[0]).toBe(202);
  expect((await send(call("sentry", { project: "away" })))[0]).toBe(202);
  await world.settle();
  expect(await incidents()).toEqual([]);
  expect(notes().join("\n")).toContain(
    "no repository is configured for project else of source sentry; add it to SELF_HEAL_SOURCES",
  );
  expect(notes().join("\n")).toContain("the App is not installed on acme/away");
});

test("the command sends a sample of every source that the running App accepts, and shows no secret", async () => {
  let said = "";
  const out = { write: (text: string) => void (said += text) };
  const whole = { ...env, HOST: "localhost" };
  for (const kind of SenderKind.options)
    expect(await testSource(kind, { url: world.app.url, env: whole, out })).toBe(0);
  listSources({ env: whole, out });
  expect(said).toContain("202 accepted");
  expect(said).toContain("/api/v1/webhooks/pagerduty/pagerduty");
  expect(said).not.toContain(secret);
  await expect(testSource("nobody", { url: world.app.url, env: whole, out })).rejects.toThrow(
    /There is no source nobody/,
  );
});

type Json = Record<string, unknown>;
const replacements: readonly unknown[] = [undefined, null, -1, "", "\0\ud800", "x".repeat(5_000), [], {}, [null]];

/** Every field of a value replaced by everything, as JSON texts. */
function mutilated(whole: unknown): string[] {
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    // Arrays have keys like objects.
    const fields = value as Json;
    for (const [key, original] of Object.entries(fields)) {
      for (const replacement of replacements) {
        fields[key] = replacement;
        texts.push(JSON.stringify(whole));
      }
      fields[key] = original;
      walk(original);
    }
  };
  walk(whole);
  return texts;
}

test.each(["otlp", "alertmanager", "logfire", "datadog"] as const)(
  "whatever field of what %s sends is broken, it is never answered with 5xx, and the queue goes on",
  async (kind) => {
    const { path, headers, body } = call(kind);
    const broken = mutilated(JSON.parse(body));
    const answers = await Promise.all(broken.map(async (text) => (await send({ path, headers, body: text }))[0]));
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.filter((status) => status !== 202)).toEqual([]);
    await send(call("self-heal"));
    await world.settle();
    expect(await world.app.store.deliveries()).toEqual({ waiting: 0, failed: 0 });
    const last = (await incidents()).some(({ signal }) => JSON.stringify(signal.origin).includes("self-heal"));
    expect(last || notes().some((note) => note.includes("incident"))).toBe(true);
  },
  60_000,
);
