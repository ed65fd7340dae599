import pino from "pino";
import type { Config } from "../../src/config.ts";
import type { Workshop } from "../../src/effects/deps.ts";
import { createClients } from "../../src/github/clients.ts";
import type { Workspace } from "../../src/sandbox/sandbox.ts";
import { createWorkshop } from "../../src/workshop.ts";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { people, startWorld } from "../support/world.ts";
import type { World } from "../support/world.ts";
import { Intervals, timed } from "./intervals.ts";
import { median } from "./median.ts";

const rounds = 7;

/**
 * From the moment a maintainer sends the label to the open pull request, with a model that answers at once. The App's
 * own share is what is left without git and sandboxed commands; the stand-ins' answers count as its own. The first
 * round warms the mirror.
 */
export async function benchHeal(): Promise<Record<string, number>> {
  const elsewhere = new Intervals();
  const world = await startWorld({
    repository: { files: { ...shopFiles } },
    scripts: attempts(fixSteps()),
    workshop: (config) => measured(config, elsewhere),
  });
  try {
    const totals: number[] = [];
    const own: number[] = [];
    let requests = 0;
    for (let round = 0; round <= rounds; round += 1) {
      const { from, to, cost } = await once(world, round);
      if (round === 0) continue;
      totals.push(to - from);
      own.push(to - from - elsewhere.covered(from, to));
      requests = Math.max(requests, cost);
    }
    return {
      signalToPullMs: median(totals),
      ownShareMs: median(own),
      ownShareRatio: median(own) / median(totals),
      githubRequests: requests,
    };
  } finally {
    await world.close();
  }
}

async function once(world: World, round: number): Promise<{ from: number; to: number; cost: number }> {
  world.github.clearRequests();
  const pulls = async () => (await world.repository.pulls()).length;
  const before = await pulls();
  const from = performance.now();
  let to = from;
  const opened = world.github
    .asUser(people.maintainer)
    .openIssue(world.name, { ...shopReport, title: `${shopReport.title} ${round}`, labels: ["ai-fix"] });
  while ((await pulls()) === before) await new Promise((resolve) => setTimeout(resolve, 5));
  to = performance.now();
  await opened;
  await world.settle();
  // What GitHub answers as unchanged counts against no limit.
  const paid = world.github.requests.filter(({ status }) => status !== 304);
  const cost = paid.filter(({ token }) => token === "app" || token === "installation").length;
  return { from, to, cost };
}

/** The workshop of a configuration, with the time that passes in git and in sandboxes written down. */
function measured(config: Config, elsewhere: Intervals): Workshop {
  const { appId, privateKey } = config.credentials ?? { appId: 0, privateKey: "" };
  const log = pino({ level: "silent" });
  const clients = createClients({ appId, privateKey, baseUrl: config.githubApiUrl, log, now: Date.now });
  const workshop = createWorkshop(config, { log, token: async (repository) => clients.gitToken(repository) });
  const wrap = (value: unknown): unknown => (isWorkspace(value) ? timed(value, elsewhere, wrapTools) : value);
  const wrapTools = (value: unknown): unknown => (isTools(value) ? timed(value, elsewhere) : value);
  return {
    ...workshop,
    mirror: async (repository) =>
      timed(await elsewhere.during(async () => workshop.mirror(repository)), elsewhere, wrap),
  };
}

function isWorkspace(value: unknown): value is Workspace {
  return typeof value === "object" && value !== null && "extract" in value;
}

function isTools(value: unknown): value is object {
  return typeof value === "object" && value !== null && "definitions" in value;
}
