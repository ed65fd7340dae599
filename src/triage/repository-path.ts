import { framePath, isVendor } from "./frames.ts";

/** The paths of a tree by their last name. Made once for a tree; 100,000 paths take a fraction of a second. */
export type PathIndex = ReadonlyMap<string, readonly string[]>;

type Placed = { file?: string | undefined; module?: string | undefined };

export function indexPaths(paths: Iterable<string>): PathIndex {
  const index = new Map<string, string[]>();
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const same = index.get(name);
    if (same) same.push(path);
    else index.set(name, [path]);
  }
  return index;
}

/**
 * The one path in the repository that a frame's file stands for, or undefined where it is none or not certain. Whole
 * segments are compared from the end, in either direction: a deployed path is longer than ours, and in a monorepo ours
 * is longer. Two segments must agree, or the name must be the only one of its kind. After Sentry's
 * `auto_source_code_config/code_mapping.py`.
 *
 * The path that equals the frame's is meant, whatever others there are; where several fit, the longest that the frame
 * ends with; otherwise there is no saying. Code of packages is never ours, and no path with `..` is looked for.
 */
export function repositoryPath({ file, module }: Placed, index: PathIndex): string | undefined {
  if (file === undefined || isVendor({ file })) return undefined;
  const wanted = segmentsOf(file, module);
  const named = index.get(wanted.at(-1) ?? "") ?? [];
  if (wanted.length === 0 || wanted.includes("..")) return undefined;
  const whole = wanted.join("/");
  if (named.includes(whole)) return whole;
  const fitting = named.filter((path) => fits(path.split("/"), wanted, named.length === 1));
  return fitting.length <= 1 ? fitting[0] : longestWithin(whole, fitting);
}

/** All that fit end the frame's path: then they end one another, and the longest says most. */
function longestWithin(whole: string, fitting: readonly string[]): string | undefined {
  if (!fitting.every((path) => whole.endsWith(`/${path}`))) return undefined;
  return fitting.toSorted((one, other) => other.length - one.length)[0];
}

function fits(path: readonly string[], wanted: readonly string[], only: boolean): boolean {
  const shorter = Math.min(path.length, wanted.length);
  return overlap(path, wanted) === shorter && (shorter > 1 || only) && !path.includes("..");
}

/** How many segments agree, from the end. */
function overlap(one: readonly string[], other: readonly string[]): number {
  let same = 0;
  while (same < Math.min(one.length, other.length) && one.at(-1 - same) === other.at(-1 - same)) same += 1;
  return same;
}

/** Java names only the file; its directory is the package: `com.example.Bar$Inner` in `Bar.java` is `com/example/Bar.java`. */
function segmentsOf(file: string, module: string | undefined): string[] {
  const path = framePath(file).replace(/^package:[^/]+\//, "lib/");
  const packaged = module && !path.includes("/") && /\.(?:java|kts?|scala|groovy)$/.test(path);
  const whole = packaged ? [...module.split(".").slice(0, -1), path].join("/") : path;
  return whole.split("/").filter((segment) => segment !== "" && segment !== ".");
}
