import type { Store } from "../database/store.ts";
import type { Recall } from "../domain/recall.ts";
import type { Repository } from "../domain/repository.ts";

/** What the store remembers about one repository, each time as it is then. */
export function recallOf(store: Store, repository: Repository, now: () => number = Date.now): Recall {
  const { id, installation } = repository;
  return {
    activity: (fingerprint) => store.activity(repository, fingerprint, now()),
    standing: () => store.standing(id),
    async siblings() {
      const standings = await store.standings({ installation });
      return standings.filter(({ status }) => status !== "removed");
    },
    incident: (pull) => store.find({ kind: "pull", repository: id, number: pull }),
    gate: (pull) => store.gate(id, pull),
    gates: (limit) => store.gates({ repository: id, fixes: true, limit }),
  };
}
