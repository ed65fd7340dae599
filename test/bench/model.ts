import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandboxEngine } from "../../src/agents/sandbox-engine.ts";
import { samplePolicy } from "../support/events.ts";
import { fakeWorkspace } from "../support/fake-workspace.ts";
import { sampleIncident } from "../support/incident.ts";
import { startModel } from "../support/model.ts";
import type { Step } from "../support/script.ts";

const turns = 20;

/**
 * The share of input tokens that a run of 20 turns reads from the prompt cache, as the stand-in computes it from the real
 * prefixes. Each turn but the last reads 2,000 characters: a longer result would mean a smaller share.
 */
export async function benchModel(): Promise<Record<string, number>> {
  const steps: Step[] = [
    ...Array.from({ length: turns - 1 }, (_, at): Step => ({
      say: "I read on.",
      calls: [{ tool: "read", input: { file_path: `src/file-${at}.js` } }],
    })),
    { final: "TITLE: t\nROOT CAUSE: r\nCHANGES: c\nNOT CHECKED: nothing" },
  ];
  const files = Object.fromEntries(
    Array.from({ length: turns }, (_, at) => [`src/file-${at}.js`, `// ${at}\n`.padEnd(2_000, "x = 1; ")]),
  );
  const model = await startModel({ scripts: [{ when: () => true, steps }] });
  const runsDirectory = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    const engine = createSandboxEngine({
      apiKey: "bench",
      baseURL: model.url,
      model: "claude-sonnet-5-5",
      runsDirectory,
      log: { debug: () => {}, info: () => {}, warn: () => {} },
    });
    const { id, signal } = sampleIncident();
    const workspace = fakeWorkspace({ files });
    const startedAt = performance.now();
    const result = await engine.attempt({ incident: id, attempt: 1, signal, policy: samplePolicy, workspace });
    const ms = performance.now() - startedAt;
    if (result.kind !== "done" || result.ledger.turns !== turns)
      throw new Error(`the run failed: ${JSON.stringify(result)}`);
    const { inputTokens, cacheReadTokens, cacheWriteTokens, usd } = result.ledger;
    const input = inputTokens + cacheReadTokens + cacheWriteTokens;
    return { turns, inputTokens: input, cacheReadShare: cacheReadTokens / input, usd, msPerTurn: ms / turns };
  } finally {
    await model.close();
    await rm(runsDirectory, { recursive: true, force: true });
  }
}
