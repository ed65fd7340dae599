import type { Store } from "./database/store.ts";
import type { Repository } from "./domain/repository.ts";
import type { Task } from "./domain/task.ts";
import { openSignal } from "./open-signal.ts";
import { dispatch } from "./queue/dispatch.ts";
import { want as wantTasks } from "./queue/tasks.ts";
import type { Inbound } from "./webhooks/inbound.ts";

export type Taking = {
  store: Store;
  /** UTC milliseconds. */
  now: () => number;
  /** Something was queued. */
  queued: () => void;
  /** An installation may have been granted other permissions than are remembered. */
  permissionsChanged: (installation: number) => void;
  /** How long a task waits for others of its kind: webhooks come in bursts, and one look covers them. */
  debounceMs: number;
};

type Of<K extends Inbound["kind"]> = Extract<Inbound, { kind: K }>;
/** `key` derives from the delivery, so that a repeated one changes nothing. Gives a sentence for the log. */
type Taker<K extends Inbound["kind"]> = (what: Of<K>, taking: Taking, key: string) => Promise<string>;

const takers: { [K in Inbound["kind"]]: Taker<K> } = {
  ignored: ({ why }) => Promise.resolve(`ignored: ${why}`),
  async signal({ signal }, taking, key) {
    const { store, now } = taking;
    await know(signal.repository, taking);
    return openSignal(store, { key, signal }, now());
  },
  async event({ address, event }, taking, key) {
    const { store, now } = taking;
    const incident = await dispatch(store, { key, address, event }, now());
    if (incident) return `${event.type} for incident ${incident.id}, now ${incident.state.phase}`;
    // A command need not be about an incident: the onboarding issue takes some, too.
    const { repository } = ("repository" in address && (await store.standing(address.repository))) || {};
    if (event.type !== "commandGiven" || !repository) return `ignored: ${event.type} is about no incident of ours`;
    const { command, by, at } = event;
    return want(taking, [{ kind: "command", repository, command, by, at }]);
  },
  async task({ task }, taking) {
    await know(task.repository, taking);
    return want(taking, [task]);
  },
  async gates({ installation, repository, head }, taking) {
    const about = { installation, ...(repository && { repository }), ...(head && { head }) };
    const gates = await taking.store.openGates(about);
    return want(
      taking,
      gates.map((gate) => ({ kind: "gate", repository: gate.repository, number: gate.number })),
    );
  },
  async installation({ installation, change, repositories }, taking) {
    taking.permissionsChanged(installation);
    if (change === "permissions") return protectAll(installation, taking);
    const changed = await taking.store.markInstallation(installation, change, taking.now());
    const said = `installation ${installation} is ${change}`;
    if (change === "removed") return `${said}; ${await leave(changed, taking)}`;
    return change === "active" ? `${said}; ${await join(repositories, taking)}` : said;
  },
  async repositories({ installation, added, removed }, taking) {
    taking.permissionsChanged(installation);
    const gone = await Promise.all(removed.map(async (id) => taking.store.markRepository(id, "removed", taking.now())));
    await leave(
      gone.filter((one) => one !== undefined),
      taking,
    );
    await join(added, taking);
    return `installation ${installation}: ${added.length} repositories added, ${removed.length} removed`;
  },
  async repository({ repository, change, by }, taking) {
    if (change !== "deleted") {
      await taking.store.remember(repository);
      return `${change}; ${await want(taking, [
        { kind: "policy", repository },
        { kind: "protection", repository, by },
      ])}`;
    }
    await taking.store.markRepository(repository.id, "removed", taking.now());
    return `deleted; ${await leave([repository], taking)}`;
  },
  async owner({ installation, owner }, { store }) {
    const standings = await store.standings({ installation });
    for (const { repository, status } of standings) {
      if (status === "active") await store.remember({ ...repository, owner });
    }
    return `installation ${installation} belongs to ${owner}`;
  },
};

/** Puts one meaning of a delivery into the store. */
export async function take(what: Inbound, key: string, taking: Taking): Promise<string> {
  // TypeScript cannot correlate the kind with its taker; the table's type already did.
  const taker = takers[what.kind] as Taker<Inbound["kind"]>;
  const said = await taker(what, taking, key);
  if (what.kind !== "ignored") taking.queued();
  return said;
}

/** A crash between two of these leads to the delivery being handled again; wanting a task twice is wanting it once. */
async function want({ store, now, debounceMs }: Taking, tasks: readonly Task[]): Promise<string> {
  if (tasks.length > 0) await wantTasks(store, tasks, now() + debounceMs);
  return `wants ${tasks.length} tasks${tasks[0] ? ` (${tasks[0].kind})` : ""}`;
}

/** A repository that nobody announced (that delivery was lost, or the data is new) is welcomed when it first speaks. */
async function know(repository: Repository, taking: Taking): Promise<void> {
  const known = await taking.store.standing(repository.id);
  if (known?.status === "active") await taking.store.remember(repository);
  else await join([repository], taking);
}

/** New here, or here again: learn the rules and settings, and introduce ourselves. */
async function join(repositories: readonly Repository[], taking: Taking): Promise<string> {
  for (const repository of repositories) await taking.store.remember(repository);
  // The rest follows from the first look at the policy.
  return want(
    taking,
    repositories.map((repository) => ({ kind: "policy", repository })),
  );
}

/** What is kept about a repository goes when its policy says so, unless the App is back by then. */
async function leave(repositories: readonly Repository[], { store, now }: Taking): Promise<string> {
  for (const repository of repositories) {
    const days = (await store.standing(repository.id))?.policy?.policy.retentionDays ?? 30;
    await store.transaction((tx) => tx.want({ kind: "forget", repository }, now() + days * 86_400_000));
  }
  return `${repositories.length} repositories will be forgotten`;
}

async function protectAll(installation: number, taking: Taking): Promise<string> {
  const standings = await taking.store.standings({ installation, status: "active" });
  return want(
    taking,
    standings.map(({ repository }) => ({ kind: "protection", repository })),
  );
}
