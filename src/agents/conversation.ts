import type Anthropic from "@anthropic-ai/sdk";
import type { BetaToolRunner } from "@anthropic-ai/sdk/lib/tools/BetaToolRunner";
import type { BetaContentBlockParam, BetaMessage, BetaTextBlockParam } from "@anthropic-ai/sdk/resources/beta/messages";
import { withBreakpoints } from "./breakpoints.ts";
import type { BlockMessage } from "./breakpoints.ts";
import { nearlySpent, reached } from "./limits.ts";
import type { Amounts, Stop } from "./limits.ts";
import { answerFormat } from "./prompt.ts";
import type { Done, ProxyTools } from "./proxy-tools.ts";
import { receive } from "./receive.ts";
import type { Received } from "./receive.ts";
import { backOff } from "./retry.ts";
import type { RunLog } from "./run-log.ts";
import type { Spending } from "./spending.ts";
import { callMove, stuck } from "./stuck.ts";
import type { Move, Verdict } from "./stuck.ts";

export type Ending = { kind: "answered"; text: string } | { kind: "stopped"; stop: Stop };

export type Conversation = {
  client: Anthropic;
  model: string;
  system: BetaTextBlockParam[];
  task: string;
  proxy: ProxyTools;
  limits: Amounts;
  spending: Spending;
  /** Whether a text is the answer that was asked for. */
  isAnswer: (text: string) => boolean;
  log: RunLog;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** In [0, 1): spreads the retries of many workers. */
  chance: () => number;
  signal: AbortSignal;
};

/** What changes from turn to turn. */
type Course = {
  messages: BlockMessage[];
  maxTokens: number;
  moves: Move[];
  said: { nudge: boolean; finish: boolean; format: boolean };
  /** Failures of the request under way, and how long it has been waited for. */
  failures: number;
  waitedMs: number;
};

type Next = { kind: "goOn" } | Ending;
const goOn: Next = { kind: "goOn" };

const firstMaxTokens = 16_000;
// All current models take this much output; a reply that needs more is a model that has lost its way.
const lastMaxTokens = 64_000;

/**
 * Talks to the model until it answers or a limit ends it. Throws only what neither the model nor a limit caused: something
 * after an abort (not always the signal's reason), or what broke the sandbox.
 *
 * The SDK's runner sends the requests and runs the tools. Between turns its history is replaced through its own
 * `setMessagesParams`, because the breakpoints must move, notes must sit behind the tool results they belong to, and a
 * failed request must go out again unchanged; the runner then sends exactly what it was given.
 */
export async function converse(talk: Conversation): Promise<Ending> {
  const course: Course = {
    messages: [{ role: "user", content: [{ type: "text", text: talk.task }] }],
    maxTokens: firstMaxTokens,
    moves: [],
    said: { nudge: false, finish: false, format: false },
    failures: 0,
    waitedMs: 0,
  };
  const { client, model, system, signal } = talk;
  const runner = client.beta.messages.toolRunner(
    {
      model,
      system,
      tools: talk.proxy.tools,
      max_tokens: course.maxTokens,
      messages: withBreakpoints(course.messages),
      stream: true,
      thread: false,
    },
    { signal },
  );
  for await (const stream of runner) {
    const received = await receive(stream);
    const next = await react(talk, course, runner, received);
    if (next.kind !== "goOn") return next;
    runner.setMessagesParams((params) => ({
      ...params,
      max_tokens: course.maxTokens,
      messages: withBreakpoints(course.messages),
    }));
  }
  throw new Error("the tool runner ended by itself");
}

async function react(
  talk: Conversation,
  course: Course,
  runner: BetaToolRunner<true>,
  received: Received,
): Promise<Next> {
  if (received.kind === "failed") return again(talk, course, received);
  course.failures = 0;
  course.waitedMs = 0;
  const { message } = received;
  const usd = talk.spending.addReply(message.usage, { whole: true });
  await talk.log({ type: "said", content: message.content, stop: message.stop_reason, usage: message.usage, usd });
  if (message.stop_reason === "max_tokens") return longer(talk, course);
  if (message.stop_reason === "refusal") return stopped({ kind: "refused", note: "The model declined to go on." });
  if (message.stop_reason === "model_context_window_exceeded")
    return stopped({ kind: "window", note: "The conversation grew larger than the model can read." });
  course.messages.push(assistant(message));
  return hasCalls(message) ? act(talk, course, runner) : spoke(talk, course, textOf(message));
}

/** The request failed: waits and lets it go out again unchanged, or gives up. */
async function again(
  talk: Conversation,
  course: Course,
  { failure, usage }: Extract<Received, { kind: "failed" }>,
): Promise<Next> {
  if (usage) talk.spending.addReply(usage, { whole: false });
  course.failures += 1;
  const waitMs = failure.kind === "passing" ? backOff(course, failure.afterMs ?? 0, talk.chance()) : undefined;
  await talk.log({ type: "failed", problem: failure.problem, ...(waitMs !== undefined && { waitMs }) });
  if (waitMs === undefined) return stopped({ kind: "unavailable", note: failure.problem });
  const limit = reached(talk.spending.amounts(), talk.limits);
  if (limit) return stopped(limit);
  await talk.sleep(waitMs, talk.signal);
  course.waitedMs += waitMs;
  return goOn;
}

/** The reply did not fit: a truncated one is never used, the same request goes out with more room. */
function longer(talk: Conversation, course: Course): Next {
  if (course.maxTokens >= lastMaxTokens)
    return stopped({ kind: "overlong", note: `A single reply did not fit into ${lastMaxTokens} tokens.` });
  course.maxTokens = Math.min(course.maxTokens * 2, lastMaxTokens);
  return unlessReached(talk);
}

/** Runs the tools that the model called and puts their results, and what it has to be told, into the history. */
async function act(talk: Conversation, course: Course, runner: BetaToolRunner<true>): Promise<Next> {
  // Nobody would look at the results of calls made with the last turn, or with the last cent.
  const limit = reached(talk.spending.amounts(), talk.limits);
  if (limit) return stopped(limit);
  const results = await runner.generateToolResponse(talk.signal);
  talk.signal.throwIfAborted();
  talk.proxy.assertAlive();
  const done = talk.proxy.take();
  for (const call of done) note(talk, course, call);
  const verdict = stuck(course.moves, course.said.nudge);
  const content: BetaContentBlockParam[] = [...blocks(results?.content ?? []), ...notes(talk, course, verdict)];
  course.messages.push({ role: "user", content });
  await talk.log({ type: "tools", calls: done.map(({ name, ms, end }) => ({ name, ms, end })), content });
  const gone = done.find(({ end }) => end === "lost");
  if (gone) return stopped({ kind: "lost", note: gone.result.text });
  if (verdict?.do === "stop") return stopped({ kind: "stuck", note: verdict.note });
  return unlessReached(talk);
}

/** The model spoke without acting: this is its answer, or it is reminded once of what an answer looks like. */
async function spoke(talk: Conversation, course: Course, text: string): Promise<Next> {
  const limit = reached(talk.spending.amounts(), talk.limits);
  // Reminded once already, or no turn left to remind it in: its words are taken as they are.
  const loose = text !== "" && (course.said.format || limit !== undefined);
  if (loose || talk.isAnswer(text)) return { kind: "answered", text };
  course.moves.push({ kind: "monologue" });
  const verdict = stuck(course.moves, course.said.nudge);
  if (verdict?.do === "stop") return stopped({ kind: "stuck", note: verdict.note });
  course.said.format = true;
  const content: BetaContentBlockParam[] = [
    {
      type: "text",
      text: `Go on if you are not done. If you are done, your last message must have exactly this format:\n\n${answerFormat}`,
    },
    ...notes(talk, course, undefined),
  ];
  course.messages.push({ role: "user", content });
  await talk.log({ type: "told", content });
  return limit ? stopped(limit) : goOn;
}

function note({ spending }: Conversation, course: Course, { name, input, result, end }: Done): void {
  spending.addToolCall({ chars: result.text.length, timedOut: end === "timeout" });
  course.moves.push(callMove(name, input, result));
}

/** What the model has to be told behind the results: each thing at most once, so that the cached prefix stays as it is. */
function notes(
  { spending, limits }: Conversation,
  { said }: Course,
  verdict: Verdict | undefined,
): BetaTextBlockParam[] {
  const told: BetaTextBlockParam[] = [];
  if (verdict?.do === "nudge") {
    said.nudge = true;
    told.push({ type: "text", text: `${verdict.note} Do not repeat it: find out why it fails, or take another way.` });
  }
  if (!said.finish && nearlySpent(spending.amounts(), limits)) {
    said.finish = true;
    const left = Math.max(0, limits.turns - spending.amounts().turns);
    told.push({
      type: "text",
      text: `Most of your budget is spent (${left} turns left at the most). Finish now: make the test pass, clean up, and give your answer.`,
    });
  }
  return told;
}

function unlessReached({ spending, limits }: Conversation): Next {
  const limit = reached(spending.amounts(), limits);
  return limit ? stopped(limit) : goOn;
}

function stopped(stop: Stop): Ending {
  return { kind: "stopped", stop };
}

function hasCalls({ content }: BetaMessage): boolean {
  return content.some(({ type }) => type === "tool_use");
}

function textOf({ content }: BetaMessage): string {
  return content
    .flatMap((block) => (block.type === "text" ? [block.text] : []))
    .join("\n")
    .trim();
}

/** The reply as it goes back. The API refuses empty text and empty messages, both of which models do produce. */
function assistant({ content }: BetaMessage): BlockMessage {
  const kept = content.filter((block) => block.type !== "text" || block.text.trim() !== "");
  return { role: "assistant", content: kept.length > 0 ? kept : [{ type: "text", text: "(no reply)" }] };
}

function blocks(content: string | BetaContentBlockParam[]): BetaContentBlockParam[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
