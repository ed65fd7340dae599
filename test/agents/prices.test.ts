import { expect, test } from "vitest";
import { costOf, listPrices, priceOf } from "../../src/agents/prices.ts";

test("a dated model id has its family's price", () => {
  expect(priceOf("claude-haiku-4-5-20251001", listPrices)).toEqual({
    known: true,
    price: listPrices["claude-haiku-4-5"],
  });
});

test("a newer model does not get an older one's price by its name", () => {
  expect(priceOf("claude-sonnet-5-6", listPrices).known).toBe(false);
});

test("an unknown model is counted with the dearest", () => {
  const { price, known } = priceOf("mystery", listPrices);
  expect(known).toBe(false);
  for (const { output } of Object.values(listPrices)) expect(price.output).toBeGreaterThanOrEqual(output);
});

test("cost is per million tokens of each kind", () => {
  const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
  expect(costOf({ input: 1e6, output: 1e5, cacheRead: 1e6, cacheWrite: 1e6 }, price)).toBeCloseTo(8.55, 10);
});
