import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startModel } from "../support/model.ts";
import type { Model } from "../support/model.ts";

let model: Model;

beforeEach(async () => {
  model = await startModel({
    scripts: [
      { when: (prompt) => prompt.includes("one"), steps: [{ calls: [{ tool: "bash", input: {} }] }, { final: "1" }] },
      { when: (prompt) => prompt.includes("two"), steps: [{ final: "2" }] },
    ],
  });
});
afterEach(async () => model.close());

type Answer = { status: number; body: Record<string, unknown> };

async function post(body: object, headers: Record<string, string> = { "x-api-key": "k" }): Promise<Answer> {
  const response = await fetch(`${model.url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const user = (content: unknown): object => ({ role: "user", content });
const text = (words: string, rest: object = {}): object => ({ type: "text", text: words, ...rest });
const use = { type: "tool_use", id: "t1", name: "bash", input: {} };
const called = { role: "assistant", content: [use] };
const result = { type: "tool_result", tool_use_id: "t1", content: "ok" };
const mark = { cache_control: { type: "ephemeral" } };
const basic = { model: "m", max_tokens: 10, messages: [user("two")] };

describe("the model stand-in", () => {
  test("answers without streaming too, in the API's shape", async () => {
    expect(await post(basic)).toMatchObject({
      status: 200,
      body: {
        type: "message",
        role: "assistant",
        content: [{ type: "text", text: "2" }],
        stop_reason: "end_turn",
        usage: { cache_read_input_tokens: 0, output_tokens: expect.any(Number) },
      },
    });
  });

  test("needs a key, in either header", async () => {
    expect(await post(basic, {})).toMatchObject({ status: 401, body: { error: { type: "authentication_error" } } });
    expect(await post(basic, { authorization: "Bearer k" })).toMatchObject({ status: 200 });
  });

  test("tells its models", async () => {
    const response = await fetch(`${model.url}/v1/models`, { headers: { "x-api-key": "k" } });
    expect(await response.json()).toMatchObject({ data: [{ type: "model" }], has_more: false });
  });

  test.each<[string, object]>([
    ["no max_tokens", { ...basic, max_tokens: undefined }],
    ["no messages", { ...basic, messages: [] }],
    ["an empty message", { ...basic, messages: [user([])] }],
    ["empty text", { ...basic, messages: [user([text("")])] }],
    ["an unknown role", { ...basic, messages: [{ role: "system", content: "two" }] }],
    ["an unknown field", { ...basic, thread: {} }],
    ["a first message of the assistant", { ...basic, messages: [{ role: "assistant", content: "two" }] }],
    ["two user messages in a row", { ...basic, messages: [user("two"), user("two")] }],
    ["a call without a result", { ...basic, messages: [user("one"), called, user("go on")] }],
    ["a call at the end", { ...basic, messages: [user("one"), called] }],
    ["a result without a call", { ...basic, messages: [user([result])] }],
    ["a result behind other text", { ...basic, messages: [user("one"), called, user([text("x"), result])] }],
    ["five breakpoints", { ...basic, messages: [user([1, 2, 3, 4, 5].map(() => text("two", mark)))] }],
  ])("refuses %s, as the API would", async (_, body) => {
    expect(await post(body)).toMatchObject({
      status: 400,
      body: { type: "error", error: { type: "invalid_request_error" } },
    });
    expect(model.failures).toHaveLength(1);
  });

  test("follows the script by the number of replies in the request, whatever else was said", async () => {
    const nudged = [user("one"), called, user([result, text("hurry up")])];
    expect(await post({ ...basic, messages: nudged })).toMatchObject({ body: { content: [{ text: "1" }] } });
    expect(await post({ ...basic, messages: [user("one")] })).toMatchObject({ body: { stop_reason: "tool_use" } });
  });

  test("records a prompt that no script is for", async () => {
    expect(await post({ ...basic, messages: [user("three")] })).toMatchObject({ status: 400 });
    expect(model.failures).toEqual(["no script for: three"]);
  });
});

describe("its prompt cache", () => {
  const long = "word ".repeat(2_000);
  const ask = async (system: object[], ...content: object[]): Promise<Record<string, number>> => {
    const { body } = await post({ ...basic, system, messages: [user([text("two"), ...content])] });
    return body["usage"] as Record<string, number>;
  };

  test("reads a prefix that was sent before, wherever the mark was", async () => {
    const first = await ask([text(long, mark)], text("a"));
    expect(first).toMatchObject({ cache_read_input_tokens: 0 });
    const second = await ask([text(long)], text("b", mark));
    expect(second["cache_read_input_tokens"]).toBe(first["cache_creation_input_tokens"]);
  });

  test("misses a prefix that was rewritten", async () => {
    await ask([text(long, mark)]);
    expect(await ask([text(`${long}.`, mark)])).toMatchObject({ cache_read_input_tokens: 0 });
  });

  test("misses when the mark is gone", async () => {
    await ask([text(long, mark)]);
    expect(await ask([text(long)])).toMatchObject({ cache_read_input_tokens: 0, cache_creation_input_tokens: 0 });
  });

  test("misses an entry more than 20 blocks before the mark", async () => {
    const many = Array.from({ length: 19 }, (_, at) => text(`${at}`));
    await ask([text(long, mark)]);
    expect(await ask([text(long)], ...many, text("end", mark))).toMatchObject({ cache_read_input_tokens: 0 });
    await ask([text(long, mark)]);
    const near = await ask([text(long)], ...many.slice(2), text("end", mark));
    expect(near["cache_read_input_tokens"]).toBeGreaterThan(0);
  });

  test("does not keep a prefix below 1,024 tokens", async () => {
    await ask([text("short", mark)]);
    expect(await ask([text("short", mark)])).toMatchObject({
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    });
  });
});
