import type { Sql } from "./connection.ts";
import type { Tx } from "./store.ts";

const incidents = "select id from incidents where repository = :repository";

/** In this order, because jobs and events refer to incidents. */
const deletions = [
  `delete from jobs where incident in (${incidents})`,
  `delete from events where incident in (${incidents})`,
  "delete from incidents where repository = :repository",
  ...["aliases", "seen", "ledger", "starts", "pulls", "ends", "storm_failures"].map(
    (table) => `delete from ${table} where repository = :repository`,
  ),
  "delete from tasks where repository = :repository",
  "delete from gates where repository = :repository",
  "delete from standings where id = :repository",
];

export function forgettingIn(sql: Sql): Pick<Tx, "forget"> {
  return {
    async forget(repository) {
      for (const deletion of deletions) sql.run(deletion, { repository });
    },
  };
}
