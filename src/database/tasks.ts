import * as z from "zod";
import { Task, taskKey } from "../domain/task.ts";
import type { Connections, Sql } from "./connection.ts";
import { claimReadable, held, jsonOf, leasesOf } from "./leases.ts";
import type { Store, Tx } from "./store.ts";

const Leased = z.object({ id: z.int(), body: jsonOf(Task), attempt: z.int(), tries: z.int() });

/** `forget` is the one that is about repositories the App has left. */
const allowed = `
  (t.kind = 'forget' or (
    not exists (select 1 from suspended u where u.installation = t.installation)
    and not exists (select 1 from standings s where s.id = t.repository and s.status <> 'active')
  ))`;

/** The run that starts now covers what was wanted until now, also while an earlier one ran and died. */
const claim = `
  update tasks set leased_until = :until, owner = :owner, attempt = attempt + 1, tries = tries + 1,
    again_at = case when again_at > :now then again_at end
  where id = (
    select t.id from tasks t
    where not t.broken and t.due_at <= :now and (t.leased_until is null or t.leased_until <= :now) and ${allowed}
    order by t.due_at, t.id limit 1
  )
  returning id, body, attempt, tries`;

/** Times after `:after` at which a task becomes due, or its lease ends. A `min` would read every waiting row. */
export const taskTimes = `
  select (
    select t.due_at from tasks t
    where not t.broken and t.due_at > :after and t.leased_until is null and ${allowed}
    order by t.due_at limit 1
  )
  union all
  select min(leased_until) from tasks where leased_until > :after`;

const want = `
  insert into tasks (key, kind, repository, installation, body, due_at)
  values (:key, :kind, :repository, :installation, :body, :dueAt)
  on conflict (key) do update set
    installation = excluded.installation, body = excluded.body,
    due_at = case
      when broken then excluded.due_at
      when leased_until is null and error is null then min(due_at, excluded.due_at)
      else due_at
    end,
    again_at = case
      when leased_until is null then again_at
      else min(coalesce(again_at, excluded.due_at), excluded.due_at)
    end,
    tries = iif(broken, 0, tries), error = iif(broken, null, error), broken = 0`;

export function tasksIn(sql: Sql): Pick<Tx, "want" | "finishTask"> {
  return {
    async want(task, dueAt) {
      const key = taskKey(task);
      const { id: repository, installation } = task.repository;
      const covered = sql.get(
        "select 1 from tasks where key = :key and not broken and (leased_until is null or again_at is not null)",
        { key },
      );
      sql.run(want, { key, kind: task.kind, repository, installation, body: JSON.stringify(task), dueAt });
      return !covered;
    },
    async finishTask(id, attempt) {
      const lease = { id: Number(id), attempt };
      if (sql.run(`delete from tasks where ${held} and again_at is null`, lease) > 0) return true;
      const again = sql.run(
        `update tasks set due_at = again_at, again_at = null, tries = 0, error = null, leased_until = null, owner = null
         where ${held}`,
        lease,
      );
      return again > 0;
    },
  };
}

/** Leases and counts of tasks. The connection's `write` makes claims exclusive: there is one writer at a time. */
export function tasksOn(connections: Connections): Pick<Store, "claimTask" | "renewTask" | "releaseTask" | "tasks"> {
  const { renew, release, counts } = leasesOf("tasks", connections);
  return {
    claimTask: ({ now, leaseMs, owner }) =>
      connections.write((sql) => {
        const values = { now, until: now + leaseMs, owner };
        const row = claimReadable(sql, "tasks", { claim: () => sql.get(claim, values), row: Leased });
        if (!row) return undefined;
        const { id, body, ...rest } = row;
        return { ...rest, id: String(id), task: body };
      }),
    renewTask: renew,
    releaseTask: release,
    tasks: counts,
  };
}
