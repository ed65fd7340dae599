import { checkSandbox } from "./check.ts";
import { prepareHost } from "./host.ts";
import { createLayers } from "./layers.ts";
import { openMirrorDirectory } from "./mirror-directory.ts";
import { createMirror } from "./mirror.ts";
import type { Workshop } from "./mirror.ts";
import { startNpmMirror } from "./npm-mirror.ts";
import type { NpmMirror } from "./npm-mirror.ts";
import { createRemovals, removeAbandoned } from "./removals.ts";
import type { Health, Mirror, Sandbox, SandboxOptions, Source } from "./sandbox.ts";
import { createTrees } from "./trees.ts";

// A machine that failed the check is looked at again after this long: somebody may have put it right.
const retryMs = 30_000;

/**
 * The place where untrusted commands run. Nothing happens before the first call. Linux only: elsewhere `check` says so
 * and no workspace opens; nothing ever runs unconfined.
 */
export function createSandbox(options: SandboxOptions): Sandbox {
  const mirrors = new Map<string, { source: Source; opened: Promise<Mirror> }>();
  let workshop: Promise<Workshop> | undefined;
  let packages: Promise<NpmMirror> | undefined;
  let health: { result: Promise<Health>; goodUntil: number } | undefined;

  const ready = async () => (workshop ??= prepare());
  const prepare = async (): Promise<Workshop> => {
    try {
      const host = await prepareHost(options);
      const removals = createRemovals(host, options.log);
      await removeAbandoned(host, removals);
      const npmMirror = async () => (packages ??= startNpmMirror(host, options.npmRegistry, options.log));
      const layers = createLayers(host, removals, npmMirror);
      return { host, removals, layers, trees: createTrees(host, removals) };
    } catch (error) {
      workshop = undefined;
      throw error;
    }
  };
  const check = async (): Promise<Health> => {
    if (health && Date.now() < health.goodUntil) return health.result;
    const current = { result: checkSandbox(options, ready), goodUntil: Infinity };
    health = current;
    const result = await current.result;
    if (!result.ok) current.goodUntil = Date.now() + retryMs;
    return result;
  };

  return {
    check,
    mirror: async (source) => {
      const id = JSON.stringify([source.key, source.url]);
      const known = mirrors.get(id);
      // The newest token is the one that is still good.
      if (known) Object.assign(known.source, source);
      if (known) return known.opened;
      const own = { ...source };
      const opened = ready().then(async (shop) => {
        const mirror = createMirror(shop, await openMirrorDirectory(shop.host, own));
        return { ...mirror, open: guarded(check, mirror) };
      });
      mirrors.set(id, { source: own, opened });
      opened.catch(() => mirrors.delete(id));
      return opened;
    },
    close: async () => {
      // What never came up needs no closing; whoever waited for it has been told.
      await (await packages?.catch(() => undefined))?.close();
      await (await workshop?.catch(() => undefined))?.removals.settled();
    },
  };
}

/** Fails closed: no workspace on a machine whose sandbox leaks. */
function guarded(check: () => Promise<Health>, mirror: Mirror): Mirror["open"] {
  return async (options) => {
    const health = await check();
    if (!health.ok) throw new Error(`sandboxes are off: ${health.problem}. ${health.remedy}`);
    return mirror.open(options);
  };
}
