import { DatabaseSync } from "node:sqlite";
import { UserError } from "../domain/user-error.ts";
import { statements } from "./connection.ts";
import { incidentsFrom } from "./incidents.ts";
import { startsFrom } from "./ledger.ts";
import { schemaVersion } from "./migrations.ts";
import { standingsFrom } from "./standings.ts";
import type { Store } from "./store.ts";

/** The part of a store that can be read beside the process that writes it. */
export type Reader = Pick<
  Store,
  "incident" | "incidents" | "events" | "startedSince" | "standing" | "standingByName" | "standings"
> & { close(): void };

/** Reads a database file without the lock of its directory. Throws UserError where its schema is not this version's. */
export function openReader(path: string): Reader {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  const { found, known } = schemaVersion(db);
  if (found !== known) {
    db.close();
    throw new UserError(
      `${path} has schema ${found}; this version of Self-Heal reads schema ${known}. ` +
        "Use the version that the App runs; where this one is newer, start it once, and it brings the database up to date.",
    );
  }
  const sql = statements(db);
  const { standing, standingByName, standings } = standingsFrom(sql);
  return { ...incidentsFrom(sql), ...startsFrom(sql), standing, standingByName, standings, close: () => db.close() };
}
