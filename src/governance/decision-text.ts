import type { Decision, Outcome, Reason } from "../domain/decision.ts";

const marks: { [O in Outcome]: string } = { pass: "✅", pending: "⏳", unknown: "❔", fail: "❌" };

/** GitHub takes 65,535 characters for a check run's summary and for a comment; some are left for what stands around it. */
const maxCharacters = 60_000;
const maxLine = 1_000;
const maxDepth = 10;

/**
 * A decision with all its reasons as a nested Markdown list, a line for each. Shorter than 60,000 characters; nobody is
 * notified by it, and nothing in it is formatted but code spans.
 */
export function decisionText({ reasons }: Decision): string {
  const lines: string[] = [];
  const room = { left: maxCharacters - 200, cut: 0 };
  write(reasons, 0, { lines, room });
  if (room.cut > 0) lines.push("", `… ${room.cut} more lines do not fit here.`);
  return lines.join("\n");
}

type Page = { lines: string[]; room: { left: number; cut: number } };

/** A line that does not fit takes its children with it. */
function write(reason: Reason, depth: number, page: Page): void {
  const line = `${"  ".repeat(depth)}- ${marks[reason.outcome]} ${quiet(reason.text)}`;
  if (page.room.left < line.length + 1 || depth > maxDepth) {
    page.room.cut += 1;
    return;
  }
  page.room.left -= line.length + 1;
  page.lines.push(line);
  for (const child of reason.children ?? []) write(child, depth + 1, page);
}

/** One line, in which only code spans mean something. */
function quiet(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  const cut = line.length > maxLine ? `${line.slice(0, maxLine)}…` : line;
  const parts = cut.split("`");
  const spans = parts.length % 2 === 1 ? parts.length : parts.length - 1;
  // Parts with an odd number stand between backticks; what follows a backtick without a partner is text.
  return parts.map((part, at) => (at % 2 === 1 && at < spans ? `\`${part || " "}\`` : plain(part))).join("");
}

function plain(text: string): string {
  return text
    .replaceAll(/[\\*_[\]|~<>&]/g, (character) => (character === "<" ? "&lt;" : `\\${character}`))
    .replaceAll(/@(?=[\w-])/g, "@\u200B");
}
