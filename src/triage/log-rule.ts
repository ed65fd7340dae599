import type { Category } from "../domain/category.ts";

/** What a line that tells the cause looks like, and what kind of cause that is. */
export type LogRule = {
  id: string;
  category: Category;
  pattern: RegExp;
  /** Lower case; a line without any of these is not shown to the pattern. */
  cues: readonly string[];
  /** Where several lines match, the last one counts, unless the rule asks for the `first`. */
  take: "first" | "last";
  /** Only a line that presents itself as an error counts: an exception, `fatal:`, the runner's mark. */
  labelled: boolean;
  /** A line that must match, and one that looks like it and must not. The tests run both. */
  example: string;
  counter: string;
};

/** A rule of a table. `cues` are separated by `|`; one of them is in every line that the pattern matches. */
type Row = { cues: string; pattern: RegExp; take?: "first"; yes: string; no: string };

/** The rules of one category, by their ids. */
export function rulesOf(category: Category, rows: Record<string, Row>): LogRule[] {
  return Object.entries(rows).map(([id, { cues, pattern, take, yes, no }]): LogRule => ({
    id,
    category,
    pattern,
    cues: cues.split("|"),
    take: take ?? "last",
    labelled: false,
    example: yes,
    counter: no,
  }));
}
