import type { Json } from "./types.ts";

export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const json = (value: unknown): Json => (isJson(value) ? value : {});
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Objects are merged, everything else is replaced; `undefined` in the patch removes the key. */
export function merge(base: unknown, patch: unknown): unknown {
  if (!isJson(base) || !isJson(patch)) return patch;
  const merged: Json = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) delete merged[key];
    else merged[key] = merge(base[key], value);
  }
  return merged;
}
