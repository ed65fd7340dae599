import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { UserError } from "../domain/user-error.ts";

const busy = 5; // SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy

const Owner = z.object({ pid: z.int(), host: z.string(), since: z.string() });

/**
 * Makes this process the only user of a directory until it closes the lock or dies: the kernel drops the file lock
 * behind an exclusive SQLite transaction, also after kill -9. Throws UserError when another process has it.
 * Nothing else may open `lock.db`: closing any descriptor of a file drops this process's locks on it (POSIX).
 */
export function lockDirectory(directory: string): { close(): void } {
  const lock = new DatabaseSync(join(directory, "lock.db"), { timeout: 0 });
  const note = join(directory, "owner.json");
  try {
    lock.exec("begin exclusive");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw new Error(`cannot lock ${directory}`, { cause: error });
    throw new UserError(
      `${ownerOf(note)} is using ${directory}. The embedded store serves one process: ` +
        "stop that one first, or set SELF_HEAL_DATA_DIR to another directory.",
    );
  }
  const owner: z.infer<typeof Owner> = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  writeFileSync(note, JSON.stringify(owner));
  return { close: () => lock.isOpen && lock.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === busy;
}

/** The note may be missing or stale for an instant; the lock itself never is. */
function ownerOf(note: string): string {
  try {
    const { pid, host, since } = Owner.parse(JSON.parse(readFileSync(note, "utf8")));
    return `Another Self-Heal process (pid ${pid} on ${host}, since ${since})`;
  } catch {
    return "Another Self-Heal process";
  }
}
