import { Postponed } from "../domain/postponed.ts";

/** What a failed call to GitHub means for whoever made it. */
export type GitHubErrorKind = "not-found" | "forbidden" | "conflict" | "invalid" | "postponed" | "unavailable";

/** The App has no token for this repository: it is not installed there, suspended, or was never granted a permission. */
export class NoAccess extends Error {
  override readonly name = "NoAccess";
}

/** GraphQL answers 200 and names the problem in `type`; an error without one is GitHub's own failure. */
const graphqlKinds: Record<string, GitHubErrorKind> = {
  NOT_FOUND: "not-found",
  FORBIDDEN: "forbidden",
  INSUFFICIENT_SCOPES: "forbidden",
  STALE_DATA: "conflict",
  UNPROCESSABLE: "invalid",
  RATE_LIMITED: "postponed",
};

const statusKinds: Record<number, GitHubErrorKind> = {
  400: "invalid",
  401: "forbidden",
  403: "forbidden",
  404: "not-found",
  405: "conflict",
  409: "conflict",
  410: "not-found",
  413: "invalid",
  422: "invalid",
  429: "postponed",
  451: "not-found",
};

/** Reads the kind from an error or from what caused it. Undefined: not an error of a call to GitHub. */
export function errorKind(error: unknown): GitHubErrorKind | undefined {
  for (const link of causes(error)) {
    if (link instanceof Postponed) return "postponed";
    if (link instanceof NoAccess) return "forbidden";
    const status = statusOf(link);
    if (status !== undefined) return statusKinds[status] ?? "unavailable";
    if (link.name === "GraphqlResponseError" && "errors" in link) return graphqlKind(link.errors);
  }
  return undefined;
}

/** The HTTP status of the answer behind an error, where there was an answer. */
export function errorStatus(error: unknown): number | undefined {
  for (const link of causes(error)) {
    const status = statusOf(link);
    if (status !== undefined) return status;
  }
  return undefined;
}

/** `HttpError` is octokit's; errors of other libraries have a status too. A broken connection counts as 500. */
function statusOf(error: Error): number | undefined {
  return error.name === "HttpError" && "status" in error && typeof error.status === "number" ? error.status : undefined;
}

/** Gives `fallback` where GitHub says that something does not exist; every other error goes on. */
export function whenMissing<T>(fallback: T): (error: unknown) => T {
  return (error) => {
    if (errorKind(error) === "not-found") return fallback;
    throw error;
  };
}

function graphqlKind(errors: unknown): GitHubErrorKind {
  const [first] = Array.isArray(errors) ? (errors as { type?: unknown }[]) : [];
  return graphqlKinds[String(first?.type)] ?? "unavailable";
}

function* causes(error: unknown): Generator<Error> {
  for (let link = error; link instanceof Error; link = link.cause) yield link;
}
