import * as z from "zod";
import type { Connections, Row, Sql } from "./connection.ts";
import type { Back } from "./store.ts";

/** The tables of work have the same columns for it: id, attempt, tries, leased_until, owner, due_at, error, broken. */
type Table = "jobs" | "tasks";

type Leases = {
  renew: (id: string, attempt: number, leasedUntil: number) => Promise<boolean>;
  release: (id: string, attempt: number, back: Back) => Promise<void>;
  counts: () => Promise<{ waiting: number; leased: number; broken: number }>;
};

/** The row `:id` while the lease of `:attempt` on it was not lost. */
export const held = "id = :id and attempt = :attempt and leased_until is not null";

export function leasesOf(table: Table, { read, write }: Connections): Leases {
  return {
    async renew(id, attempt, leasedUntil) {
      const changed = await write((sql) =>
        sql.run(`update ${table} set leased_until = :leasedUntil where ${held}`, {
          id: Number(id),
          attempt,
          leasedUntil,
        }),
      );
      return changed > 0;
    },
    async release(id, attempt, { dueAt, error, counts }) {
      await write((sql) =>
        sql.run(
          `update ${table} set leased_until = null, owner = null, due_at = :dueAt, error = :error, tries = tries - :uncounted
           where ${held}`,
          { id: Number(id), attempt, dueAt, error, uncounted: counts ? 0 : 1 },
        ),
      );
    },
    async counts() {
      const row = read.get(
        `select coalesce(sum(leased_until is null and not broken), 0) as waiting,
                coalesce(sum(leased_until is not null), 0) as leased, coalesce(sum(broken), 0) as broken from ${table}`,
      );
      return z.object({ waiting: z.int(), leased: z.int(), broken: z.int() }).parse(row);
    },
  };
}

/**
 * Claims rows until one can be read. One that this version cannot read is set aside: left in place it would block every
 * later claim.
 */
export function claimReadable<T extends z.ZodType>(
  sql: Sql,
  table: Table,
  { claim, row }: { claim: () => Row | undefined; row: T },
): z.infer<T> | undefined {
  for (let found = claim(); found; found = claim()) {
    const parsed = row.safeParse(found);
    if (parsed.success) return parsed.data;
    sql.run(`update ${table} set broken = 1, error = :error, leased_until = null, owner = null where id = :id`, {
      id: z.int().parse(found["id"]),
      error: z.prettifyError(parsed.error),
    });
  }
  return undefined;
}

/** A column with JSON of a shape. */
export function jsonOf<T extends z.ZodType>(shape: T): z.ZodPipe<z.ZodTransform<unknown, string>, T> {
  return z.transform((text: string): unknown => JSON.parse(text)).pipe(shape);
}
