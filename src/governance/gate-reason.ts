import { worst } from "../domain/decision.ts";
import type { Outcome, Reason } from "../domain/decision.ts";

/** One condition as a node of the tree; a node without children has none. */
export function reason(rule: string, outcome: Outcome, text: string, children: readonly Reason[] = []): Reason {
  return children.length > 0 ? { rule, outcome, text, children: [...children] } : { rule, outcome, text };
}

/** A condition that is as bad as the worst of its parts. */
export function summed(rule: string, text: string, children: readonly Reason[]): Reason {
  return reason(rule, worst(children.map(({ outcome }) => outcome)), text, children);
}

/**
 * Somebody else's words (logins, paths, names, explanations) as a code span: nobody is notified, nothing is formatted,
 * and invisible characters show. Cut at 200 characters.
 */
export function code(text: string): string {
  if (/^[\w./@: +-]{1,200}$/.test(text)) return `\`${text}\``;
  const visible = text.slice(0, 200).replaceAll(/[\p{C}\p{Z}`]/gu, (character) => {
    if (character === "`") return "'";
    return character.trim() === "" ? " " : "\uFFFD";
  });
  return `\`${visible.trim() || "(empty)"}${text.length > 200 ? "…" : ""}\``;
}

/** `a`, `b` and 3 more. */
export function listed(names: Iterable<string>, most = 5): string {
  const all = [...names];
  const more = all.length > most ? ` and ${all.length - most} more` : "";
  return `${all.slice(0, most).map(code).join(", ")}${more}`;
}

/** `1 approval`, `2 approvals`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** A commit as people know it. */
export function short(sha: string): string {
  return code(sha.slice(0, 7));
}
