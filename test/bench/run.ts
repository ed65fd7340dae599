import { parseArgs } from "node:util";
import { benchGate } from "./gate.ts";
import { benchGateRequests } from "./gate-requests.ts";
import { benchHeal } from "./heal.ts";
import { benchIdle } from "./idle.ts";
import { benchIntake } from "./intake.ts";
import { benchLogs } from "./logs.ts";
import { benchModel } from "./model.ts";
import { benchSandbox } from "./sandbox.ts";
import { benchStack } from "./stack.ts";
import { benchStore } from "./store.ts";

import { benchTriage } from "./triage.ts";

type Figures = Readonly<Record<string, number | string>>;

/** Every benchmark by name. A figure that ends in `Ratio` compares two things that ran side by side. */
const benches: Readonly<Record<string, () => Promise<Figures>>> = {
  heal: benchHeal,
  sandbox: benchSandbox,
  idle: benchIdle,
  model: benchModel,
  store: benchStore,
  logs: benchLogs,
  stack: benchStack,
  triage: benchTriage,
  gate: benchGate,
  "gate-requests": benchGateRequests,
  intake: benchIntake,
};

const { values } = parseArgs({ options: { json: { type: "boolean" }, only: { type: "string" } } });
const chosen = Object.entries(benches).filter(([name]) => values.only === undefined || values.only === name);
if (chosen.length === 0) {
  process.stderr.write(`There is no benchmark "${values.only}". Choose one of: ${Object.keys(benches).join(", ")}\n`);
  process.exit(2);
}

const results: Record<string, Figures> = {};
for (const [name, bench] of chosen) {
  if (!values.json) process.stdout.write(`${name} …\n`);
  const figures = await bench();
  results[name] = figures;
  if (values.json) continue;
  for (const [figure, value] of Object.entries(figures)) process.stdout.write(`  ${figure.padEnd(44)}${show(value)}\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);

function show(value: number | string): string {
  return typeof value === "number" ? String(Math.round(value * 1000) / 1000) : value;
}
