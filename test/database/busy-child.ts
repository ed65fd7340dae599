// Accepts deliveries and steps one incident as fast as it can, and writes down what was acknowledged, until it is killed.
import { writeSync } from "node:fs";
import { openEmbedded } from "../../src/database/embedded.ts";
import { incidentNumber } from "./incidents.ts";

const [, , directory = "", round = ""] = process.argv;
const store = await openEmbedded({ directory });
const { id } = incidentNumber(1);

async function accept(lane: number): Promise<never> {
  for (let n = 0; ; n++) {
    const name = `${round}-${lane}-${n}`;
    await store.accept({ source: "s", id: name, event: "e", body: Buffer.from(name.repeat(200)), receivedAt: n });
    writeSync(1, `delivery ${name}\n`);
  }
}

async function step(): Promise<never> {
  for (let n = 0; ; n++) {
    const key = `${round}-${n}`;
    await store.transaction(async (tx) => {
      const incident = await tx.find({ kind: "incident", id });
      if (!incident) throw new Error("the incident is missing");
      await tx.insertEvent({ key, incident: id, event: { type: "recurred", note: key }, at: n });
      await tx.saveIncident({ ...incident, signals: incident.signals + 1 });
      await tx.enqueue(id, { type: "watch", afterSeconds: n + 1 }, n);
    });
    writeSync(1, `event ${key}\n`);
  }
}

await Promise.all([accept(0), accept(1), accept(2), step()]);
