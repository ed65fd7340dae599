import { createHash } from "node:crypto";

/**
 * Everything a reader cannot see: default-ignorable code points (Tag block, zero-width characters, variation selectors,
 * fillers), format characters (bidirectional marks) and control characters other than tab and line feed.
 */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}]|(?![\t\n])\p{Cc}/gu;
// Terminal colours would leave `[31m` behind if only their ESC went.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const terminalSequence = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;
const lineBreak = /\r\n?|\u2028|\u2029/g;

/** What a person would see of a text: the model must not read more than its reviewers can. */
export function visible(text: string): string {
  return text.toWellFormed().replace(terminalSequence, "").replace(lineBreak, "\n").replace(invisible, "");
}

// Code (kept), or a comment: closed anywhere, or unclosed at the start of a line, where it hides all the rest.
const codeOrComment =
  /(^ {0,3}(`{3,}|~{3,})[\s\S]*?(?:^ {0,3}\2|$(?![\s\S]))|`[^`\n]+`)|<!--[\s\S]*?-->|^ {0,3}<!--[\s\S]*/gm;

/** The same for Markdown, whose comments GitHub shows to nobody. */
export function visibleMarkdown(text: string): string {
  // Invisible characters go first: one of them between `<` and `!--` must not save a comment.
  return visible(text).replace(codeOrComment, (_, code: string | undefined) => code ?? "");
}

export type Block = {
  /** Where the text is from, in our words: `issue #7`. */
  origin: string;
  /** Whose word it is: `maintainer`, `telemetry`, `default branch`, `this system`. */
  trust: string;
  text: string;
};

/**
 * Fences untrusted text off. The fence carries a hash of the text, so the text cannot hold its own closing fence
 * (it would have to contain its own hash), and the same text always gives the same prompt, which keeps the cache warm.
 */
export function fence({ origin, trust, text }: Block): string {
  const body = text.replace(/<<<(?=\s*(?:DATA|END)\b)/gi, "<<\\<");
  const mark = createHash("sha256").update(`${origin}\n${trust}\n${body}`).digest("hex").slice(0, 32);
  return `<<<DATA ${mark} origin="${attribute(origin)}" trust="${attribute(trust)}">>>\n${body}\n<<<END ${mark}>>>`;
}

function attribute(text: string): string {
  return visible(text).replace(/[^\w@#:/. ()[\]-]/g, "_");
}
