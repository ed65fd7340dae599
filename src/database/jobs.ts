import * as z from "zod";
import { Effect, delaySeconds } from "../domain/effect.ts";
import { IncidentId } from "../domain/incident.ts";
import type { Connections, Sql } from "./connection.ts";
import { claimReadable, held, jsonOf, leasesOf } from "./leases.ts";
import type { Store, Tx } from "./store.ts";
import { taskTimes } from "./tasks.ts";

const Leased = z.object({
  id: z.int(),
  incident: IncidentId,
  effect: jsonOf(Effect),
  attempt: z.int(),
  tries: z.int(),
  leased_until: z.int(),
});

/** Effects that bring something up to the present state: one that has not started yet covers every later order. */
const replaceable: readonly Effect["type"][] = ["report", "observe"];

const claim = `
  update jobs set leased_until = :until, owner = :owner, attempt = attempt + 1, tries = tries + 1
  where id = (
    select j.id from jobs j join incidents i on i.id = j.incident
    where j.due_at <= :now and not j.broken and j.type in (select value from json_each(:types))
      and (j.leased_until is null or j.leased_until <= :now)
      and i.installation not in (select installation from suspended)
      and not exists (
        select 1 from jobs o
        where o.incident = j.incident and o.leased_until > :now and o.type in (select value from json_each(:types))
      )
    order by j.due_at, j.id limit 1
  )
  returning id, incident, effect, attempt, tries, leased_until`;

const nextDue = `
  select min(at) as at from (
    select min(j.due_at) as at from jobs j join incidents i on i.id = j.incident
    where j.due_at > :after and j.leased_until is null and not j.broken
      and i.installation not in (select installation from suspended)
    union all
    select min(leased_until) from jobs where leased_until > :after
    union all
    select min(due_at) from deliveries where state = 'pending' and due_at > :after and leased_until is null
    union all
    select min(leased_until) from deliveries where leased_until > :after
    union all ${taskTimes}
  )`;

export function jobsIn(sql: Sql): Pick<Tx, "enqueue" | "finishJob"> {
  return {
    async enqueue(incident, effect, dueAt) {
      const values = {
        incident,
        type: effect.type,
        effect: JSON.stringify(effect),
        delayed: Number(delaySeconds(effect) > 0),
      };
      if (replaceable.includes(effect.type) && replace(sql, values)) return;
      sql.run(
        `insert into jobs (incident, type, effect, delayed, due_at)
         values (:incident, :type, :effect, :delayed, :dueAt)`,
        { ...values, dueAt },
      );
    },
    async finishJob(id, attempt) {
      return sql.run(`delete from jobs where ${held}`, { id: Number(id), attempt }) > 0;
    },
  };
}

/** Keeps the due time of the one that waits: it may be waiting for a rate limit. */
function replace(
  sql: Sql,
  { delayed, ...values }: { incident: string; type: string; effect: string; delayed: number },
): boolean {
  if (delayed) return false;
  const changed = sql.run(
    `update jobs set effect = :effect
     where incident = :incident and type = :type and not delayed and leased_until is null and not broken`,
    values,
  );
  return changed > 0;
}

/** Leases. The connection's `write` makes claims exclusive: there is one writer at a time. */
export function leasesOn(connections: Connections): Pick<Store, "claim" | "renew" | "release" | "jobs"> {
  const { renew, release, counts } = leasesOf("jobs", connections);
  return {
    claim: ({ now, leaseMs, types, owner }) =>
      connections.write((sql) => {
        const values = { now, until: now + leaseMs, types: JSON.stringify(types), owner };
        const row = claimReadable(sql, "jobs", { claim: () => sql.get(claim, values), row: Leased });
        if (!row) return undefined;
        const { id, leased_until: leasedUntil, ...rest } = row;
        return { ...rest, id: String(id), leasedUntil };
      }),
    renew,
    release,
    jobs: counts,
  };
}

/** What waits. */
export function backlogOn({ read }: Connections): Pick<Store, "nextDue"> {
  return {
    async nextDue(after = -1) {
      const { at } = z.object({ at: z.int().nullable() }).parse(read.get(nextDue, { after }));
      return at ?? undefined;
    },
  };
}
