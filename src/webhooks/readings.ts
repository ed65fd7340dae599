import * as z from "zod";
import { clip } from "./clip.ts";
import { Reading } from "./sender.ts";
import type { Sender } from "./sender.ts";

/** More than this in one delivery is a flood, and the rest would say the same. */
const maxReadings = 50;

/** What is ignored, with the reason and what could be done about it. */
export function ignoring(why: string): Reading {
  return { kind: "ignored", why: clip(why, 1_000) };
}

/** A reading of each of the first fifty; how many were left out is a reading too. */
export function readEach<T>(items: readonly T[], read: (item: T) => Reading): Reading[] {
  const readings = items.slice(0, maxReadings).map(read);
  const left = items.length - readings.length;
  return left > 0
    ? [...readings, ignoring(`${left} more were left out; send at most ${maxReadings} at once`)]
    : readings;
}

/** A reader that never throws and always gives values of the schema: what it does not understand is ignored, with the reason. */
export function understood(read: Sender["read"]): Sender["read"] {
  return (payload, context) => {
    try {
      return read(payload, context).map(checked);
    } catch (error) {
      return [ignoring(`the payload was not understood (${String(error)}); check what the sender is set to send`)];
    }
  };
}

function checked(reading: Reading): Reading {
  const { success, data, error } = Reading.safeParse(reading);
  if (success) return data;
  return ignoring(`the payload does not have the expected shape: ${z.prettifyError(error).replaceAll(/\s+/g, " ")}`);
}
