import { explainLog } from "./log-explanation.ts";
import { isBoilerplate } from "./log-line.ts";

/**
 * The part of a job's log that says what broke: the line that tells the cause, with 40 lines on either side, without
 * timestamps, colours and boilerplate. At most 20,000 characters.
 */
export function logExcerpt(log: string): string {
  const lines = explainLog(log).excerpt?.text.split("\n") ?? [];
  return lines
    .filter((line) => !isBoilerplate(line))
    .join("\n")
    .trim();
}
