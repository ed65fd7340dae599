import type { Sql } from "./connection.ts";
import type { Store, Tx } from "./store.ts";
import { IncidentId } from "../domain/incident.ts";

/** What incidents cost and did, row by row, for the counts of `activityFrom`. */
export function ledgerIn(sql: Sql): Pick<Tx, "record"> {
  return {
    async record({ id, fingerprint, signal }, entry, at) {
      const { id: repository, installation } = signal.repository;
      switch (entry.kind) {
        case "spent": {
          const { usd, tokens } = entry;
          sql.run(
            `insert into ledger (incident, repository, installation, at, usd, tokens)
             values (:id, :repository, :installation, :at, :usd, :tokens)`,
            { id, repository, installation, at, usd, tokens },
          );
          break;
        }
        case "started":
          sql.run(
            "insert into starts (incident, repository, fingerprint, at) values (:id, :repository, :fingerprint, :at)",
            { id, repository, fingerprint, at },
          );
          break;
        case "proposed": {
          const { number } = entry;
          sql.run(
            `insert into pulls (repository, number, installation, incident, at)
             values (:repository, :number, :installation, :id, :at) on conflict do nothing`,
            { repository, number, installation, id, at },
          );
          break;
        }
        case "ended": {
          const { end } = entry;
          sql.run(
            `insert into ends (incident, repository, at, kind) values (:id, :repository, :at, :end)
             on conflict (incident) do update set at = excluded.at, kind = excluded.kind`,
            { id, repository, at, end },
          );
        }
      }
    },
  };
}

/** Which incidents were taken on. */
export function startsFrom(sql: Sql): Pick<Store, "startedSince"> {
  return {
    async startedSince(at) {
      const rows = sql.all("select distinct incident from starts where at >= :at", { at });
      return new Set(rows.map(({ incident }) => IncidentId.parse(incident)));
    },
  };
}
