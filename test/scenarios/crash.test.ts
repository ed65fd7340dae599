import { rm } from "node:fs/promises";
import { setTimeout as after } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appEnv } from "../support/app-env.ts";
import { atWork } from "../support/at-work.ts";
import { startApp } from "../support/app-process.ts";
import type { AppProcess } from "../support/app-process.ts";
import { startGitHub } from "../support/github/start-github.ts";
import type { FakeGitHub, Json, RepositoryView } from "../support/github/types.ts";
import { startModel } from "../support/model.ts";
import { attempts, fixSteps, shopFiles, shopReport } from "../support/shop.ts";
import { temporaryDirectory } from "../support/temporary.ts";

/** Twenty points of death, over ten lives of an incident. */
const [rounds, killsEach] = [10, 2];
/** Longer than a whole run takes, so that late phases die, too. */
const longestMs = 2_500;

let directory: string;
let github: FakeGitHub;
let model: Awaited<ReturnType<typeof startModel>>;
let app: AppProcess | undefined;

beforeEach(async () => {
  directory = temporaryDirectory("crash");
  github = await startGitHub({
    ci: ({ branch }) => Promise.resolve(branch.startsWith("self-heal/") ? "success" : undefined),
  });
  model = await startModel({ scripts: attempts(fixSteps()) });
});

afterEach(async () => {
  await app?.kill();
  await github.close();
  await model.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
});

function start(port: string): Promise<AppProcess> {
  return startApp({ ...appEnv({ github, model, directory }), PORT: port }, directory);
}

/** Waits until the newest incident waits for its review, in whichever process that happens. */
async function reviewed(repository: RepositoryView, process: AppProcess): Promise<void> {
  const ready = async () =>
    ((await repository.pulls()) as (Json & { draft?: boolean })[]).some(({ draft }) => draft === false);
  if (await ready()) return;
  await process.logged(({ msg, effect }) => msg === "effect done" && effect === "markReady");
  await github.idle();
}

test(
  "killed at twenty random points it goes on, and there is exactly one pull request and one comment each",
  { timeout: 240_000 },
  async () => {
    const points: number[] = [];
    app = await start("0");
    const port = new URL(app.url).port;
    github.deliverTo(`${app.url}/api/github/webhooks`);
    for (let round = 0; round < rounds; round += 1) {
      const repository = await github.addRepository({
        owner: "acme",
        name: `shop-${round}`,
        files: atWork(shopFiles),
        collaborators: { mona: "maintain" },
      });
      await github.install(repository.fullName);
      await github.idle();
      await github.asUser("mona").openIssue(repository.fullName, { ...shopReport, labels: ["ai-fix"] });
      // From here on the report is on the App's disk: it answered 202.
      for (let kill = 0; kill < killsEach; kill += 1) {
        const point = Math.round(Math.random() * longestMs);
        points.push(point);
        await after(point);
        await app.kill();
        app = await start(port);
      }
      await reviewed(repository, app);
      const pulls = await repository.pulls();
      expect(pulls, `killed after ${points.slice(-killsEach).join(" and ")} ms`).toHaveLength(1);
      expect(pulls[0]).toMatchObject({ state: "open", draft: false });
      const ours = repository.comments(1).filter(({ body }) => String(body).includes("Self-Heal"));
      expect(ours).toHaveLength(1);
      expect(Object.keys(await repository.branches())).toHaveLength(2);
      const head = (pulls[0] as unknown as { head: { sha: string } }).head.sha;
      expect((await repository.git("rev-list", "--count", `main..${head}`)).trim()).toBe("1");
    }
    expect(points).toHaveLength(rounds * killsEach);
  },
);

test("SIGTERM ends it cleanly", async () => {
  app = await start("0");
  expect(await app.stop()).toBe(0);
  app = undefined;
});

test("a second process on the same data is refused, with what to do", async () => {
  app = await start("0");
  await expect(start("0")).rejects.toThrow("the App ended with 2");
});
