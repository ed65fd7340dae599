import { readFileSync } from "node:fs";

/** Samples from one file: each begins with `#### name => value => …`, and goes on to the next. */
export function readSections(name: string): { title: string; values: string[]; text: string }[] {
  const text = readFileSync(new URL(`../fixtures/triage/${name}`, import.meta.url), "utf8");
  return text
    .split(/^#### /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf("\n");
      const [title = "", ...values] = section.slice(0, end).split(/ => ?/);
      return { title, values, text: section.slice(end + 1, -1) };
    });
}
