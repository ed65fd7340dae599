import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import * as z from "zod";
import type { Connections, Row, Sql } from "./connection.ts";
import type { ClaimedDelivery, Handled, Store } from "./store.ts";

const Claimed = z.object({
  source: z.string(),
  id: z.string(),
  event: z.string(),
  body: z.instanceof(Uint8Array),
  received_at: z.int(),
  tries: z.int(),
});
const Failed = Claimed.omit({ body: true }).extend({ note: z.string() });

// The first due delivery of each source that has none under way. The recursion jumps from source to source in the
// index: a plain `distinct` would read the whole backlog.
const claim = `
  with recursive sources (source) as (
    select min(source) from deliveries where state = 'pending'
    union all
    select (select min(d.source) from deliveries d where d.state = 'pending' and d.source > s.source)
    from sources s where s.source is not null
  ),
  heads (seq) as (
    select (
      select d.seq from deliveries d
      where d.state = 'pending' and d.source = s.source and d.due_at <= :now
        and (d.leased_until is null or d.leased_until <= :now)
      order by d.received_at, d.seq limit 1
    )
    from sources s
    where s.source is not null
      and not exists (select 1 from deliveries o where o.source = s.source and o.leased_until > :now)
  )
  update deliveries set leased_until = :until, tries = tries + 1
  where seq = (
    select d.seq from heads h join deliveries d on d.seq = h.seq order by d.received_at, d.seq limit 1
  )
  returning source, id, event, body, received_at, tries`;

const pruneAtOnce = 500;
const unpack = promisify(zstdDecompress);

type Handling = Pick<Store, "claimDelivery" | "finishDelivery" | "releaseDelivery" | "replayDelivery">;

/** The inbox: what was accepted, until it was handled. */
export function deliveriesOn({ write }: Connections): Handling {
  return {
    async claimDelivery({ now, leaseMs }) {
      for (;;) {
        const row = await write((sql) => sql.get(claim, { now, until: now + leaseMs }));
        if (!row) return undefined;
        const delivery = await claimed(row);
        if (delivery.body) return delivery;
        // Left in place it would block its source.
        await write((sql) => finish(sql, { ...delivery, state: "failed", note: "the stored body cannot be unpacked" }));
      }
    },
    async finishDelivery(source, id, handled) {
      await write((sql) => finish(sql, { source, id, ...handled }));
    },
    async releaseDelivery(source, id, { dueAt, error, counts }) {
      await write((sql) =>
        sql.run(
          `update deliveries set due_at = :dueAt, note = :error, tries = tries - :uncounted, leased_until = null
           where source = :source and id = :id and state = 'pending' and leased_until is not null`,
          { source, id, dueAt, error, uncounted: counts ? 0 : 1 },
        ),
      );
    },
    replayDelivery: (source, id, dueAt) =>
      write(
        (sql) =>
          sql.run(
            `update deliveries set state = 'pending', tries = 0, due_at = :dueAt
             where source = :source and id = :id and state <> 'pending'`,
            { source, id, dueAt },
          ) > 0,
      ),
  };
}

/** What became of deliveries, for operators. */
export function archiveOn({ read, write }: Connections): Pick<Store, "deliveries" | "failedDeliveries" | "prune"> {
  return {
    async deliveries() {
      const row = read.get(
        `select (select count(*) from deliveries where state = 'pending') as waiting,
                (select count(*) from deliveries where state = 'failed') as failed`,
      );
      return z.object({ waiting: z.int(), failed: z.int() }).parse(row);
    },
    async failedDeliveries(limit) {
      const rows = read.all(
        `select source, id, event, received_at, tries, note from deliveries
         where state = 'failed' order by received_at desc, seq desc limit :limit`,
        { limit },
      );
      return rows.map((row) => {
        const { received_at: receivedAt, ...rest } = Failed.parse(row);
        return { ...rest, receivedAt };
      });
    },
    prune: (before) => prune(write, before),
  };
}

async function claimed(row: Row): Promise<ClaimedDelivery | (Omit<ClaimedDelivery, "body"> & { body: undefined })> {
  const { received_at: receivedAt, body, ...rest } = Claimed.parse(row);
  return { ...rest, receivedAt, body: await unpack(body).catch(() => undefined) };
}

function finish(sql: Sql, { source, id, state, note }: Handled & { source: string; id: string }): void {
  sql.run(
    "update deliveries set state = :state, note = :note, leased_until = null where source = :source and id = :id",
    { source, id, state, note },
  );
}

const handled = `
  delete from deliveries where seq in (
    select seq from deliveries where state <> 'pending' and received_at < :before limit :pruneAtOnce)`;
/** A key is seen after its delivery was received; one that waits since then may still come with its key. */
const seen = `
  delete from seen where key in (
    select key from seen
    where at < min(:before, coalesce((select min(received_at) from deliveries where state = 'pending'), :before))
    limit :pruneAtOnce)`;

async function prune(write: Connections["write"], before: number): Promise<number> {
  const pruned = await deleteAll(write, handled, before);
  await deleteAll(write, seen, before);
  return pruned;
}

/** A few hundred at a time, so that nobody waits long for the turn to write. */
async function deleteAll(write: Connections["write"], deletion: string, before: number): Promise<number> {
  let deleted = 0;
  for (;;) {
    const gone = await write((sql) => sql.run(deletion, { before, pruneAtOnce }));
    deleted += gone;
    if (gone < pruneAtOnce) return deleted;
  }
}
