#!/usr/bin/env node
import { Command, InvalidArgumentError } from "commander";
import { lifecycleDiagram } from "./domain/diagram.ts";
import { UserError } from "./domain/user-error.ts";

/** Exit codes: 0 done, 1 failed, 2 the user must change something first. */
const program = new Command("self-heal")
  .description("Turns failures into proven pull requests.")
  .showHelpAfterError("(self-heal --help lists the commands)");

program
  .command("start")
  .description("run the GitHub App; without credentials, help to register it")
  .action(async () => (await import("./start.ts")).start());

program
  .command("fix")
  .description("fix a failure in a local git repository: leaves a branch and prints the proof; nothing is pushed")
  .requiredOption("--repo <dir>", "the repository")
  .requiredOption("--error <text>", "what fails, in a sentence or as the error's message")
  .option("--file <path>", "the file that fails")
  .option("--line <number>", "the line in that file", (text) => {
    const line = Number(text);
    if (!Number.isInteger(line) || line < 1) throw new InvalidArgumentError("write a line number, from 1");
    return line;
  })
  .option("--yes", "do not ask before spending money on the model", false)
  .action(async (options) => (await import("./fix-locally.ts")).fixLocally(options));

program
  .command("lifecycle")
  .description("print the lifecycle of an incident")
  .option("--mermaid", "as a Mermaid state diagram (the only format so far)", true)
  .action(() => {
    process.stdout.write(`${lifecycleDiagram()}\n`);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
