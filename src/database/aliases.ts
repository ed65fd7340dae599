import type { Sql } from "./connection.ts";
import { parseIncident } from "./incidents.ts";
import type { Tx } from "./store.ts";

// A union, because SQLite would answer an `or` of the two by reading every incident of the repository.
const named = `
  select id, body from incidents
  where seq in (
    select seq from incidents where repository = :repository and fingerprint in (select value from json_each(:names))
    union
    select i.seq from aliases a join incidents i on i.id = a.incident
    where a.repository = :repository and a.alias in (select value from json_each(:names))
  )
  order by phase <> 'closed' desc, seq desc limit 1`;

/** Names of failures, and the keys of the signals that were counted for them. */
export function aliasesIn(sql: Sql): Pick<Tx, "findNamed" | "addNames" | "see" | "countInStorm"> {
  return {
    async findNamed(repository, names) {
      const row = sql.get(named, { repository, names: JSON.stringify(names) });
      return row && parseIncident(row);
    },
    async addNames({ id, fingerprint, signal }, names) {
      const repository = signal.repository.id;
      for (const alias of names.filter((name) => name !== fingerprint))
        sql.run(
          `insert into aliases (repository, alias, incident) values (:repository, :alias, :id)
           on conflict (repository, alias) do update set incident = excluded.incident
           where incident <> excluded.incident`,
          { repository, alias, id },
        );
    },
    async see(key, repository, at) {
      const changed = sql.run(
        `insert into seen (key, repository, at)
         select :key, :repository, :at where not exists (select 1 from events where key = :key)
         on conflict (key) do nothing`,
        { key, repository, at },
      );
      return changed > 0;
    },
    async countInStorm({ id, signal }, fingerprint) {
      const changed = sql.run(
        `insert into storm_failures (incident, repository, fingerprint) values (:id, :repository, :fingerprint)
         on conflict (incident, fingerprint) do nothing`,
        { id, repository: signal.repository.id, fingerprint },
      );
      return changed > 0;
    },
  };
}
