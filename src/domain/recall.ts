import type { Activity } from "./activity.ts";
import type { Address } from "./address.ts";
import type { Event } from "./event.ts";
import type { Incident } from "./incident.ts";
import type { Fingerprint } from "./signal.ts";
import type { GateRecord, Standing } from "./standing.ts";
import type { Task } from "./task.ts";

/**
 * What is remembered about one repository, for reading only. The queue hands it to whoever carries out an effect or a
 * task, so that they need no path to the storage.
 */
export type Recall = {
  standing(): Promise<Standing | undefined>;
  /** All repositories of the same installation, this one included. */
  siblings(): Promise<Standing[]>;
  /** The incident whose fix (or revert) a pull request is. */
  incident(pull: number): Promise<Incident | undefined>;
  gate(pull: number): Promise<GateRecord | undefined>;
  /** The latest gates of Self-Heal's own fixes, newest first. */
  gates(limit: number): Promise<GateRecord[]>;
  /** What has been going on until now, counted for one failure. */
  activity(fingerprint: Fingerprint): Promise<Activity>;
};

/** What a task found out and what follows. All of it is written in one transaction, or none. */
export type TaskOutcome = {
  /** One sentence for the log. */
  note: string;
  /** Keys to remember about the repository; `undefined` forgets one. The others stay as they are. */
  standing?: { [K in keyof Standing]?: Standing[K] | undefined };
  gate?: GateRecord;
  events?: readonly { address: Address; event: Event }[];
  tasks?: readonly { task: Task; afterSeconds: number }[];
  /** Every open gate of the repository may come out differently now. */
  gates?: boolean;
  /** Delete everything that is kept about the repository. */
  forget?: true;
};
