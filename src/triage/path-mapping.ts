import { framePath } from "./frames.ts";

/** Two roots that stand for one another: what a frame's path starts with, and what to put in its place. Both end with `/` or are empty. */
export type PathRoots = { stackRoot: string; sourceRoot: string };

/**
 * A mapping that was written by a person, or learned from frames. `seenIn` names the frames it was learned from, at most
 * two: from one it may be a coincidence, so it counts only when a second one agrees.
 */
export type PathMapping = PathRoots & ({ from: "manual" } | { from: "learned"; seenIn: readonly string[] });

const enoughFrames = 2;

/** What a frame's path and the repository's path that it turned out to be say about all others; undefined if nothing. */
export function learnMapping(frameFile: string, repositoryFile: string): PathRoots | undefined {
  const frame = withoutDots(framePath(frameFile));
  const same = commonTail(frame, repositoryFile);
  if (same === "" || frame === repositoryFile || escapes(frame) || escapes(repositoryFile)) return undefined;
  return {
    stackRoot: frame.slice(0, frame.length - same.length),
    sourceRoot: repositoryFile.slice(0, repositoryFile.length - same.length),
  };
}

/** The mappings with what a frame taught: a new one, or a second witness for a known one. */
export function rememberMapping(
  mappings: readonly PathMapping[],
  roots: PathRoots,
  frameFile: string,
): readonly PathMapping[] {
  const known = mappings.find((each) => each.stackRoot === roots.stackRoot && each.sourceRoot === roots.sourceRoot);
  if (!known) return [...mappings, { ...roots, from: "learned", seenIn: [frameFile] }];
  if (known.from === "manual" || known.seenIn.includes(frameFile) || known.seenIn.length >= enoughFrames)
    return mappings;
  return mappings.map((each) => (each === known ? { ...known, seenIn: [...known.seenIn, frameFile] } : each));
}

/**
 * The repository's path for a frame's, by the first mapping that leads to a file that exists: those of people before
 * those learned, absolute before relative, the longest root first. Undefined where none does.
 */
export function applyMappings(
  frameFile: string,
  mappings: readonly PathMapping[],
  exists: (path: string) => boolean,
): string | undefined {
  const frame = withoutDots(framePath(frameFile));
  if (escapes(frame)) return undefined;
  for (const { stackRoot, sourceRoot } of mappings.filter(counts).toSorted(byRank)) {
    if (!frame.startsWith(stackRoot)) continue;
    const path = sourceRoot + frame.slice(stackRoot.length);
    if (!path.startsWith("/") && !escapes(path) && exists(path)) return path;
  }
  return undefined;
}

function counts(mapping: PathMapping): boolean {
  return mapping.from === "manual" || mapping.seenIn.length >= enoughFrames;
}

function byRank(one: PathMapping, other: PathMapping): number {
  const rank = ({ from, stackRoot }: PathMapping): number =>
    (from === "manual" ? 0 : 2) + (stackRoot.startsWith("/") ? 0 : 1);
  return rank(one) - rank(other) || other.stackRoot.length - one.stackRoot.length;
}

function commonTail(one: string, other: string): string {
  const ends = one.split("/");
  const tails = other.split("/");
  let same = 0;
  while (same < Math.min(ends.length, tails.length) && ends.at(-1 - same) === tails.at(-1 - same)) same += 1;
  return tails.slice(tails.length - same).join("/");
}

function withoutDots(path: string): string {
  return path.replaceAll(/\/(?:\.\/)+/g, "/");
}

function escapes(path: string): boolean {
  return path.split("/").includes("..");
}
