/** US dollars per million tokens. `cacheWrite` is the five-minute kind, the only one used here. */
export type Price = { input: number; output: number; cacheRead: number; cacheWrite: number };
export type Prices = Readonly<Record<string, Price>>;

/** Tokens of one or many replies. `input` is what was neither read from nor written to the cache. */
export type Tokens = { input: number; output: number; cacheRead: number; cacheWrite: number };

/**
 * List prices by model id without its date. Source: platform.claude.com/docs/en/about-claude/pricing as quoted by third
 * parties in October 2026; not checked against a bill, which is why the table can be replaced.
 * Haiku 5.5 is priced by prompt length; the row is for prompts above 100,000 tokens, so that it never says too little.
 */
export const listPrices: Prices = {
  "claude-fable-5-1": { input: 10, output: 50, cacheRead: 0.25, cacheWrite: 12.5 },
  "claude-fable-5": { input: 10, output: 50, cacheRead: 1, cacheWrite: 12.5 },
  "claude-opus-5-5": { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 },
  "claude-opus-5": { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  "claude-opus-4-8": { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  "claude-opus-4-7": { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  "claude-opus-4-6": { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  "claude-opus-4-5": { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  "claude-opus-4-1": { input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75 },
  "claude-sonnet-5-5": { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
  "claude-sonnet-5": { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
  "claude-sonnet-4-6": { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  "claude-sonnet-4-5": { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  "claude-haiku-5-5": { input: 0.5, output: 2.5, cacheRead: 0.05, cacheWrite: 0.625 },
  "claude-haiku-4-5": { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
};

/** A model's price. One that is not in the table is taken for the dearest: a cap must hold too early rather than too late. */
export function priceOf(model: string, prices: Prices): { price: Price; known: boolean } {
  const price = prices[model] ?? prices[model.replace(/-\d{8}$/, "")];
  if (price) return { price, known: true };
  const [dearest] = Object.values(prices).toSorted((a, b) => b.output - a.output || b.input - a.input);
  if (!dearest) throw new Error("the price table is empty");
  return { price: dearest, known: false };
}

/** What these tokens cost, in US dollars. */
export function costOf(tokens: Tokens, price: Price): number {
  const millionths =
    tokens.input * price.input +
    tokens.output * price.output +
    tokens.cacheRead * price.cacheRead +
    tokens.cacheWrite * price.cacheWrite;
  return millionths / 1_000_000;
}
