import * as z from "zod";

const cacheControl = z.object({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).optional() }).optional();
const text = z.looseObject({ type: z.literal("text"), text: z.string().min(1), cache_control: cacheControl });
const toolUse = z.looseObject({
  type: z.literal("tool_use"),
  id: z.string().min(1),
  name: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
  cache_control: cacheControl,
});
const toolResult = z.looseObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string().min(1),
  content: z.union([z.string(), z.array(text)]).optional(),
  is_error: z.boolean().optional(),
  cache_control: cacheControl,
});
const block = z.discriminatedUnion("type", [text, toolUse, toolResult]);
const message = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.union([z.string().min(1), z.array(block).min(1)]),
});
const tool = z.looseObject({
  type: z.literal("custom").optional(),
  name: z.string().regex(/^[\w-]{1,128}$/),
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal("object") }),
  cache_control: cacheControl,
});

/** A request as the Messages API takes it, as far as this project uses it; anything else is a 400. */
export const MessagesRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  system: z.union([z.string(), z.array(text)]).optional(),
  tools: z.array(tool).optional(),
  messages: z.array(message).min(1),
  stream: z.boolean().optional(),
});
export type MessagesRequest = z.infer<typeof MessagesRequest>;
export type Block = z.infer<typeof block>;

/** The request, or what is wrong with it in the API's manner. */
export function readRequest(body: unknown): { request: MessagesRequest } | { problem: string } {
  const parsed = MessagesRequest.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join(".")}: ${issue?.message}` };
  }
  const problem = problemOf(parsed.data);
  return problem === undefined ? { request: parsed.data } : { problem };
}

export function blocksOf({ content }: MessagesRequest["messages"][number]): Block[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function problemOf(request: MessagesRequest): string | undefined {
  const { messages } = request;
  const marks = countMarks(request);
  if (marks > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`;
  const names = (request.tools ?? []).map(({ name }) => name);
  if (new Set(names).size !== names.length) return "tools: Tool names must be unique.";
  if (messages[0]?.role !== "user") return "messages: first message must use the user role";
  const repeated = messages.findIndex(({ role }, index) => index > 0 && role === messages[index - 1]?.role);
  if (repeated > 0) return `messages.${repeated}: roles must alternate between user and assistant`;
  return pairing(messages);
}

/** Every call is answered by the very next message, before anything else in it; nothing else is answered. */
function pairing(messages: MessagesRequest["messages"]): string | undefined {
  const last = messages.at(-1);
  if (last && callIds(last).length > 0) return "messages: the last message has tool_use blocks without results";
  for (const [index, message] of messages.entries()) {
    const before = messages[index - 1];
    const problem = answers(before ? callIds(before) : [], blocksOf(message));
    if (problem !== undefined) return `messages.${index}: ${problem}`;
  }
  return undefined;
}

function answers(calls: readonly string[], blocks: readonly Block[]): string | undefined {
  const results = blocks.flatMap((block) => (block.type === "tool_result" ? [block.tool_use_id] : []));
  const unanswered = calls.find((id) => !results.includes(id));
  if (unanswered) return `tool_use ids were found without tool_result blocks immediately after: ${unanswered}`;
  const orphan = results.find((id) => !calls.includes(id));
  if (orphan) return `unexpected tool_use_id found in tool_result blocks: ${orphan}`;
  const first = blocks.slice(0, results.length).every(({ type }) => type === "tool_result");
  return first ? undefined : "tool_result blocks must come first";
}

function callIds(message: MessagesRequest["messages"][number]): string[] {
  return blocksOf(message).flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
}

/** Counted wherever they are, also in blocks this file does not know. */
function countMarks(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = "cache_control" in value && value.cache_control ? 1 : 0;
  return Object.values(value).reduce<number>((sum, item) => sum + countMarks(item), own);
}
