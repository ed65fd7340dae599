// Runs effects until it comes to one that never ends, says so, and is killed there.
import { writeSync } from "node:fs";
import { openEmbedded } from "../../src/database/embedded.ts";
import { createWorker } from "../../src/queue/worker.ts";
import { happy } from "./setup.ts";

const [, , directory = ""] = process.argv;
const store = await openEmbedded({ directory });
const quiet = () => undefined;
const worker = createWorker({
  store,
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  run: async (incident, effect) => {
    writeSync(1, `${effect.type}\n`);
    if (effect.type !== "fix") return happy(incident, effect);
    // A timer keeps the process alive; an unsettled promise alone does not.
    return new Promise(() => setInterval(quiet, 1000));
  },
});
worker.wake();
