#!/usr/bin/env node
import { join } from "node:path";
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

const policy = program.command("policy").description("check and explain policy files");
policy
  .command("check <file>")
  .description("check a policy file, offline; exit code 1 when it has errors")
  .option("--org <file>", "the organisation's file, whose locks apply")
  .option("--json", "for machines", false)
  .action(async (file, options) => {
    process.exitCode = (await import("./policy-command.ts")).checkPolicy(file, options);
  });
policy
  .command("explain <owner/repository>")
  .description("show the policy in force on GitHub and who decided each key")
  .option("--json", "for machines", false)
  .action(async (repository, options) => {
    process.exitCode = await (await import("./policy-command.ts")).explainPolicy(repository, options);
  });
policy
  .command("schema")
  .description("print the JSON Schema of a policy file")
  .action(async () => (await import("./policy-command.ts")).printSchema());

const gate = program.command("gate").description("try the approval gate");
gate
  .command("simulate <snapshot>")
  .description("decide a pull request from a snapshot file, offline; exit code 0 when it passes, else 1")
  .requiredOption("--policy <file>", "the policy to decide under")
  .option("--now <time>", "the time of the decision, as 2026-01-31T12:00:00Z (default: now)")
  .option("--json", "the whole decision as one JSON object", false)
  .action(async (snapshot, options) => {
    (await import("./gate-command.ts")).simulateGate(snapshot, options);
  });
gate
  .command("schema")
  .description("print the JSON Schema of a snapshot")
  .action(async () => {
    const { snapshotSchema } = await import("./governance/snapshot-schema.ts");
    process.stdout.write(`${JSON.stringify(snapshotSchema(), undefined, 2)}\n`);
  });

program
  .command("protection")
  .description("branch protection")
  .command("report <owner/repository>")
  .description(
    "compare a repository's settings on GitHub with its policy; exit code 0 when all are as expected, else 1",
  )
  .option("--json", "for machines", false)
  .action(async (repository, options) => {
    process.exitCode = await (await import("./protection-command.ts")).protectionReportCommand(repository, options);
  });

const triage = program
  .command("triage")
  .description("say how signals on standard input would be grouped and judged, one JSON object a line; offline")
  .option("--ndjson", "one JSON object a line (the only format)", true)
  .option("--source <kind>", "the lines are payloads of this sender, as sentry or logfire")
  .option("--tree <dir>", "a checkout in which the places of a failure are looked up")
  .action(async (options) => (await import("./triage-command.ts")).triageCommand(options));
triage
  .command("calibration")
  .description("compare the confidence of past incidents with what became of them")
  .option("--json", "for machines", false)
  .option("--data-dir <dir>", "the App's data directory (default: SELF_HEAL_DATA_DIR)")
  .action(async (options) => (await import("./calibration-command.ts")).calibrationCommand(await withData(options)));

program
  .command("report")
  .description("what was reported, acted on and left alone, with its false positives; exit code 0 when there are none")
  .requiredOption("--since <time>", "how far back, as 24h or 7d")
  .option("--repository <owner/repository>", "only this one")
  .option("--json", "for machines", false)
  .option("--data-dir <dir>", "the App's data directory (default: SELF_HEAL_DATA_DIR)")
  .action(async (options) => {
    process.exitCode = await (await import("./report-command.ts")).reportCommand(await withData(options));
  });

program
  .command("log")
  .description("understand CI logs")
  .command("explain <file>")
  .description("show what broke, according to a CI log or a tool's output (- for standard input; gzip is read, too)")
  .option("--json", "for machines", false)
  .option("--tool-output", "only the places in files that a tool's plain output names", false)
  .action(async (file, options) => (await import("./log-command.ts")).explainLogFile(file, options));

program
  .command("stack")
  .description("understand stack traces")
  .command("parse <file>")
  .description("show the exceptions and frames of a text (- for standard input)")
  .option("--json", "for machines", false)
  .action(async (file, options) => {
    process.exitCode = (await import("./stack-command.ts")).parseStackFile(file, options);
  });

const sources = program.command("sources").description("monitors that may report failures");
sources
  .command("list")
  .description("show what SELF_HEAL_SOURCES configures and the URL for each sender; secrets are not shown")
  .action(async () => (await import("./sources-command.ts")).listSources());
sources
  .command("test <name>")
  .description("send a signed sample through the route of a running App; exit code 0 when it was accepted, else 1")
  .option("--url <url>", "the App's base address", "http://localhost:3000")
  .action(async (name, options) => {
    process.exitCode = await (await import("./sources-command.ts")).testSource(name, options);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

/** Commands about the past read the store of the App that is configured here, which is in its data directory. */
async function withData<T extends { dataDir?: string }>(options: T): Promise<T & { dataDir: string }> {
  const directory = options.dataDir ?? (await import("./config.ts")).readConfig().dataDirectory;
  return { ...options, dataDir: join(directory, "store") };
}
