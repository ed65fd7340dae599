const mark = " … [cut]";

/**
 * Text from outside as it may be kept: at most `max` UTF-16 units (what zod and JSON count), never half a character, with
 * a mark where something was cut. NUL and lone surrogates go, because PostgreSQL refuses both in JSON.
 */
export function clip(text: string, max: number): string {
  const clean = text.replaceAll("\0", "").toWellFormed();
  if (clean.length <= max) return clean;
  const room = Math.max(0, max - mark.length);
  const end = isHighSurrogate(clean.charCodeAt(room - 1)) ? room - 1 : room;
  return `${clean.slice(0, end)}${mark}`.slice(0, max);
}

/** The first line, for titles. */
export function firstLine(text: string, max: number): string {
  return clip(text.trim().split(/[\r\n]/, 1)[0] ?? "", max);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
