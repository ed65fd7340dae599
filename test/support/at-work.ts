import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a policy says where a maintainer let Self-Heal start, and no introduction is wanted. */
const working = 'mode: fix\nonboarding: "off"\n';
const path = ".github/self-heal.yml";

/** The files of a repository in which Self-Heal is at work, whatever else their policy says. */
export function atWork(files: Readonly<Record<string, string>>): Record<string, string> {
  return { ...files, [path]: `${working}${files[path] ?? ""}` };
}

/** The same for a directory without a policy of its own. */
export function putToWork(directory: string): void {
  mkdirSync(join(directory, ".github"), { recursive: true });
  writeFileSync(join(directory, path), working);
}
