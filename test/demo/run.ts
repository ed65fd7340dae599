import { inspect, parseArgs } from "node:util";
import { bugs } from "./bugs.ts";
import type { Bug } from "./bugs/bug.ts";
import { heal } from "./heal.ts";
import type { Result } from "./result.ts";
import { fetchPackage, defaultCache } from "./packages.ts";
import { showResult, showTimeline } from "./show.ts";

const usage = `npm run demo -- [--bug NAME] [--json]     heal one real bug, without any account
npm run demo -- --list [--json]           what can be healed

With ANTHROPIC_API_KEY in the environment the real model works (and costs money); without it, scripted answers.`;

/** Exit codes: 0 it ended as expected, 1 it did not, 2 the command line is wrong. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      bug: { type: "string", default: "minimist" },
      json: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return print(usage, 0);
  if (values.list) return list(values.json);
  const bug = bugs.find(({ name }) => name === values.bug);
  if (bug) return demonstrate(bug, values.json);
  return print(`There is no bug "${values.bug}". Choose one of: ${bugs.map(({ name }) => name).join(", ")}`, 2);
}

async function demonstrate(bug: Bug, json: boolean): Promise<number> {
  const timeline = json ? undefined : showTimeline();
  timeline?.say(`Self-Heal demo: ${bug.package.name}@${bug.package.version}, ${bug.about}`);
  const fetched = await fetchPackage(bug.package, defaultCache);
  timeline?.say(`The package is ${fetched === "cached" ? "in the cache" : "downloaded"}, its integrity checked.`);
  const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseUrl, SELF_HEAL_MODEL: model } = process.env;
  const result = await heal(bug, { apiKey, baseUrl, model, timeline });
  if (json) print(JSON.stringify(summary(result), undefined, 2), 0);
  else showResult(result);
  return asExpected(bug, result) ? 0 : 1;
}

function list(json: boolean): number {
  const rows = bugs.map(({ name, package: { name: of, version }, expects, about }) => ({
    name,
    package: `${of}@${version}`,
    expects: expects === "pull" ? "pull" : expects.reason,
    about,
  }));
  if (json)
    return print(
      JSON.stringify(
        rows.map(({ name, package: of, expects }) => ({ name, package: of, expects })),
        undefined,
        2,
      ),
      0,
    );
  for (const row of rows)
    print(
      `${row.name.padEnd(16)}${row.package.padEnd(20)}${row.expects === "pull" ? "" : `(${row.expects}) `}${row.about}`,
      0,
    );
  return 0;
}

/** What `--json` promises; the rest of the result is for people. */
function summary({ incident, pull, proof, ledger, timings, github, model }: Result): object {
  return { incident, pull, proof, ledger, timings, github, model };
}

function asExpected({ expects }: Bug, { pull, incident, model }: Result): boolean {
  if (!model.scripted) return true;
  return expects === "pull" ? pull !== null : pull === null && incident.reason === expects.reason;
}

function print(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

try {
  process.exitCode = await main();
} catch (error) {
  const wrongUse = error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  process.exitCode = wrongUse ? 2 : 1;
  process.stderr.write(wrongUse ? `${error.message}\n${usage}\n` : `${inspect(error)}\n`);
}
