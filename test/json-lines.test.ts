import { expect, test } from "vitest";
import { jsonLines } from "../src/json-lines.ts";

async function read(text: string): Promise<unknown[]> {
  async function* lines(): AsyncGenerator<string> {
    yield* text.split("\n");
  }
  const values: unknown[] = [];
  for await (const item of jsonLines(lines())) values.push(item.ok ? item.value : `line ${item.line} is bad`);
  return values;
}

test.each<[string, string, unknown[]]>([
  ["one value a line, blank lines left out", '{"a":1}\n\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
  ["one object over several lines", '{\n "a": [\n  {"b": 1}\n ]\n}', [{ a: [{ b: 1 }] }]],
  ["a list over several lines", '[\n{"a":1},\n{"a":2}\n]', [{ a: 1 }, { a: 2 }]],
  ["a list on one line", '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
  ["a bad line between good ones", '{"a":1}\nnope\n{"a":2}', [{ a: 1 }, "line 2 is bad", { a: 2 }]],
  ["a bad line at the start", '\nnope\n{"a":2}', ["line 2 is bad", { a: 2 }]],
  ["nothing", "", []],
])("%s", async (_, text, values) => expect(await read(text)).toEqual(values));

test("values are given before the input ends", async () => {
  async function* endless(): AsyncGenerator<string> {
    for (;;) yield '{"a":1}';
  }
  for await (const item of jsonLines(endless())) {
    expect(item.line).toBe(1);
    break;
  }
});
