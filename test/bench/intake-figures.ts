import * as z from "zod";

/** What the load is told: where to, and how much of it. Counts of the storm: copies of one error, and different ones. */
export const Load = z.object({ url: z.string(), secret: z.string(), copies: z.int(), distinct: z.int() });
/** What it found: figures by name, and the ids of what was answered with "accepted". */
export const Found = z.object({ figures: z.record(z.string(), z.number()), accepted: z.array(z.string()) });
