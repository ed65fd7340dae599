import type { BetaUsage } from "@anthropic-ai/sdk/resources/beta/messages";
import type { Ledger } from "../domain/patch.ts";
import type { Amounts } from "./limits.ts";
import { costOf } from "./prices.ts";
import type { Price, Tokens } from "./prices.ts";

/** The running account of one attempt. It has a lifetime: it starts with the attempt and only grows. */
export class Spending {
  #tokens: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  #turns = 0;
  #outputChars = 0;
  #timeouts = 0;
  readonly #startedAt: number;
  readonly #model: string;
  readonly #price: Price;
  readonly #now: () => number;

  constructor({ model, price, now }: { model: string; price: Price; now: () => number }) {
    this.#model = model;
    this.#price = price;
    this.#now = now;
    this.#startedAt = now();
  }

  /** A request was answered, in whole or in part; a cut reply is paid for too, but is no turn. Gives its cost in dollars. */
  addReply(usage: BetaUsage, { whole }: { whole: boolean }): number {
    const tokens = tokensOf(usage);
    this.#tokens = {
      input: this.#tokens.input + tokens.input,
      output: this.#tokens.output + tokens.output,
      cacheRead: this.#tokens.cacheRead + tokens.cacheRead,
      cacheWrite: this.#tokens.cacheWrite + tokens.cacheWrite,
    };
    if (whole) this.#turns += 1;
    return costOf(tokens, this.#price);
  }

  addToolCall({ chars, timedOut }: { chars: number; timedOut: boolean }): void {
    this.#outputChars += chars;
    this.#timeouts = timedOut ? this.#timeouts + 1 : 0;
  }

  amounts(): Amounts {
    const { input, output, cacheRead, cacheWrite } = this.#tokens;
    return {
      turns: this.#turns,
      seconds: this.#seconds(),
      tokens: input + output + cacheRead + cacheWrite,
      usd: costOf(this.#tokens, this.#price),
      outputChars: this.#outputChars,
      timeouts: this.#timeouts,
    };
  }

  ledger(): Ledger {
    return {
      model: this.#model,
      turns: this.#turns,
      inputTokens: this.#tokens.input,
      outputTokens: this.#tokens.output,
      cacheReadTokens: this.#tokens.cacheRead,
      cacheWriteTokens: this.#tokens.cacheWrite,
      usd: costOf(this.#tokens, this.#price),
      seconds: this.#seconds(),
    };
  }

  #seconds(): number {
    return Math.max(0, this.#now() - this.#startedAt) / 1000;
  }
}

function tokensOf(usage: BetaUsage): Tokens {
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite: usage.cache_creation_input_tokens ?? 0,
  };
}
