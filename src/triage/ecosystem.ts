/**
 * How a repository is set up and tested. `{files}` in `reproduce` stands for the quoted paths of test files.
 * `lockFiles` are the files that decide what `setup` installs.
 */
export type Commands = { setup: string[]; verify: string[]; reproduce?: string; lockFiles: string[] };

/** The manifests that are present, by path, and every path of the repository. */
export type Facts = { files: ReadonlyMap<string, string>; paths: ReadonlySet<string> };

export type Ecosystem = {
  /** The files whose text `detect` wants to see. */
  manifests: readonly string[];
  /** Gives undefined where the ecosystem is not in use. Empty commands: it is, but says nothing about them. */
  detect(facts: Facts): Commands | undefined;
};

/** Those of some paths that a repository has. */
export function present(paths: ReadonlySet<string>, wanted: readonly string[]): string[] {
  return wanted.filter((path) => paths.has(path));
}
