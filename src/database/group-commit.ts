import { promisify } from "node:util";
import { constants, zstdCompress, zstdCompressSync } from "node:zlib";
import type { Connections, Sql } from "./connection.ts";
import type { Delivery, Store } from "./store.ts";

type Packed = Omit<Delivery, "body"> & { body: Uint8Array };
type Waiting = { row: Packed; resolve: (result: "stored" | "repeated") => void; reject: (error: unknown) => void };

const groupSize = 256;

/**
 * Whoever arrives while a write is under way shares the next one, and its fsync. No linger timer: waiting for company
 * only adds latency (measured: 5 ms of it took a third of the throughput).
 */
export function groupCommit(write: Connections["write"]): { accept: Store["accept"]; flushed: () => Promise<void> } {
  const waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) await writeGroup(write, () => waiting.splice(0, groupSize));
    writing = undefined;
  }

  async function keep(delivery: Delivery): Promise<"stored" | "repeated"> {
    const row = { ...delivery, body: await pack(delivery.body) };
    const result = new Promise<"stored" | "repeated">((resolve, reject) => waiting.push({ row, resolve, reject }));
    writing ??= writeAll();
    return result;
  }

  const keeping = new Set<Promise<unknown>>();
  return {
    async accept(delivery) {
      const kept = keep(delivery);
      keeping.add(kept);
      return kept.finally(() => keeping.delete(kept));
    },
    async flushed() {
      await Promise.allSettled(keeping);
    },
  };
}

async function writeGroup(write: Connections["write"], take: () => Waiting[]): Promise<void> {
  let group: Waiting[] = [];
  try {
    // Taken when the turn to write has come, so that the group holds everybody who waits by then.
    const results = await write((sql) => {
      group = take();
      return group.map(({ row }) => insert(sql, row));
    });
    group.forEach(({ resolve }, index) => resolve(results[index] ? "stored" : "repeated"));
  } catch (error) {
    // One poisoned row must not fail its neighbours. No group was taken when not even a transaction could be begun.
    if (group.length > 1) for (const one of group) await writeGroup(write, () => [one]);
    else for (const { reject } of group.length === 1 ? group : take()) reject(error);
  }
}

function insert(sql: Sql, { source, id, event, body, receivedAt }: Packed): boolean {
  const changed = sql.run(
    `insert into deliveries (source, id, event, body, received_at, due_at)
     values (:source, :id, :event, :body, :receivedAt, :receivedAt) on conflict (source, id) do nothing`,
    { source, id, event, body, receivedAt },
  );
  return changed > 0;
}

const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const packAside = promisify(zstdCompress);
const aside = 256 * 1024;

/** 67 µs for a usual body on this thread, less than the way to another; a large one would hold up everybody. */
async function pack(body: Buffer): Promise<Uint8Array> {
  return body.length < aside ? zstdCompressSync(body, level) : packAside(body, level);
}
