import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A new directory that another user may pass through: sandboxes run as one when the tests run as root.
 * Whoever makes it removes it.
 */
export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `self-heal-${name}-`));
  chmodSync(directory, 0o711);
  return directory;
}
