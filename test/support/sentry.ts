import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type FakeIssue = { id: string; project: string; substatus?: string; event: object };

export type FakeSentry = {
  url: string;
  /** What there is; a test changes it as it likes. */
  issues: FakeIssue[];
  /** Paths with their query, in the order they were asked for. */
  requests: string[];
  /** Answers instead, for as long as it is set. `location` redirects. */
  fault?: { status: number; retryAfter?: string; location?: string; body?: string } | undefined;
  close(): Promise<void>;
};

const token = "a-token-of-sentry-here";
const pageSize = 2;

/** The part of Sentry's API that is asked for what webhooks lost, on loopback. Two issues a page. */
export async function startSentry(): Promise<FakeSentry & { token: string }> {
  const server = createServer((request, response) => answer(request, response, sentry));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  const sentry: FakeSentry = {
    url: `http://127.0.0.1:${port}`,
    issues: [],
    requests: [],
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return Object.assign(sentry, { token });
}

function answer({ url = "", headers }: IncomingMessage, response: ServerResponse, sentry: FakeSentry): void {
  sentry.requests.push(url);
  if (sentry.fault) fail(response, sentry.fault);
  else if (headers.authorization === `Bearer ${token}`) ask(new URL(url, sentry.url), response, sentry);
  else response.writeHead(401).end('{"detail":"Invalid token"}');
}

function fail(
  response: ServerResponse,
  { status, retryAfter, location, body = "{}" }: NonNullable<FakeSentry["fault"]>,
): void {
  if (retryAfter) response.setHeader("retry-after", retryAfter);
  if (location) response.setHeader("location", location);
  response.writeHead(status).end(body);
}

function ask({ pathname, searchParams }: URL, response: ServerResponse, { issues }: FakeSentry): void {
  const [, id] = /^\/api\/0\/issues\/(\d+)\/events\/latest\/$/.exec(pathname) ?? [];
  const [, project] = /^\/api\/0\/projects\/acme\/([\w-]+)\/issues\/$/.exec(pathname) ?? [];
  const ofAll = pathname === "/api/0/organizations/acme/issues/";
  const listed = issues.filter((issue) => ofAll || issue.project === project);
  if (ofAll || project !== undefined) page(response, listed, searchParams);
  else
    event(
      response,
      issues.find((issue) => issue.id === id),
    );
}

function event(response: ServerResponse, issue: FakeIssue | undefined): void {
  if (issue) response.end(JSON.stringify(issue.event));
  else response.writeHead(404).end("{}");
}

function page(response: ServerResponse, issues: readonly FakeIssue[], query: URLSearchParams): void {
  const from = Number(query.get("cursor")?.split(":")[1] ?? 0);
  const more = from + pageSize < issues.length;
  // Sentry's links name its own host, whatever it was asked by.
  const link = (rel: string, results: boolean, at: number) =>
    `<https://elsewhere.example/?cursor=0:${at}:0>; rel="${rel}"; results="${results}"; cursor="0:${at}:0"`;
  response.setHeader("link", `${link("previous", from > 0, 0)}, ${link("next", more, from + pageSize)}`);
  const listed = issues.slice(from, from + pageSize).map(({ id, project, substatus }) => ({
    id,
    substatus: substatus ?? "ongoing",
    project: { id: "1", slug: project },
    title: "t",
    metadata: {},
    lastSeen: "2026-01-31T00:00:00Z",
  }));
  response.end(JSON.stringify(listed));
}

/** An event as Sentry's API answers it, with one frame of the application's. */
export function apiEvent(type: string, file: string): object {
  const frame = { filename: file, absPath: `/srv/app/${file}`, function: "work", lineNo: 4, inApp: true };
  return {
    eventID: `${type.toLowerCase()}0000000000000000`.slice(0, 32),
    title: `${type}: it broke`,
    entries: [{ type: "exception", data: { values: [{ type, value: "it broke", stacktrace: { frames: [frame] } }] } }],
    tags: [{ key: "environment", value: "production" }],
    dateCreated: "2026-01-31T00:00:00Z",
  };
}
