import type { Caller } from "./access.ts";
import { ApiError } from "./reply.ts";
import type { World } from "./world.ts";

export type Limits = ReturnType<typeof startLimits>;

const hourSeconds = 3600;

/** The primary limit: so many calls per token and hour. */
export function startLimits(world: World, limit: number) {
  const windows = new Map<string, { used: number; reset: number }>();
  const keyOf = (caller: Caller): string => {
    if (caller.kind === "installation") return `installation ${caller.installation.id}`;
    return caller.kind === "user" ? caller.user.login : caller.kind;
  };
  const windowOf = (caller: Caller) => {
    const now = Math.floor(world.now().getTime() / 1000);
    const known = windows.get(keyOf(caller));
    if (known && known.reset > now) return known;
    const fresh = { used: 0, reset: now + hourSeconds };
    windows.set(keyOf(caller), fresh);
    return fresh;
  };
  const show = (caller: Caller) => {
    const { used, reset } = windowOf(caller);
    return { limit, remaining: Math.max(limit - used, 0), used, reset };
  };
  return {
    /** Counts a call; throws GitHub's 403 when there are none left. */
    take(caller: Caller): void {
      const window = windowOf(caller);
      if (window.used >= limit) throw new ApiError(403, "API rate limit exceeded");
      window.used += 1;
    },
    giveBack(caller: Caller): void {
      windowOf(caller).used -= 1;
    },
    headers(caller: Caller, resource: string): Record<string, string> {
      const numbers = Object.entries(show(caller)).map(([name, value]) => [`x-ratelimit-${name}`, String(value)]);
      return { ...(Object.fromEntries(numbers) as Record<string, string>), "x-ratelimit-resource": resource };
    },
    overview(caller: Caller) {
      const core = show(caller);
      return { resources: { core, search: { ...core, limit: 30 }, graphql: core }, rate: core };
    },
  };
}
