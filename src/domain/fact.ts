import * as z from "zod";

/** What could not be found out, and why. Wherever it decides something, the decision is `unknown`, never `pass`. */
export const Unknown = z.strictObject({ unknown: z.string().min(1).max(1_000) });
export type Unknown = z.infer<typeof Unknown>;

/** Something read from GitHub, or the reason why it could not be read. */
export type Fact<T> = T | Unknown;

export function fact<T extends z.ZodType>(value: T): z.ZodUnion<[T, typeof Unknown]> {
  return z.union([value, Unknown]);
}

export function unknown(why: string): Unknown {
  return { unknown: why.slice(0, 1_000) || "no reason was given" };
}

export function isUnknown(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null && "unknown" in value && typeof value.unknown === "string";
}
