/** Text of unknown origin as a code block that it cannot break out of. */
export function fenced(text: string, language = "text"): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/**
 * Somebody else's words as quiet text: no mentions that notify people, no HTML that hides something, no issue keywords
 * that close what this is not about.
 */
export function plain(text: string): string {
  return text
    .replaceAll(/<!--[\s\S]*?(-->|$)/g, "")
    .replaceAll("<", "&lt;")
    .replaceAll(/(^|[^\w`])@(?=[\w-])/g, "$1@\u200B")
    .replaceAll(/\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(:?\s+)(?=(?:[\w.-]+\/[\w.-]+)?#\d|https?:)/gi, "$1\u200B$2")
    .trim();
}
