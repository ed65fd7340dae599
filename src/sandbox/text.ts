import { stripVTControlCharacters } from "node:util";

/** Keeps 60 % from the start and 40 % from the end of a text that is too long, and says what is missing. */
export function clip(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const head = Math.floor(maxChars * headShare);
  const missing = text.length - maxChars;
  return `${text.slice(0, head)}\n[… ${missing} characters left out …]\n${text.slice(text.length - (maxChars - head))}`;
}

export const headShare = 0.6;

/** Text for people and models: no escape sequences, no control characters but line breaks and tabs. */
export function plainText(output: string): string {
  return stripVTControlCharacters(output)
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "");
}
