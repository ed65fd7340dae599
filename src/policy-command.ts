import { readFileSync } from "node:fs";
import { connect, findRepository } from "./connect.ts";
import { Policy } from "./domain/policy.ts";
import { UserError } from "./domain/user-error.ts";
import { at, composePolicy } from "./governance/compose-policy.ts";
import type { Composed, LayerText, Refusal, SourcedProblem } from "./governance/compose-policy.ts";
import { parsePolicy } from "./governance/parse-policy.ts";
import { policyKeys, policySchema } from "./governance/policy-schema.ts";
import { readPolicyFiles } from "./reconcile/policy-in-force.ts";

type Output = { write(text: string): unknown };

/**
 * `self-heal policy check FILE [--org FILE] [--json]`: parses a policy file without any network, on top of the
 * organisation's where one is given (the same file as both: it is the organisation's). Prints each problem as `FILE:LINE:COLUMN: message` with the line it is about.
 * Gives the exit code: 0 good, 1 problems or refused keys. Throws UserError (2) where a file cannot be read.
 */
export function checkPolicy(
  file: string,
  { org, json = false }: { org?: string; json?: boolean },
  out: Output = process.stdout,
): 0 | 1 {
  const texts = new Map([org, file].flatMap((path) => (path === undefined ? [] : [[path, readText(path)] as const])));
  const layers: LayerText[] = [...texts].map(([source, text]) => ({
    kind: source === org ? "organisation" : "repository",
    source,
    text,
  }));
  const composed = composePolicy(layers);
  const { problems, refused } = composed;
  const good = problems.length + refused.length === 0;
  if (json) {
    out.write(
      `${JSON.stringify({ ok: good, problems, refused, policy: composed.policy, origins: composed.origins })}\n`,
    );
    return good ? 0 : 1;
  }
  for (const problem of [...problems, ...refused]) out.write(`${withLine(problem, texts)}\n`);
  out.write(good ? `${file}: good${extended(texts.get(file) ?? "")}\n` : `${tally(composed)}\n`);
  return good ? 0 : 1;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`The policy file cannot be read: ${why}\nGive the path of a file, as .github/self-heal.yml.`, {
      cause: error,
    });
  }
}

/** What this check could not look at. */
function extended(text: string): string {
  const parsed = parsePolicy(text);
  const base = parsed.ok ? parsed.file.extends : undefined;
  return base === undefined ? "" : ` (without \`_extends: ${base}\`, which is on GitHub: see self-heal policy explain)`;
}

function tally({ problems, refused }: Pick<Composed, "problems" | "refused">): string {
  return `${problems.length} ${problems.length === 1 ? "problem" : "problems"}, ${refused.length} refused`;
}

/** As compilers show it, with a caret below the column. */
function withLine(found: SourcedProblem | Refusal, texts: ReadonlyMap<string, string>): string {
  const { source, line, column } = found;
  const message = "why" in found ? found.why : found.message;
  const shown = texts.get(source)?.split(/\r?\n/)[line - 1]?.slice(0, 200);
  const head = `${source}:${line}:${column}: ${message}`;
  if (!shown || column > shown.length + 1) return head;
  // Tabs are kept, so that the caret stands where the reader's terminal puts the column.
  return `${head}\n    ${shown}\n    ${shown.slice(0, column - 1).replaceAll(/[^\t]/g, " ")}^`;
}

/**
 * `self-heal policy explain OWNER/REPO [--json]`: the policy that a repository is under, key by key with the file that
 * decided it. Needs the App's credentials. Gives the exit code: 0 good, 1 problems or refused keys. Throws UserError (2).
 */
export async function explainPolicy(
  repo: string,
  { json = false, env }: { json?: boolean; env?: NodeJS.ProcessEnv },
  out: Output = process.stdout,
): Promise<0 | 1> {
  const clients = connect(env);
  const repository = await findRepository(clients, repo);
  const reading = await readPolicyFiles({ repository, remembered: undefined }, { clients, now: Date.now });
  const { problems, refused, sources, origins, record } = reading;
  const good = problems.length + refused.length === 0;
  out.write(
    json
      ? `${JSON.stringify({ ok: good, sources, policy: record.policy, origins, refused, problems })}\n`
      : `${explanation(repo, reading)}\n`,
  );
  return good ? 0 : 1;
}

/** `self-heal policy schema`: the JSON Schema of a policy file. */
export function printSchema(out: Output = process.stdout): void {
  out.write(`${JSON.stringify(policySchema(), null, 2)}\n`);
}

type Explained = Pick<Composed, "policy" | "problems" | "refused" | "sources" | "origins">;

function explanation(repo: string, { policy, problems, refused, sources, origins }: Explained): string {
  const defaults = Policy.parse({});
  const rows = policyKeys()
    .map(([key]) => ({ key, value: at(policy, key), origin: origins[key] ?? "default" }))
    .filter(
      ({ key, value, origin }) => origin !== "default" || JSON.stringify(value) !== JSON.stringify(at(defaults, key)),
    );
  const width = Math.max(0, ...rows.map(({ key }) => key.length));
  const lines = rows.map(({ key, value, origin }) => `  ${key.padEnd(width)}  ${JSON.stringify(value)}  (${origin})`);
  const part = (title: string, all: readonly string[]): string[] => (all.length > 0 ? ["", title, ...all] : []);
  return [
    `The policy of ${repo}, from: ${sources.length > 0 ? sources.join(", ") : "the App's defaults"}`,
    ...(rows.length > 0
      ? ["Keys that a file decided; the others have their defaults:", ...lines]
      : ["Every key has its default."]),
    ...part(
      "Refused:",
      refused.map(({ source, line, why }) => `  ${source}:${line}: ${why}`),
    ),
    ...part(
      "Problems (without the repository's own words, therefore):",
      problems.map(({ source, line, column, message }) => `  ${source}:${line}:${column}: ${message}`),
    ),
  ].join("\n");
}
