import { readFileSync } from "node:fs";
import * as z from "zod";
import type { Decision } from "./domain/decision.ts";
import type { Policy } from "./domain/policy.ts";
import { Snapshot } from "./domain/snapshot.ts";
import { UserError } from "./domain/user-error.ts";
import { decisionText } from "./governance/decision-text.ts";
import { decideGate } from "./governance/gate.ts";
import { parsePolicy } from "./governance/parse-policy.ts";

/** `now`: an ISO time; when absent, the present. */
export type SimulateOptions = { policy: string; now?: string; json: boolean };

/**
 * `self-heal gate simulate`: prints how a snapshot is decided under a policy file, as a tree or as one JSON object. The
 * exit code is 0 for `pass` and 1 for any other decision. Throws UserError for bad input.
 */
export function simulateGate(file: string, { policy, now, json }: SimulateOptions): void {
  const decision = decideGate(readSnapshot(file), readPolicyFile(policy), readTime(now));
  process.stdout.write(`${json ? JSON.stringify(decision, undefined, 2) : shown(decision)}\n`);
  if (decision.decision !== "pass") process.exitCode = 1;
}

function shown(decision: Decision): string {
  return `${decision.decision}\n\n${decisionText(decision)}`;
}

function readSnapshot(file: string): Snapshot {
  const parsed = Snapshot.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  throw new UserError(
    `${file} is not a snapshot:\n${z.prettifyError(parsed.error).slice(0, 5_000)}\nIts parts are explained in docs/snapshot.md; the schema is docs/snapshot.schema.json.`,
  );
}

function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${said(error)}\nA snapshot is explained in docs/snapshot.md.`);
  }
}

function readPolicyFile(file: string): Policy {
  const parsed = parsePolicy(readText(file));
  if (parsed.ok) return parsed.policy;
  const problems = parsed.problems.map(({ line, message }) => `line ${line}: ${message}`);
  throw new UserError(`${file} is not a valid policy:\n${problems.join("\n")}\nCorrect it and run this again.`);
}

function readTime(now: string | undefined): number {
  if (now === undefined) return Date.now();
  const time = Date.parse(now);
  if (Number.isNaN(time))
    throw new UserError(`"${now}" is not a time. Write --now like 2026-05-01T12:00:00Z, or leave it out.`);
  return time;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${said(error)}`);
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
