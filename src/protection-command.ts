import { stripVTControlCharacters } from "node:util";
import type { ProtectionReport } from "./domain/protection.ts";
import { UserError } from "./domain/user-error.ts";
import { protectionReport } from "./governance/protection-report.ts";
import { connect, findRepository } from "./connect.ts";
import { readPolicyInForce } from "./reconcile/policy-in-force.ts";
import { readSettings } from "./reconcile/protection-look.ts";
import { protectionTable } from "./reconcile/protection-text.ts";

type Output = { write(text: string): unknown };

/**
 * `self-heal protection report OWNER/REPO [--json]`: a repository's settings beside what its policy asks for, as a
 * Markdown table or as the report's JSON. Reads only, also in mode `enforce`. Needs the App's credentials. Gives the exit
 * code: 0 all pass, 1 something fails or cannot be seen. Throws UserError (2).
 */
export async function protectionReportCommand(
  repo: string,
  { json = false, env }: { json?: boolean; env?: NodeJS.ProcessEnv },
  out: Output = process.stdout,
): Promise<0 | 1> {
  const clients = connect(env);
  const repository = await findRepository(clients, repo);
  const { policy, problems } = await readPolicyInForce(repository, undefined, { clients, now: Date.now });
  const facts = await readSettings(repository, policy, clients);
  if (!facts) throw new UserError(`${repo} is archived: nobody can push to it, so there is nothing to protect.`);
  const { id: appId } = await clients.identity();
  const report = protectionReport(facts, policy, { appId, at: Date.now() });
  out.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : shown(repo, report, problems));
  return report.expectations.every(({ result }) => result === "pass") ? 0 : 1;
}

/** GitHub answers with names that people chose: none of them may steer the terminal. */
function shown(repo: string, report: ProtectionReport, problems: readonly string[]): string {
  const warning = problems.map((problem) => `The policy has an error: ${problem}\n`).join("");
  return stripVTControlCharacters(`${warning}${repo}, branch ${report.defaultBranch}\n\n${protectionTable(report)}\n`);
}
