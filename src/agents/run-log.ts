import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Appends one entry. Resolves when it is written, so that a crash loses at most the entry under way. */
export type RunLog = (entry: { type: string } & Record<string, unknown>) => Promise<void>;

/** Shapes of keys and tokens: the last line of defence, since nothing secret should be in a run to begin with. */
const secrets =
  /\bsk-ant-[\w-]{8,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bAKIA[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END)[\s\S])*/g;

/**
 * What the model saw, said, did and cost: JSON lines in `<directory>/<incident>/<attempt>.jsonl`. A repeated attempt
 * appends to the same file. Readable by this user only: it holds the repository's code and the reporter's words.
 */
export async function openRunLog(options: {
  directory: string;
  incident: string;
  attempt: number;
  now: () => number;
  /** Literal texts that must never be written, such as the API key in use. */
  secrets: readonly string[];
}): Promise<RunLog> {
  const path = join(options.directory, fileName(options.incident), `${options.attempt}.jsonl`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return async (entry) => {
    const line = JSON.stringify({ at: options.now(), ...entry }, (_, value: unknown) =>
      typeof value === "string" ? redact(value, options.secrets) : value,
    );
    await appendFile(path, `${line}\n`, { mode: 0o600 });
  };
}

function redact(text: string, literals: readonly string[]): string {
  const known = literals.reduce((rest, secret) => (secret ? rest.replaceAll(secret, "[redacted]") : rest), text);
  return known.replace(secrets, "[redacted]");
}

/** An incident id is made by us, but a path is no place for trust. */
function fileName(id: string): string {
  return id.replace(/[^\w-]/g, "_");
}
