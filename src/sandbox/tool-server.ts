/**
 * Runs inside the sandbox, one per attempt: the SDK's own agent toolset on `/workspace`, behind lines of JSON.
 * In: `{id, name, input}` runs a tool, `{id}` alone aborts it. Out: `{id, text, isError}`, in the order of completion.
 * Ends with its input. Nothing it says is trusted outside: the agent's commands run as the same user.
 */
import { createInterface } from "node:readline";
import { betaAgentToolset20260401 } from "@anthropic-ai/sdk/tools/agent-toolset/node";

process.umask(0o022);

const tools = betaAgentToolset20260401({ workdir: "/workspace" });
const running = new Map<number, AbortController>();

for await (const line of createInterface({ input: process.stdin })) {
  const { id, name, input } = JSON.parse(line) as { id: number; name?: string; input?: unknown };
  if (name === undefined) running.get(id)?.abort();
  else void call(id, name, input);
}
process.exit(0);

async function call(id: number, name: string, input: unknown): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  let answer: { text: string; isError: boolean };
  try {
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) throw new Error(`there is no tool ${name}`);
    const context = { signal: controller.signal } as Parameters<typeof tool.run>[1];
    answer = { text: textOf(await tool.run(input as never, context)), isError: false };
  } catch (error) {
    answer = { text: error instanceof Error ? error.message : String(error), isError: true };
  }
  running.delete(id);
  process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
}

function textOf(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}
