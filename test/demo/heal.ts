import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Incident } from "../../src/domain/incident.ts";
import { putToWork } from "../support/at-work.ts";
import { startWorld, people } from "../support/world.ts";
import type { World, WorldOptions } from "../support/world.ts";
import type { Bug } from "./bugs/bug.ts";
import { defaultCache } from "./packages.ts";
import { prepareBug } from "./prepare.ts";
import { collect } from "./result.ts";
import type { Result } from "./result.ts";
import type { Timeline } from "./show.ts";

type Options = {
  apiKey?: string | undefined;
  baseUrl?: string | undefined;
  model?: string | undefined;
  timeline?: Timeline | undefined;
};

/** One bug from the report to where a human must act, in a world of its own that is gone afterwards. */
export async function heal(bug: Bug, { apiKey, baseUrl, model, timeline }: Options): Promise<Result> {
  const started = performance.now();
  const directory = mkdtempSync(join(tmpdir(), "self-heal-demo-"));
  await prepareBug(bug, { cacheDirectory: defaultCache, directory });
  putToWork(directory);
  const world = await startWorld({
    ...worldFor(bug, directory),
    ...(apiKey && { model: { apiKey, ...(baseUrl && { baseUrl }) } }),
    ...(model && { env: { SELF_HEAL_MODEL: model } }),
    onLog: (line) => timeline?.log(line),
  });
  try {
    timeline?.say(
      apiKey
        ? "The model is the real one."
        : "The model is SCRIPTED (no ANTHROPIC_API_KEY): its answers are recorded, everything else is real.",
    );
    const ready = performance.now();
    const incident = await report(bug, world, timeline);
    return await collect(world, incident, { scripted: !apiKey, started, ready });
  } finally {
    await world.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The repository with the bug in it, the recorded conversation, and a CI that reports green. */
function worldFor(bug: Bug, directory: string): WorldOptions {
  return {
    repository: { name: bug.name, files: directory },
    scripts: bug.scripts,
    ci: ({ branch }) => Promise.resolve(branch.startsWith("self-heal/") ? "success" : undefined),
  };
}

/** A user reports the bug; a maintainer asks for a fix; then everything runs until a human must act. */
async function report(bug: Bug, world: World, timeline?: Timeline): Promise<Incident> {
  const { number } = await world.github.asUser(people.reporter).openIssue(world.name, bug.report);
  timeline?.say(`@${people.reporter} opened issue #${number}: ${bug.report.title}`);
  await world.github.asUser(people.maintainer).addLabel(world.name, number, "ai-fix");
  timeline?.say(`@${people.maintainer} put the label ai-fix on it.`);
  await world.settle();
  const [incident] = await world.app.store.incidents({ limit: 1 });
  if (!incident) throw new Error("the label opened no incident");
  return incident;
}
