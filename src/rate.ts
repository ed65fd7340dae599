export type RateLimit = { perMinute: number; burst: number };

export type Rate = {
  /** Takes one token, or says in how many seconds there will be one. `at` in UTC milliseconds. */
  take(at: number): { ok: true } | { ok: false; retryAfterSeconds: number };
};

/** A token bucket: full at the start, `burst` at most, and `perMinute` new ones a minute. */
export function createRate({ perMinute, burst }: RateLimit): Rate {
  const perMs = perMinute / 60_000;
  let tokens = burst;
  let last: number | undefined;
  return {
    take(at) {
      // A clock that was set back gives nothing, and takes nothing.
      tokens = Math.min(burst, tokens + Math.max(0, at - (last ?? at)) * perMs);
      last = at;
      if (tokens < 1) return { ok: false, retryAfterSeconds: Math.ceil((1 - tokens) / perMs / 1_000) };
      tokens -= 1;
      return { ok: true };
    },
  };
}
