import type { Clients } from "./clients.ts";
import { scopes } from "./tokens.ts";

export type Readiness = { ok: true; note: string } | { ok: false; problem: string; remedy: string };

const levels = ["read", "write", "admin"];

/** Whether GitHub knows the App and the App has every permission its tokens ask for. One request. */
export async function checkGitHub(clients: Clients): Promise<Readiness> {
  try {
    const { data } = await clients.app().rest.apps.getAuthenticated();
    const has: Record<string, string | undefined> = { metadata: "read", ...data?.permissions };
    const wants = Object.values(scopes).flatMap((scope) => Object.entries(scope));
    const missing = wants.filter(([name, level]) => levels.indexOf(has[name] ?? "") < levels.indexOf(level));
    if (missing.length === 0) return { ok: true, note: `GitHub knows the App as ${data?.slug}` };
    const list = [...new Set(missing.map(([name, level]) => `${name}: ${level}`))].join(", ");
    return { ok: false, problem: `the App lacks permissions: ${list}`, remedy: "Grant them in the App's settings." };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ok: false, problem, remedy: "Check APP_ID, PRIVATE_KEY and the network path to GitHub." };
  }
}
