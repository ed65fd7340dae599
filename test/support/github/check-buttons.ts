import { renderCheckRun, renderSuite } from "./render-checks.ts";
import { isAtLeast, roleOf } from "./roles.ts";
import { findRepository } from "./world.ts";
import type { Account, Act, CheckRun, World } from "./world.ts";

/** What a check run's page offers in the browser; there is no such call in the API. */
type Pressed = Act & { run: CheckRun };

export function checkOf(world: World, by: Account, fullName: string, id: number): Pressed {
  const repository = findRepository(world, fullName);
  const run = repository?.checks.find((one) => one.id === id);
  if (!repository || !run) throw new Error(`${fullName} has no check run ${id}`);
  if (!isAtLeast(roleOf(repository, by), "write")) throw new Error(`${by.login} may not write to ${fullName}`);
  return { world, repository, by, run };
}

/** Only the App whose run it is hears of it. */
export async function askApp(
  { world, repository, by: sender, run }: Pressed,
  action: "requested_action" | "rerequested",
  identifier?: string,
): Promise<void> {
  if (identifier !== undefined && !run.actions.some((one) => one["identifier"] === identifier)) {
    throw new Error(`check run ${run.id} has no button ${identifier}`);
  }
  if (run.suite.app.id !== world.app.id) return;
  const check_suite = await renderSuite(world, repository, run.suite);
  const check_run = { ...renderCheckRun(world, repository, run), check_suite };
  const payload = { check_run, ...(identifier !== undefined && { requested_action: { identifier } }) };
  world.emit(`check_run.${action}`, { repository, sender, payload });
}
