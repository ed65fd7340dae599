import { readFileSync } from "node:fs";
import { UserError } from "./domain/user-error.ts";
import { parseTrace } from "./triage/parse-stack.ts";
import type { ParsedException, ParsedFrame } from "./triage/stack-trace.ts";

type Output = { write(text: string): unknown };

/**
 * `self-heal stack parse FILE [--json]`: prints the exceptions and frames of the stack trace in a file, `-` for standard
 * input. With `--json` one object `{exceptions: [{language, type, message, relation, frames}]}`. Gives the exit code: 0
 * where a trace or an error was found, else 1. Throws UserError (2) where the file cannot be read.
 */
export function parseStackFile(
  file: string,
  { json = false }: { json?: boolean },
  out: Output = process.stdout,
): 0 | 1 {
  const { exceptions } = parseTrace(readText(file));
  if (json) out.write(`${JSON.stringify({ exceptions: exceptions.map(written) })}\n`);
  else out.write(exceptions.length > 0 ? exceptions.map(paragraph).join("\n") : nothingFound);
  return exceptions.length > 0 ? 0 : 1;
}

const nothingFound =
  "There is no stack trace in this text, nor a line that names an error.\nGive the text as it was printed, with the error's line and the lines of its frames.\n";

function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `The stack trace cannot be read: ${why}\nGive the path of a text file, or - to read standard input.`,
      { cause: error },
    );
  }
}

/** Always in this order of keys; what is not known is left out. */
function written({ language, type, message, relation, frames }: ParsedException): object {
  return { language, type, message, relation, frames: frames.map(writtenFrame) };
}

function writtenFrame({ file, line, column, function: name, module, inApp, native }: ParsedFrame): object {
  return { file, line, column, function: name, module, inApp, native };
}

function paragraph({ language, type, message, relation, frames }: ParsedException): string {
  const head = [type, message?.split("\n", 1)[0]].filter(Boolean).join(": ");
  const lead = relation === "outer" ? "" : `${relation}: `;
  return [`${lead}${head || "(no error's line)"}  (${language})`, ...frames.map(row), ""].join("\n");
}

/** The program's own code is marked, so that the eye finds it. */
function row({ file, line, column, function: name, inApp }: ParsedFrame): string {
  const place = [file ?? "(native)", line, column].filter((part) => part !== undefined).join(":");
  return `  ${inApp ? "*" : " "} ${name ?? "(anonymous)"}  ${place}`;
}
