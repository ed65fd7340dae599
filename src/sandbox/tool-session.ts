import { createInterface } from "node:readline";
import * as z from "zod";
import { onData } from "./child.ts";
import type { Child } from "./child.ts";
import { oneAtATime } from "./one-at-a-time.ts";
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
  const line = openLine(server, options.maxOutputChars);
  const inShell = oneAtATime();
  const ask = async (name: ToolName, input: unknown, signal?: AbortSignal): Promise<ToolResult> => {
    if (signal?.aborted) return failure("aborted");
    const { answer, cancel } = line.send({ name, input: limited(name, input, options) });
    const limitMs = (name === "bash" ? options.bashTimeoutMs : otherToolMs) + graceMs;
    const timer = setTimeout(() => line.end(`${name} did not come back within its time limit`), limitMs);
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
    }
  };
  if (options.signal?.aborted) line.end("aborted");
  options.signal?.addEventListener("abort", () => line.end("aborted"), { once: true });
  return {
    definitions,
    // There is one shell: a command's time limit starts when it has it.
    call: (name, input, signal) =>
      name === "bash" ? inShell(() => ask(name, input, signal)) : ask(name, input, signal),
    close: async () => {
      line.end("the session is closed");
      await server.ended.catch(() => undefined);
    },
  };
}

type Line = {
  send: (request: object) => { answer: Promise<ToolResult>; cancel: () => void };
  /** Ends the server and settles every question. The first cause is the one that is told. */
  end: (why: string) => void;
};

/** Questions and answers, matched by number. */
function openLine(server: Child, maxOutputChars: number): Line {
  const waiting = new Map<number, (result: ToolResult) => void>();
  let nextId = 1;
  let ending: string | undefined;
  const settle = (id: number, result: ToolResult) => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  const end = (why: string) => {
    ending ??= why;
    server.kill();
    for (const id of waiting.keys()) settle(id, failure(ending));
  };
  server.ended.then(
    () => end("the tool server ended"),
    (error: unknown) => end(`the tool server ended: ${error instanceof Error ? error.message : String(error)}`),
  );
  listen(server, end, ({ id, text, isError }) => settle(id, { text: clip(text, maxOutputChars), isError }));
  const write = (message: object) => server.process.stdin?.write(`${JSON.stringify(message)}\n`);
  return {
    end,
    send: (request) => {
      if (ending !== undefined) return { answer: Promise.resolve(failure(ending)), cancel: () => undefined };
      const id = nextId++;
      const answer = new Promise<ToolResult>((resolve) => waiting.set(id, resolve));
      write({ id, ...request });
      const cancel = () => {
        write({ id });
        settle(id, failure("aborted"));
      };
      return { answer, cancel };
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
