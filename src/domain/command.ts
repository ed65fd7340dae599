import * as z from "zod";

/** One line per command: what it takes, what it does. The grammar and the help text are this table. */
export const commands = {
  retry: {
    argument: "[guidance]",
    help: "try again, following your words; in a review comment the line you comment on goes along",
  },
  stop: { argument: "", help: "stop working on this and close the pull request" },
  status: { argument: "", help: "say what is going on" },
  help: { argument: "", help: "show this list" },
} as const satisfies Record<string, { argument: string; help: string }>;

export type CommandName = keyof typeof commands;
// Object.keys loses the literal type of a constant object.
const names = Object.keys(commands) as [CommandName, ...CommandName[]];

/** Where on the diff a review comment stands. */
const Place = z.strictObject({
  path: z.string(),
  line: z.int().positive().optional(),
  hunk: z.string().max(10_000).optional(),
});

export const Command = z.strictObject({ name: z.enum(names), text: z.string().max(10_000), place: Place.optional() });
export type Command = z.infer<typeof Command>;

/** The comment to react or reply to. `number` is the or pull request's. */
export const CommentRef = z.strictObject({
  kind: z.enum(["issueComment", "reviewComment", "review"]),
  id: z.int().positive(),
  number: z.int().positive(),
});
export type CommentRef = z.infer<typeof CommentRef>;

export type Parsed = { kind: "command"; command: Command } | { kind: "unknown"; word: string } | { kind: "none" };

/**
 * Reads a command from a comment. It counts at the start of a line outside quotes and code blocks; the first one wins;
 * the rest of the comment is its text.
 */
export function parseCommand(body: string): Parsed {
  const lines = visibleLines(body);
  const at = lines.findIndex((line) => /^\/self-heal\b/i.test(line));
  if (at < 0) return { kind: "none" };
  const [, word = "", rest = ""] = /^\/self-heal(?:\s+(\S+))?\s*(.*)$/i.exec(lines[at] ?? "") ?? [];
  const text = [rest, ...lines.slice(at + 1)].join("\n").trim().slice(0, 10_000);
  if (word === "") return { kind: "command", command: { name: "help", text: "" } };
  const name = names.find((known) => known === word.toLowerCase());
  return name ? { kind: "command", command: { name, text } } : { kind: "unknown", word: word.slice(0, 40) };
}

/** The list that `/self-heal help` answers with, as Markdown. */
export function helpText(): string {
  return names
    .map(
      (name) => `- \`/self-heal ${[name, commands[name].argument].filter(Boolean).join(" ")}\`: ${commands[name].help}`,
    )
    .join("\n");
}

/** Lines a person wrote as text: quoted lines and fenced code are somebody else's words or an example. */
function visibleLines(body: string): string[] {
  const lines: string[] = [];
  let fenced = false;
  for (const line of body.split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    else if (!fenced && !/^\s*>/.test(line)) lines.push(line.trim());
  }
  return lines;
}
