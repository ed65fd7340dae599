import type { ServerResponse } from "node:http";
import type { Call } from "./script.ts";

/** A reply of the stand-in before it is put into a form: the API's message, with its usage. */
export type Reply = {
  id: string;
  model: string;
  say?: string;
  calls: readonly Call[];
  stop: "end_turn" | "tool_use" | "max_tokens" | "refusal";
  usage: Record<string, number>;
};

/** Where a streamed reply breaks off: with an `error` event, a plain end, a reset connection, or by never going on. */
export type Cut = "overloaded" | "eof" | "reset" | "hang";

type SseEvent = { type: string; [field: string]: unknown };
type Content = { type: "text"; text: string } | { type: "tool_use"; id: string; name: string; input: object };

export function sendJson(response: ServerResponse, reply: Reply): void {
  const message = { ...envelope(reply), content: contentOf(reply), stop_reason: reply.stop, usage: reply.usage };
  response.writeHead(200, { "content-type": "application/json", "request-id": "req_standin" });
  response.end(JSON.stringify(message));
}

/** Streams the reply in small pieces, as the API does; `cut` breaks it off halfway through its first block. */
export async function sendStream(response: ServerResponse, reply: Reply, cut?: Cut): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "request-id": "req_standin" });
  const events = streamEvents(reply);
  const whole = cut === undefined ? events : events.slice(0, 4);
  for (const event of whole) response.write(sse(event));
  if (cut === undefined || cut === "eof") return void response.end();
  if (cut === "overloaded")
    return void response.end(sse({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }));
  if (cut === "hang") return;
  // The bytes so far must have left, or the client would see a refused connection rather than a cut reply.
  await new Promise<void>((resolve) => response.write(": \n\n", () => resolve()));
  response.socket?.resetAndDestroy();
}

function streamEvents(reply: Reply): SseEvent[] {
  const { output_tokens: output, ...input } = reply.usage;
  const start = { ...envelope(reply), content: [], stop_reason: null, usage: { ...input, output_tokens: 1 } };
  return [
    { type: "message_start", message: start },
    { type: "ping" },
    ...contentOf(reply).flatMap(blockEvents),
    {
      type: "message_delta",
      delta: { stop_reason: reply.stop, stop_sequence: null },
      usage: { ...input, output_tokens: output },
    },
    { type: "message_stop" },
  ];
}

function blockEvents(content: Content, index: number): SseEvent[] {
  const isText = content.type === "text";
  const whole = isText ? content.text : JSON.stringify(content.input);
  const deltas = pieces(whole).map((piece) =>
    isText ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece },
  );
  return [
    {
      type: "content_block_start",
      index,
      content_block: isText ? { ...content, text: "" } : { ...content, input: {} },
    },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

const pieceChars = 40;

function pieces(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / pieceChars) }, (_, at) =>
    text.slice(at * pieceChars, (at + 1) * pieceChars),
  );
}

function contentOf({ id, say, calls }: Reply): Content[] {
  const words: Content[] = say ? [{ type: "text", text: say }] : [];
  return [
    ...words,
    ...calls.map(({ tool, input }, at): Content => ({ type: "tool_use", id: `toolu_${id}_${at}`, name: tool, input })),
  ];
}

function envelope({ id, model }: Reply): object {
  return { id: `msg_${id}`, type: "message", role: "assistant", model, stop_sequence: null };
}

function sse(event: SseEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
