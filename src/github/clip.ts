/** The longest body GitHub takes is 65,536 characters, for comments, pull requests and each text of a check run. */
const maxBodyChars = 65_000;

/**
 * Cuts a text to what GitHub takes, and says so where it was cut. What GitHub refuses anywhere in a text (NUL, half a
 * surrogate pair) is taken out; a model or a log may well have written it.
 */
export function clip(text: string, maxChars = maxBodyChars): string {
  const clean = text.toWellFormed().replaceAll("\u0000", "");
  if (clean.length <= maxChars) return clean;
  const note = maxChars < 1_000 ? "…" : "\n\n…(cut)";
  return clean.slice(0, maxChars - note.length).toWellFormed() + note;
}
