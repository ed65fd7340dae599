import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { actOf, canSee, holds } from "./access.ts";
import type { Caller } from "./access.ts";
import { gitEnvironment } from "./bare-git.ts";
import { refsMoved } from "./refs.ts";
import { findEvenRenamed } from "./renames.ts";
import { isAtLeast, roleOf } from "./roles.ts";
import type { Repository, World } from "./world.ts";

export const gitPath = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

type Answer = { status: number; message: string };
type GitCall = { repository: Repository; service: string; query: string; writes: boolean; caller: Caller };

/** Smart HTTP by git's own http-backend. The status that was sent. */
export async function answerGit(
  world: World,
  url: URL,
  caller: Caller,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<number> {
  const [, owner, name, service = ""] = gitPath.exec(url.pathname) ?? [];
  const writes = service === "git-receive-pack" || url.searchParams.get("service") === "git-receive-pack";
  const repository = findEvenRenamed(world, `${owner}/${name}`);
  const refused = refusal(repository, caller, writes);
  if (refused || !repository) {
    const { status, message } = refused ?? notFound;
    request.resume();
    response.writeHead(status, {
      "content-type": "text/plain",
      ...(status === 401 && { "www-authenticate": 'Basic realm="GitHub"' }),
    });
    response.end(message);
    return status;
  }
  const call = { repository, service, query: url.search.slice(1), writes, caller };
  if (service !== "git-receive-pack") return runBackend(call, request, response);
  return world.exclusively(async () => {
    const status = await runBackend(call, request, response, () => refsMoved(actOf({ world, repository, caller })));
    return status;
  });
}

const notFound: Answer = { status: 404, message: "Repository not found." };

function refusal(repository: Repository | undefined, caller: Caller, writes: boolean): Answer | undefined {
  if (caller.kind === "app") return { status: 401, message: "Invalid username or token." };
  if (caller.kind === "none") return anonymousRefusal(repository, writes);
  if (!repository || !canSee(caller, repository)) return notFound;
  if (!mayGit(repository, caller, writes)) {
    return { status: 403, message: `${writes ? "Write" : "Read"} access to repository not granted.` };
  }
  const archived = { status: 403, message: "This repository was archived so it is read-only." };
  return writes && repository.archived ? archived : undefined;
}

function anonymousRefusal(repository: Repository | undefined, writes: boolean): Answer | undefined {
  const open = repository !== undefined && !repository.private && !writes;
  return open ? undefined : { status: 401, message: "Authentication required" };
}

function mayGit(repository: Repository, caller: Exclude<Caller, { kind: "none" | "app" }>, writes: boolean): boolean {
  if (caller.kind === "installation") return holds(caller.permissions, "contents", writes ? "write" : "read");
  return isAtLeast(roleOf(repository, caller.user), writes ? "write" : "read");
}

/** `before` runs when git is done and before its last output goes out: whoever pushed finds the consequences. */
async function runBackend(
  { repository, service, query, caller }: GitCall,
  request: IncomingMessage,
  response: ServerResponse,
  before = async () => {},
): Promise<number> {
  const mayChangeWorkflows = caller.kind !== "installation" || holds(caller.permissions, "workflows", "write");
  const header = (name: string) => String(request.headers[name] ?? "");
  const child = spawn("git", ["http-backend"], {
    env: {
      ...gitEnvironment,
      GIT_PROJECT_ROOT: repository.git.directory,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `/${service}`,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: header("content-type"),
      REMOTE_USER: caller.kind,
      REMOTE_ADDR: "127.0.0.1",
      STAND_IN_WORKFLOWS: mayChangeWorkflows ? "allowed" : "refused",
      ...(header("content-length") !== "" && { CONTENT_LENGTH: header("content-length") }),
      ...(header("content-encoding") !== "" && { HTTP_CONTENT_ENCODING: header("content-encoding") }),
      ...(header("git-protocol") !== "" && { GIT_PROTOCOL: header("git-protocol") }),
    },
  });
  child.stdin.on("error", () => undefined); // it may have read all it wants
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.resume();
  await new Promise((settle) => child.on("close", settle));
  await before();
  return sendCgi(Buffer.concat(chunks), response);
}

function sendCgi(output: Buffer, response: ServerResponse): number {
  const end = output.indexOf("\r\n\r\n");
  const rows = output.subarray(0, Math.max(end, 0)).toString().split("\r\n").filter(Boolean);
  const headers = new Map(
    rows.map((row) => [row.slice(0, row.indexOf(":")).toLowerCase(), row.slice(row.indexOf(":") + 1).trim()]),
  );
  const status = end < 0 ? 500 : Number.parseInt(headers.get("status") ?? "200", 10);
  headers.delete("status");
  response.writeHead(status, Object.fromEntries(headers));
  response.end(output.subarray(end + 4));
  return status;
}
