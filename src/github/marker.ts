import { clip } from "./clip.ts";

/** A comment of ours. `marker` is an HTML comment (`<!-- … -->`) that readers do not see and that names it among ours. */
export type MarkedComment = { marker: string; body: string };

/** The text to post: the marker comes first, so that cutting never loses it. */
export function markedText({ marker, body }: MarkedComment): string {
  return clip(body.startsWith(marker) ? body : `${marker}\n${body}`);
}

/** Only at the very start: further down it may be part of what somebody else wrote and we quote. */
export function isMarked(text: string | undefined, marker: string): boolean {
  return text?.startsWith(marker) ?? false;
}

/** GitHub may give line ends and trailing space back otherwise than it got them. */
export function sameText(there: string | undefined | null, wanted: string): boolean {
  return (there ?? "").replaceAll("\r\n", "\n").trimEnd() === wanted.replaceAll("\r\n", "\n").trimEnd();
}
