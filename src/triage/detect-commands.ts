import { go, rust } from "./detect-compiled.ts";
import { composer, gradle, maven, ruby } from "./detect-others.ts";
import { node } from "./detect-node.ts";
import { python } from "./detect-python.ts";
import type { Commands, Ecosystem } from "./ecosystem.ts";

/** In the order in which they are asked. */
const ecosystems: readonly Ecosystem[] = [node, python, go, rust, ruby, composer, maven, gradle];

/** The files to read before asking `detectCommands`: all at the root, where the commands run. */
export const manifestFiles: readonly string[] = ecosystems.flatMap(({ manifests }) => manifests);

/**
 * The commands that a repository is set up and tested with, as far as its files say; the first ecosystem that has tests
 * decides. Of its scripts only the tests are taken: `lint`, `typecheck` and `build` often need what a sandbox has not, or
 * fail for reasons that a fix is not to blame for. A policy that wants them says so.
 * `files` are the manifests that are present, `paths` all paths of the repository.
 */
export function detectCommands(files: ReadonlyMap<string, string>, paths: readonly string[]): Commands {
  const facts = { files, paths: new Set(paths) };
  const found = ecosystems.flatMap((ecosystem) => ecosystem.detect(facts) ?? []);
  return found.find(({ verify }) => verify.length > 0) ?? found[0] ?? { setup: [], verify: [], lockFiles: [] };
}
