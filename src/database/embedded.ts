import { mkdirSync } from "node:fs";
import { UserError } from "../domain/user-error.ts";
import { type Connections, type Sql, connect } from "./connection.ts";
import { activityFrom, openingsIn } from "./activity.ts";
import { aliasesIn } from "./aliases.ts";
import { archiveOn, deliveriesOn } from "./deliveries.ts";
import { forgettingIn } from "./forget.ts";
import { gatesFrom, gatesIn } from "./gates.ts";
import { groupCommit } from "./group-commit.ts";
import { incidentsFrom, incidentsIn } from "./incidents.ts";
import { backlogOn, jobsIn, leasesOn } from "./jobs.ts";
import { ledgerIn, startsFrom } from "./ledger.ts";
import { lockDirectory } from "./lock.ts";
import { marksOn, standingsFrom, standingsIn } from "./standings.ts";
import type { Store, Tx } from "./store.ts";
import { tasksIn, tasksOn } from "./tasks.ts";

/**
 * Opens the store in a directory of this host, which it makes where it is missing: SQLite, for one process.
 * Throws UserError when another process uses the directory or a newer version wrote it.
 */
export async function openEmbedded({ directory }: { directory: string }): Promise<Store> {
  // Bodies of private repositories' webhooks are in there.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(directory);
  try {
    const store = await storeOn(connect(directory));
    return {
      ...store,
      async close() {
        await store.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    if (error instanceof UserError) throw error;
    throw new Error(`cannot open the store in ${directory}`, { cause: error });
  }
}

/** A store on open connections, whose directory is locked. Closes them in the end. */
export async function storeOn(connections: Connections): Promise<Store> {
  const { read, write } = connections;
  // There is one process, so every lease in the file belongs to a dead one. Its tries stay counted.
  await write((sql) => {
    sql.run("update jobs set leased_until = null, owner = null where leased_until is not null");
    sql.run("update tasks set leased_until = null, owner = null where leased_until is not null");
    sql.run("update deliveries set leased_until = null where leased_until is not null");
  });
  const { accept, flushed } = groupCommit(write);
  return {
    accept,
    ...deliveriesOn(connections),
    ...archiveOn(connections),
    ...leasesOn(connections),
    ...backlogOn(connections),
    ...tasksOn(connections),
    ...incidentsFrom(read),
    find: incidentsIn(read).find,
    ...activityFrom(read),
    ...startsFrom(read),
    ...standingsFrom(read),
    ...marksOn(connections),
    ...gatesFrom(read),
    transaction: (work) => write((sql) => work(writesIn(sql))),
    async check() {
      read.get("select checks from health");
      await write((sql) => sql.run("update health set checks = checks + 1"));
    },
    async close() {
      await flushed();
      await connections.close();
    },
  };
}

function writesIn(sql: Sql): Tx {
  return {
    ...incidentsIn(sql),
    ...aliasesIn(sql),
    ...ledgerIn(sql),
    ...openingsIn(sql),
    ...jobsIn(sql),
    ...tasksIn(sql),
    ...standingsIn(sql),
    ...gatesIn(sql),
    ...forgettingIn(sql),
  };
}
