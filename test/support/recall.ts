import type { Activity } from "../../src/domain/activity.ts";
import type { Recall } from "../../src/domain/recall.ts";
import type { GateRecord, Standing } from "../../src/domain/standing.ts";

type Remembered = { standing?: Standing | undefined; gates?: GateRecord[]; activity?: Activity };

/** A repository in which nothing has happened. */
export const quiet: Activity = {
  incidentsLastHour: 0,
  incidentsLastDay: 0,
  openPulls: 0,
  pullsLastHour: 0,
  pullsLastDay: 0,
  installationPullsLastHour: 0,
  attemptsAtThis: 0,
  usdToday: 0,
  installationUsdToday: 0,
  fixes: [],
};

/** What is remembered about a repository, from memory. */
export function recallOf({ standing, gates = [], activity = quiet }: Remembered): Recall {
  return {
    activity: async () => activity,
    standing: async () => standing,
    siblings: async () => (standing ? [standing] : []),
    incident: async () => undefined,
    gate: async (pull) => gates.find(({ number }) => number === pull),
    gates: async (limit) => gates.slice(0, limit),
  };
}
