import type { ServerResponse } from "node:http";
import type { Delivery, Store } from "./database/store.ts";

/** What a webhook is answered with; `retryAfterSeconds` asks the sender to come again. */
export type Answer = { status: number; text: string; retryAfterSeconds?: number };

/** What became of the calls of one source since the start. `refused`: they did not prove who sent them. */
export type IntakeCounts = {
  accepted: number;
  repeated: number;
  overRate: number;
  refused: number;
  tooLarge: number;
  malformed: number;
};

/** Counts by source, in memory. A call that proved nothing is counted under the route it came by. */
export type Tally = {
  count(source: string, what: keyof IntakeCounts): void;
  counts(): Readonly<Record<string, Readonly<IntakeCounts>>>;
};

export function createTally(): Tally {
  const bySource = new Map<string, IntakeCounts>();
  return {
    count(source, what) {
      const counts = bySource.get(source) ?? {
        accepted: 0,
        repeated: 0,
        overRate: 0,
        refused: 0,
        tooLarge: 0,
        malformed: 0,
      };
      counts[what] += 1;
      bySource.set(source, counts);
    },
    counts: () => Object.fromEntries([...bySource].map(([source, counts]) => [source, { ...counts }])),
  };
}

/** The counts as a sentence for operators. */
export function tallyText(tally: Tally): string {
  const sources = Object.entries(tally.counts()).map(([source, counts]) => {
    const named = Object.entries(counts).filter(([, count]) => count > 0);
    return `${source}: ${named.map(([what, count]) => `${count} ${what}`).join(", ")}`;
  });
  return sources.length > 0 ? sources.join("; ") : "nothing arrived since the start";
}

export type Keeping = {
  store: Pick<Store, "accept">;
  /** Something was stored. */
  accepted: () => void;
  tally: Tally;
  log: { debug(fields: object, message: string): void; warn(fields: object, message: string): void };
};

/** Puts an authentic delivery on disk, and only then says so. */
export async function keep(delivery: Delivery, { store, accepted, tally, log }: Keeping): Promise<Answer> {
  try {
    const kept = await store.accept(delivery);
    tally.count(delivery.source, kept === "repeated" ? "repeated" : "accepted");
    if (kept === "repeated") return { status: 202, text: "already accepted" };
    accepted();
    return { status: 202, text: "accepted" };
  } catch (error) {
    const { source, id, event } = delivery;
    log.warn({ source, delivery: id, event, err: error }, "delivery could not be stored");
    return { status: 503, text: "the delivery could not be stored; redeliver it later", retryAfterSeconds: 30 };
  }
}

/** Says it in plain text. After a body that was not read to its end, the connection cannot be used again. */
export function respond(response: ServerResponse, { status, text, retryAfterSeconds }: Answer): void {
  if (status === 413) response.setHeader("connection", "close");
  if (status === 405) response.setHeader("allow", "POST");
  if (retryAfterSeconds !== undefined) response.setHeader("retry-after", String(retryAfterSeconds));
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}
