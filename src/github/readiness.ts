import type { Clients } from "./clients.ts";
import { permits } from "./granted.ts";
import { optionalPermissions, scopes } from "./tokens.ts";

export type Readiness = { ok: true; note: string } | { ok: false; problem: string; remedy: string };

/** Whether GitHub knows the App and the App has every permission that it cannot do without. One request. */
export async function checkGitHub(clients: Clients): Promise<Readiness> {
  try {
    const { data } = await clients.app().rest.apps.getAuthenticated();
    const has = { metadata: "read", ...data?.permissions };
    const missing = wanted().filter(([name, level]) => !permits(has, name, level));
    if (missing.length > 0) {
      const list = [...new Set(missing.map(([name, level]) => `${name}: ${level}`))].join(", ");
      return { ok: false, problem: `the App lacks permissions: ${list}`, remedy: "Grant them in the App's settings." };
    }
    const blind = Object.entries(optionalPermissions).filter(([name]) => !permits(has, name, "read"));
    const without = blind.map(([name, what]) => `without ${name}: read it cannot see ${what}`);
    return { ok: true, note: [`GitHub knows the App as ${data?.slug}`, ...without].join("; ") };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ok: false, problem, remedy: "Check APP_ID, PRIVATE_KEY and the network path to GitHub." };
  }
}

/** What every token asks for; `enforce` is for those who chose it. */
function wanted(): [name: string, level: string][] {
  const { enforce: _, ...always } = scopes;
  return Object.values(always).flatMap((scope) =>
    Object.entries(scope).filter(([name]) => !(name in optionalPermissions)),
  );
}
