import type { Category } from "../domain/category.ts";
import type { Signal } from "../domain/signal.ts";
import { framePath } from "./frames.ts";
import { isOwn } from "./own-code.ts";
import { repositoryPath } from "./repository-path.ts";
import type { PathIndex } from "./repository-path.ts";

/** One reason for a confidence, and how much it adds or takes. The first is what the origin or the category is worth. */
export type Term = { name: string; delta: number };
export type Confidence = { value: number; terms: Term[] };

type Facts = {
  /** The files of the tree; absent where none is known. */
  paths?: PathIndex;
  /** What the log or the text speaks of, where somebody read it. */
  category?: Category;
  /** How many signals were about this failure, this one included. */
  seen?: number;
  /** The sender proved itself only by a secret in the address, which ends up in logs. */
  weaklyAuthenticated?: boolean;
};
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
  monitor: { name: "a machine reported it", delta: 0.5 },
  storm: { name: "it is many failures at once", delta: 0 },
};

/**
 * How often a failure of this category is the code's own doing and a small change repairs it. Judged, not measured: the
 * calibration report says where they are wrong. Categories that say nothing are left to the origin.
 */
const precisions: Partial<Record<Category, number>> = {
  compile: 0.8,
  type: 0.8,
  lint: 0.8,
  "test-deterministic": 0.7,
  dependency: 0.6,
  migration: 0.5,
  "config-env": 0.5,
  timeout: 0.4,
  oom: 0.4,
  flaky: 0.2,
  "network-external": 0.1,
  "auth-permission": 0.1,
  "infra-runner": 0.1,
  cancelled: 0,
};

/** A person's word is worth 0.9, and nothing takes from it: it is theirs to judge. */
export function isPersonsWord({ origin: { kind } }: Pick<Signal, "origin">): boolean {
  return kind === "issue" || kind === "local";
}

/** How sure we are that this can be fixed in this repository, from 0 to 1, with its reasons. */
export function confidence(signal: Signal, facts: Facts): Confidence {
  const asked = isPersonsWord(signal);
  const found = evidence(signal, facts).filter(({ delta }) => !asked || delta > 0);
  return summed([startOf(signal, facts.category), ...found]);
}

/** What the terms add up to, between 0 and 1, to two digits. */
export function summed(terms: Term[]): Confidence {
  const sum = terms.reduce((total, { delta }) => total + delta, 0);
  return { value: Math.min(1, Math.max(0, Math.round(sum * 100) / 100)), terms };
}

function startOf(signal: Signal, category: Category | undefined): Term {
  const precision = category && precisions[category];
  if (precision === undefined || isPersonsWord(signal)) return starts[signal.origin.kind];
  return { name: `its category is ${category}`, delta: precision };
}

function evidence(signal: Signal, facts: Facts): Term[] {
  const { commit } = signal;
  const { seen = 1, weaklyAuthenticated = false } = facts;
  const terms: (Term | false)[] = [
    ...placeTerms(signal, facts),
    commitId.test(commit ?? "") && { name: "the commit is known", delta: 0.05 },
    seen >= 2 && { name: "it was seen more than once", delta: 0.1 },
    weaklyAuthenticated && { name: "the sender proved little of itself", delta: -0.1 },
  ];
  return terms.filter((term) => term !== false);
}

/** How much the report says of where to look. */
function placeTerms(signal: Signal, { paths }: Facts): (Term | false)[] {
  const { frames, origin, detail } = signal;
  const inTree = paths !== undefined && locationsOf(signal, paths).length > 0;
  // A workflow's log is read later; it always has one.
  const bare = frames.length === 0 && detail === undefined && origin.kind !== "workflow";
  return [
    inTree && { name: "it points at a file of this repository", delta: 0.15 },
    bare && { name: "there is only a message", delta: -0.25 },
    isForeign(frames) && { name: "only foreign code is in the stack", delta: -0.25 },
    !inTree && frames.some(isMinified) && { name: "the code in the stack is minified", delta: -0.3 },
  ];
}

/** The files of the repository that a signal's own frames stand for, the nearest to the crash first. */
export function locationsOf({ frames }: Pick<Signal, "frames">, paths: PathIndex): string[] {
  return frames.filter(isOwn).flatMap((frame) => repositoryPath(frame, paths) ?? []);
}

function isForeign(frames: Signal["frames"]): boolean {
  return frames.length > 0 && !frames.some(isOwn);
}

/** Bundles put everything on a few lines: the column gives them away, or the name. */
function isMinified({ file, column = 0 }: Signal["frames"][number]): boolean {
  const name = framePath(file).split("/").at(-1) ?? "";
  return column > 1_000 || /\.min\.\w{1,4}$/.test(name) || /[.-][0-9a-f]{8,64}\.\w{1,4}$/.test(name);
}
