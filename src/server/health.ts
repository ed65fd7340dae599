import type { ServerResponse } from "node:http";
import { json } from "./json.ts";

/** What a check found. `note` is for people: a version, or what is wrong and what to do. */
type CheckResult = { ok: boolean; note: string };
export type Checks = Readonly<Record<string, () => Promise<CheckResult>>>;

type Entry = CheckResult & { checkedAt: number | null };

export type Health = {
  /** Runs every check once; used at start and by the timer. */
  refresh(): Promise<void>;
  ready(): { status: "ready" | "not ready"; checks: Record<string, Entry> };
  /** Answers the two health routes; false for any other request. */
  handle(request: { method?: string | undefined; url?: string | undefined }, response: ServerResponse): boolean;
  close(): void;
};

/**
 * Liveness and readiness. Checks run in the background, never on a request, so that a slow dependency cannot make the
 * answer slow; what has not been checked yet is not ready.
 */
export function createHealth(
  checks: Checks,
  { now, everySeconds }: { now: () => number; everySeconds: number },
): Health {
  const entries: Record<string, Entry> = Object.fromEntries(
    Object.keys(checks).map((name) => [name, { ok: false, note: "not checked yet", checkedAt: null }]),
  );
  const refresh = async (): Promise<void> => {
    await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const result = await check().catch((error: unknown) => ({
          ok: false,
          note: error instanceof Error ? error.message : String(error),
        }));
        entries[name] = { ...result, checkedAt: now() };
      }),
    );
  };
  const ready: Health["ready"] = () => ({
    status: Object.values(entries).every(({ ok }) => ok) ? "ready" : "not ready",
    checks: { ...entries },
  });
  const timer = setInterval(() => void refresh(), everySeconds * 1000);
  timer.unref();
  return {
    refresh,
    ready,
    handle: (request, response) => answer(request, response, ready),
    close: () => clearInterval(timer),
  };
}

function answer(
  { method, url }: { method?: string | undefined; url?: string | undefined },
  response: ServerResponse,
  ready: Health["ready"],
): boolean {
  const path = (url ?? "").split("?")[0];
  if (method !== "GET" && method !== "HEAD") return false;
  if (path === "/api/v1/health") return json(response, 200, { status: "healthy" });
  if (path !== "/api/v1/health/ready") return false;
  const body = ready();
  return json(response, body.status === "ready" ? 200 : 503, body);
}
