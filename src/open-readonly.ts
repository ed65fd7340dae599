import { existsSync } from "node:fs";
import { join } from "node:path";
import { openReader } from "./database/reader.ts";
import type { Reader } from "./database/reader.ts";
import { UserError } from "./domain/user-error.ts";

/**
 * Opens the embedded store in a directory for reading, also while the App runs on it: it sees what was committed, and
 * takes no lock. Throws UserError where there is no store, or one of another version.
 */
export function openReadOnly(directory: string): Reader {
  const path = join(directory, "self-heal.db");
  if (!existsSync(path))
    throw new UserError(
      `There is no store at ${path}. Start the App once, or set SELF_HEAL_DATA_DIR to the directory it uses.`,
    );
  return openReader(path);
}
