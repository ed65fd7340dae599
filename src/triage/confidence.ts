import type { Signal } from "../domain/signal.ts";
import { framePath, isVendor, repositoryPath } from "./frames.ts";

/** One reason for a confidence, and how much it adds or takes. The first is what the origin alone is worth. */
type Term = { name: string; delta: number };
export type Confidence = { value: number; terms: Term[] };

type Facts = { fileExists: (path: string) => boolean };
type Origin = Signal["origin"]["kind"];

const commitId = /^[0-9a-f]{40}$/;

/**
 * What the origin is worth. A label or a command is a human's word that there is something to fix. A workflow that is
 * red on the default branch has failed for sure, if not for a reason in the code. A report may be anything.
 */
const starts: { [K in Origin]: Term } = {
  issue: { name: "a person asked for it", delta: 0.9 },
  local: { name: "a person asked for it", delta: 0.9 },
  workflow: { name: "a workflow is red on the default branch", delta: 0.65 },
  dispatch: { name: "a machine reported it", delta: 0.5 },
};

/**
 * How sure we are that this can be fixed in this repository, from 0 to 1, with its reasons. A person's word is worth 0.9,
 * and nothing takes from it: it is theirs to judge.
 */
export function confidence(signal: Signal, facts: Facts): Confidence {
  const { kind } = signal.origin;
  const asked = kind === "issue" || kind === "local";
  const terms = [starts[kind], ...evidence(signal, facts).filter(({ delta }) => !asked || delta > 0)];
  const sum = terms.reduce((total, { delta }) => total + delta, 0);
  return { value: Math.min(1, Math.max(0, Math.round(sum * 100) / 100)), terms };
}

function evidence(signal: Signal, { fileExists }: Facts): Term[] {
  const { frames, commit, origin, detail } = signal;
  const inTree = frames.some((frame) => !isVendor(frame) && repositoryPath(frame.file, fileExists) !== undefined);
  // A workflow's log is read later; it always has one.
  const bare = frames.length === 0 && detail === undefined && origin.kind !== "workflow";
  const terms: (Term | false)[] = [
    inTree && { name: "it points at a file of this repository", delta: 0.15 },
    commitId.test(commit ?? "") && { name: "the commit is known", delta: 0.05 },
    bare && { name: "there is only a message", delta: -0.25 },
    isForeign(frames) && { name: "only foreign code is in the stack", delta: -0.25 },
    !inTree && frames.some(isMinified) && { name: "the code in the stack is minified", delta: -0.3 },
  ];
  return terms.filter((term) => term !== false);
}

function isForeign(frames: Signal["frames"]): boolean {
  return frames.length > 0 && frames.every(isVendor);
}

/** Bundles put everything on a few lines: the column gives them away, or the name. */
function isMinified({ file, column = 0 }: Signal["frames"][number]): boolean {
  const name = framePath(file).split("/").at(-1) ?? "";
  return column > 1_000 || /\.min\.\w{1,4}$/.test(name) || /[.-][0-9a-f]{8,64}\.\w{1,4}$/.test(name);
}
