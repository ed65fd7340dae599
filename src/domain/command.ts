import * as z from "zod";
import type { Role } from "./role.ts";

/**
 * One line per command: what it takes, what it does, and the role that may give it where the policy says nothing else.
 * The grammar, the help text and the policy's `commands` are this table.
 */
export const commands = {
  retry: {
    argument: "[guidance]",
    help: "try again, following your words; in a review comment the line you comment on goes along",
    role: "write",
  },
  stop: { argument: "", help: "stop working on this and close the pull request", role: "write" },
  status: { argument: "", help: "say what is going on", role: "write" },
  explain: {
    argument: "",
    help: "say why the pull request may or may not be merged, condition by condition",
    role: "write",
  },
  hold: {
    argument: "[reason]",
    help: "let it rest until somebody says `go`; nothing is pushed or merged",
    role: "write",
  },
  go: {
    argument: "",
    help: "go on with what is held; on the onboarding issue: start fixing in this repository",
    role: "maintain",
  },
  pause: { argument: "[reason]", help: "stop all fixing in this repository until `resume`", role: "maintain" },
  resume: { argument: "", help: "end a `pause`", role: "maintain" },
  revert: { argument: "[reason]", help: "propose a pull request that takes the merged fix back", role: "maintain" },
  "not-a-bug": {
    argument: "[reason]",
    help: "end this: nothing is broken; counted as a false positive",
    role: "write",
  },
  "take-over": { argument: "", help: "a person continues on the branch; Self-Heal steps back", role: "write" },
  help: { argument: "", help: "show this list", role: "write" },
} as const satisfies Record<string, { argument: string; help: string; role: Role }>;

export type CommandName = keyof typeof commands;
// Object.keys loses the literal type of a constant object.
export const commandNames = Object.keys(commands) as [CommandName, ...CommandName[]];

/** Where on the diff a review comment stands. */
const Place = z.strictObject({
  path: z.string(),
  line: z.int().positive().optional(),
  hunk: z.string().max(10_000).optional(),
});

export const Command = z.strictObject({
  name: z.enum(commandNames),
  text: z.string().max(10_000),
  place: Place.optional(),
});
export type Command = z.infer<typeof Command>;

/**
 * Where a command was given, to react or reply to. `number` is the issue's or pull request's; of a button on a check
 * run, `id` is the check run's.
 */
export const CommentRef = z.strictObject({
  kind: z.enum(["issueComment", "reviewComment", "review", "checkRun"]),
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
  const at = lines.findIndex((line) => /^\/self-heal(?![\w-])/i.test(line));
  if (at < 0) return { kind: "none" };
  const [, word = "", rest = ""] = /^\/self-heal(?:\s+(\S+))?\s*(.*)$/i.exec(lines[at] ?? "") ?? [];
  const text = [rest, ...lines.slice(at + 1)].join("\n").trim().slice(0, 10_000);
  if (word === "") return { kind: "command", command: { name: "help", text: "" } };
  const name = commandNames.find((known) => known === word.toLowerCase());
  return name ? { kind: "command", command: { name, text } } : { kind: "unknown", word: word.slice(0, 40) };
}

/** The list that `/self-heal help` answers with, as Markdown. */
function helpText(): string {
  return commandNames
    .map(
      (name) => `- \`/self-heal ${[name, commands[name].argument].filter(Boolean).join(" ")}\`: ${commands[name].help}`,
    )
    .join("\n");
}

/** What `/self-heal help` answers, also to a word that is no command (its text is `unknown: WORD` then). */
export function helpAnswer(text: string): string {
  const unknown = /^unknown: (.*)$/.exec(text)?.[1];
  const word = unknown ? `There is no command \`${unknown.replaceAll("`", "'")}\`. ` : "";
  return `${word}What I understand, at the start of a line:\n\n${helpText()}`;
}

/** What somebody reads whose role in the repository is not enough for a command. */
export function refusal(login: string, name: CommandName, wanted: Role): string {
  return `@${login}, only people with ${wanted} permission here may say \`/self-heal ${name}\`.`;
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
