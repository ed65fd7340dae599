import type { Reply } from "./reply.ts";
import type { Fault } from "./types.ts";
import type { World } from "./world.ts";

/** The first fault that fits, used up by one. */
export function takeFault(faults: { fault: Fault; left: number }[], method: string, path: string): Fault | undefined {
  const hit = faults.find(
    ({ fault, left }) => left > 0 && (fault.method ?? method) === method && fault.path.test(path),
  );
  if (hit) hit.left -= 1;
  return hit?.fault;
}

const messages: Record<number, string> = {
  401: "Bad credentials",
  403: "Resource not accessible by integration",
  404: "Not Found",
  409: "Conflict",
  422: "Validation Failed",
  502: "Server Error",
};

/** What to answer instead; undefined when the fault only delays or drops. */
export function faultReply(world: World, fault: Fault): Reply | undefined {
  const { rateLimit, headers, body } = fault;
  const given = { ...(headers && { headers }), ...(body && { body }) };
  if (rateLimit)
    return limited(world, rateLimit, { ...given, ...(fault.status !== undefined && { status: fault.status }) });
  const answers = fault.status !== undefined || (fault.delayMilliseconds === undefined && fault.drop === undefined);
  return answers ? { ...plainError(fault.status ?? 500), ...given } : undefined;
}

function plainError(status: number): Reply {
  const message = messages[status] ?? "Server Error";
  return { status, body: { message, documentation_url: "https://docs.github.com/rest", status: String(status) } };
}

/** Source: GitHub docs, "Rate limits for the REST API". */
function limited(world: World, kind: "primary" | "secondary", given: Partial<Reply>): Reply {
  const reset = Math.floor(world.now().getTime() / 1000) + 60;
  const primary = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset), "x-ratelimit-resource": "core" };
  const message =
    kind === "primary"
      ? "API rate limit exceeded"
      : "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
  return {
    status: given.status ?? (kind === "primary" ? 403 : 429),
    body: given.body ?? {
      message,
      documentation_url: "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api",
    },
    headers: { ...(kind === "primary" ? primary : { "retry-after": "60" }), ...given.headers },
  };
}
