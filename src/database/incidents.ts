import type { SQLInputValue } from "node:sqlite";
import * as z from "zod";
import type { Address } from "../domain/address.ts";
import { Event } from "../domain/event.ts";
import { Incident, IncidentId } from "../domain/incident.ts";
import type { Origin } from "../domain/signal.ts";
import type { Row, Sql } from "./connection.ts";
import type { LoggedEvent, Store, Tx } from "./store.ts";

const Body = z.object({ id: z.string(), body: z.string() });
const Logged = z.object({ key: z.string(), incident: IncidentId, body: z.string(), at: z.int() });

export function incidentsIn(sql: Sql): Pick<Tx, "insertEvent" | "find" | "insertIncident" | "saveIncident"> {
  return {
    async insertEvent({ key, incident, event, at }) {
      const changed = sql.run(
        "insert into events (key, incident, body, at) values (:key, :incident, :body, :at) on conflict (key) do nothing",
        { key, incident, body: JSON.stringify(event), at },
      );
      return changed > 0;
    },
    async find(address) {
      const { where, values } = condition(address);
      const row = sql.get(
        `select id, body from incidents where ${where} order by phase <> 'closed' desc, seq desc limit 1`,
        values,
      );
      return row && parseIncident(row);
    },
    async insertIncident(incident) {
      sql.run(
        `insert into incidents (id, repository, installation, fingerprint, phase, pull, revert, issue, head, origin,
           opened_at, closed_at, body)
         values (:id, :repository, :installation, :fingerprint, :phase, :pull, :revert, :issue, :head, :origin,
           :openedAt, :closedAt, :body)`,
        { ...columns(incident), origin: incident.signal.origin.kind, openedAt: incident.openedAt },
      );
    },
    async saveIncident(incident) {
      // A pull request or revert that the state no longer mentions is still this incident's: commands on it must arrive.
      const changed = sql.run(
        `update incidents set repository = :repository, installation = :installation, fingerprint = :fingerprint,
           phase = :phase, pull = coalesce(:pull, pull), revert = coalesce(:revert, revert), issue = :issue,
           head = coalesce(:head, head), closed_at = coalesce(closed_at, :closedAt), body = :body
         where id = :id`,
        columns(incident),
      );
      if (changed === 0) throw new Error(`there is no incident ${incident.id}`);
    },
  };
}

export function incidentsFrom(sql: Sql): Pick<Store, "incident" | "incidents" | "events"> {
  return {
    async incident(id) {
      const row = sql.get("select id, body from incidents where id = :id", { id });
      return row && parseIncident(row);
    },
    async incidents({ open, repository, since, limit }) {
      const where = [
        open !== undefined && `phase ${open ? "<>" : "="} 'closed'`,
        repository !== undefined && "repository = :repository",
        since !== undefined && "(opened_at >= :since or closed_at >= :since)",
      ].filter((condition) => condition !== false);
      const rows = sql.all(
        `select id, body from incidents where ${["true", ...where].join(" and ")} order by seq desc limit :limit`,
        { ...(repository !== undefined && { repository }), ...(since !== undefined && { since }), limit },
      );
      return rows.map(parseIncident);
    },
    async events(incident) {
      const rows = sql.all("select key, incident, body, at from events where incident = :incident order by seq", {
        incident,
      });
      return rows.map(logged);
    },
  };
}

function condition(address: Address): { where: string; values: Record<string, SQLInputValue> } {
  if (address.kind === "incident") return { where: "id = :id", values: { id: address.id } };
  const { repository } = address;
  const inRepository = (where: string, value: SQLInputValue) => ({
    where: `repository = :repository and ${where}`,
    values: { repository, value },
  });
  switch (address.kind) {
    case "fingerprint":
      return inRepository("fingerprint = :value", address.fingerprint);
    case "pull":
      return inRepository("(pull = :value or revert = :value)", address.number);
    case "issue":
      return inRepository("issue = :value", address.number);
    case "head":
      return inRepository("head = :value", address.sha);
  }
}

function columns(incident: Incident): Record<string, SQLInputValue> {
  const { id, fingerprint, signal, state } = incident;
  const pull = "pull" in state ? state.pull : undefined;
  return {
    id,
    fingerprint,
    repository: signal.repository.id,
    installation: signal.repository.installation,
    phase: state.phase,
    pull: pull?.number ?? null,
    head: pull?.head ?? null,
    revert: "revert" in state && typeof state.revert === "number" ? state.revert : null,
    issue: issueOf(signal.origin),
    closedAt: state.phase === "closed" ? incident.changedAt : null,
    body: JSON.stringify(incident),
  };
}

/** Where commands about the incident are given, beside its pull requests. */
function issueOf(origin: Origin): number | null {
  if (origin.kind === "issue") return origin.number;
  return origin.kind === "storm" ? (origin.issue ?? null) : null;
}

/** A row with the columns `id` and `body`. */
export function parseIncident(row: Row): Incident {
  const { id, body } = Body.parse(row);
  const parsed = Incident.safeParse(JSON.parse(body));
  if (!parsed.success) throw new Error(`this version cannot read incident ${id}`, { cause: parsed.error });
  return parsed.data;
}

function logged(row: Row): LoggedEvent {
  const { key, incident, body, at } = Logged.parse(row);
  const parsed = Event.safeParse(JSON.parse(body));
  if (!parsed.success) throw new Error(`this version cannot read event ${key}`, { cause: parsed.error });
  return { key, incident, event: parsed.data, at };
}
