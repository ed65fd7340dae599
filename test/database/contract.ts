import { afterEach, beforeEach, describe } from "vitest";
import type { Store } from "../../src/database/store.ts";
import { activityContract, namesContract } from "./contract-activity.ts";
import { deliveriesContract } from "./contract-deliveries.ts";
import { addressesContract, queriesContract, transactionsContract } from "./contract-incidents.ts";
import { jobsContract } from "./contract-jobs.ts";
import { gatesContract, standingsContract } from "./contract-standings.ts";
import { tasksContract } from "./contract-tasks.ts";

export type Opened = { store: Store; reopen: () => Promise<Store>; dispose: () => Promise<void> };

/** What every implementation of the store must do. `open` gives an empty one. */
export function storeContract(name: string, open: () => Promise<Opened>): void {
  let opened: Opened;
  let store: Store;
  const present = () => store;
  const reopen = async () => {
    store = await opened.reopen();
  };
  const parts = {
    deliveries: () => deliveriesContract(present, reopen),
    transactions: () => transactionsContract(present),
    addresses: () => addressesContract(present),
    jobs: () => jobsContract(present, reopen),
    tasks: () => tasksContract(present, reopen),
    standings: () => standingsContract(present, reopen),
    gates: () => gatesContract(present),
    activity: () => activityContract(present),
    names: () => namesContract(present),
    queries: () => queriesContract(present, reopen),
  };
  for (const [part, tests] of Object.entries(parts))
    describe(`the ${name} store: ${part}`, () => {
      beforeEach(async () => {
        opened = await open();
        store = opened.store;
      });
      afterEach(() => opened.dispose());
      tests();
    });
}
