import { createInterface } from "node:readline";
import * as z from "zod";
import { onData } from "./child.ts";
import type { Child } from "./child.ts";
import type { ToolName, ToolResult, ToolSession } from "./sandbox.ts";
import { clip } from "./text.ts";

export type ToolOptions = { maxOutputChars: number; bashTimeoutMs: number; signal?: AbortSignal };

const ToolName = z.enum(["bash", "read", "write", "edit", "glob", "grep"]);
/** What the tool server answers. It shares its user with the agent's commands, so it may say anything. */
const Reply = z.strictObject({ id: z.int(), text: z.string(), isError: z.boolean() });

// The toolset's longest answer, 256 kB, with every character escaped, is below.
const maxLineBytes = 4 * 1024 * 1024;
// The server enforces the time limits; a server that does not is ended this much later.
const graceMs = 5_000;
// Beyond the longest time limit of a tool that is not bash: the toolset's for grep.
const otherToolMs = 60_000;

/**
 * The tools as the Anthropic API takes them, from the toolset itself. Nothing is started. Loaded when first wanted: the
 * SDK takes 100 ms, which no command that needs no agent should pay.
 */
export async function toolDefinitions(): Promise<ToolSession["definitions"]> {
  const { betaAgentToolset20260401 } = await import("@anthropic-ai/sdk/tools/agent-toolset/node");
  return betaAgentToolset20260401({ workdir: "/workspace" }).map((tool) => ({
    name: ToolName.parse(tool.name),
    ...("description" in tool && typeof tool.description === "string" && { description: tool.description }),
    input_schema: z.record(z.string(), z.unknown()).parse("input_schema" in tool ? tool.input_schema : {}),
  }));
}

/**
 * Talks to a tool server that is being started: returns at once, calls wait for it. A server that dies, floods or
 * answers nonsense ends the session, and every call from then on fails as a tool fails.
 */
export function openToolSession(
  server: Child,
  definitions: ToolSession["definitions"],
  options: ToolOptions,
): ToolSession {
  const waiting = new Map<number, (result: ToolResult) => void>();
  let nextId = 1;
  let ending: string | undefined;

  const end = (why: string) => {
    ending ??= why;
    server.kill();
    for (const settle of waiting.values()) settle(failure(ending));
    waiting.clear();
  };
  server.ended.then(
    () => end("the tool server ended"),
    (error: unknown) => end(`the tool server ended: ${error instanceof Error ? error.message : String(error)}`),
  );
  listen(server, end, ({ id, text, isError }) => {
    waiting.get(id)?.({ text: clip(text, options.maxOutputChars), isError });
    waiting.delete(id);
  });
  options.signal?.addEventListener("abort", () => end("aborted"), { once: true });

  return {
    definitions,
    call: async (name, input, signal) => {
      if (ending !== undefined) return failure(ending);
      if (signal?.aborted) return failure("aborted");
      const id = nextId++;
      const limitMs = name === "bash" ? options.bashTimeoutMs : otherToolMs;
      const answer = new Promise<ToolResult>((resolve) => waiting.set(id, resolve));
      const timer = setTimeout(() => end(`${name} did not come back within its time limit`), limitMs + graceMs);
      const abort = () => {
        server.process.stdin?.write(`${JSON.stringify({ id })}\n`);
        waiting.get(id)?.(failure("aborted"));
        waiting.delete(id);
      };
      signal?.addEventListener("abort", abort, { once: true });
      server.process.stdin?.write(`${JSON.stringify({ id, name, input: limited(name, input, options) })}\n`);
      try {
        return await answer;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      }
    },
    close: async () => {
      end("the session is closed");
      await server.ended.catch(() => undefined);
    },
  };
}

function failure(why: string): ToolResult {
  return { text: `tools are not available: ${why}`, isError: true };
}

/** bash takes its own time limit from the model: never more than the policy's. */
function limited(name: ToolName, input: unknown, { bashTimeoutMs }: ToolOptions): unknown {
  if (name !== "bash" || typeof input !== "object" || input === null) return input ?? {};
  const asked = "timeout_ms" in input && typeof input.timeout_ms === "number" ? input.timeout_ms : bashTimeoutMs;
  return { ...input, timeout_ms: Math.max(1, Math.min(asked, bashTimeoutMs)) };
}

function listen(server: Child, end: (why: string) => void, take: (reply: z.infer<typeof Reply>) => void): void {
  const { stdout } = server.process;
  if (!stdout) return;
  let sinceLine = 0;
  onData(stdout, (chunk) => {
    const last = chunk.lastIndexOf(10);
    sinceLine = last === -1 ? sinceLine + chunk.length : chunk.length - last - 1;
    if (sinceLine > maxLineBytes) end("the tool server sent too long a line");
  });
  createInterface({ input: stdout }).on("line", (line) => {
    const reply = Reply.safeParse(parseJson(line));
    if (reply.success) take(reply.data);
    else end("the tool server sent something else than an answer");
  });
  // Its complaints are of no use to anybody; unread, they would block it.
  server.process.stderr?.resume();
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
