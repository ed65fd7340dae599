import { betaAgentToolset20260401 } from "@anthropic-ai/sdk/tools/agent-toolset/node";
import type { Call, Script } from "../support/script.ts";

/**
 * Plays a script against a plain directory with the SDK's own tools, as the agent would in a sandbox, and gives its last
 * words. Throws at the first step whose `expect` the results before it do not meet.
 */
export async function replay(script: Script, directory: string): Promise<string> {
  // Nothing of this process but where programs are: a sandbox has no more.
  const env = { PATH: process.env["PATH"] ?? "" };
  const tools = betaAgentToolset20260401({ workdir: directory, env });
  const run = async ({ tool: name, input }: Call): Promise<string> => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (!tool) throw new Error(`no tool ${name}`);
    try {
      const result = await tool.run(input);
      if (typeof result === "string") return result;
      throw new Error(`${name} gave something else than text`);
    } catch (error) {
      // A command may fail, tests are meant to. A file tool that fails is a mistake in the script.
      if (name !== "bash" || !(error instanceof Error)) throw error;
      return error.message;
    }
  };
  try {
    let results = "";
    for (const step of script.steps) {
      if (step.expect && !step.expect.test(results)) throw new Error(`${step.expect} does not match:\n${results}`);
      if ("final" in step) return step.final;
      const texts: string[] = [];
      for (const call of step.calls) texts.push(await run(call));
      results = texts.join("\n");
    }
    throw new Error("the script has no end");
  } finally {
    for (const tool of tools) tool.close?.();
  }
}
