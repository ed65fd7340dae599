import { createHash } from "node:crypto";
import { blocksOf } from "./model-request.ts";
import type { MessagesRequest } from "./model-request.ts";

/** Input tokens of one request, as the API reports them. */
export type InputUsage = {
  input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
};

// Anthropic API docs, "Prompt caching": shorter prefixes are not cached, and a lookup goes back at most 20 blocks.
const minTokens = 1_024;
const lookBack = 20;
const charsPerToken = 4;

type Piece = { hash: string; tokens: number; marked: boolean };

/**
 * Keeps what the API's prompt cache would keep: a hash of the real serialised prefix at every breakpoint. A prefix that
 * was rewritten, or whose breakpoint is nowhere near an earlier one, is therefore a miss, as it would be in production.
 * Entries never expire.
 */
export function createPromptCache(): { use(request: MessagesRequest): InputUsage } {
  const known = new Set<string>();
  return {
    use: (request) => {
      const pieces = prefixes(request);
      const total = pieces.at(-1)?.tokens ?? 0;
      const marks = pieces.flatMap(({ marked, tokens }, index) => (marked && tokens >= minTokens ? [index] : []));
      const hits = marks.flatMap((mark) => {
        const near = pieces.slice(Math.max(0, mark - lookBack + 1), mark + 1);
        return near.flatMap(({ hash, tokens }) => (known.has(hash) ? [tokens] : []));
      });
      const read = Math.max(0, ...hits);
      const written = pieces[marks.at(-1) ?? -1]?.tokens ?? read;
      for (const mark of marks) {
        const { hash } = pieces[mark] ?? {};
        if (hash) known.add(hash);
      }
      return {
        input_tokens: total - Math.max(read, written),
        cache_read_input_tokens: read,
        cache_creation_input_tokens: Math.max(0, written - read),
      };
    },
  };
}

/** The prefix up to and including each block, in the API's order: tools, system, messages. Marks are not part of it. */
function prefixes(request: MessagesRequest): Piece[] {
  const system = typeof request.system === "string" ? [{ type: "text", text: request.system }] : (request.system ?? []);
  const blocks: object[] = [
    ...(request.tools ?? []),
    ...system.map((block) => ({ in: "system", ...block })),
    ...request.messages.flatMap((message) => blocksOf(message).map((block) => ({ in: message.role, ...block }))),
  ];
  const hash = createHash("sha256").update(request.model);
  let chars = 0;
  return blocks.map((block) => {
    const text = JSON.stringify(block, (key, value: unknown) => (key === "cache_control" ? undefined : value));
    chars += text.length;
    hash.update(text).update("\n");
    const marked = JSON.stringify(block).length !== text.length;
    return { hash: hash.copy().digest("hex"), tokens: Math.ceil(chars / charsPerToken), marked };
  });
}
