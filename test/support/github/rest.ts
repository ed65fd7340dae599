import { authorize } from "./access.ts";
import type { Caller } from "./access.ts";
import { json } from "./json.ts";
import type { Limits } from "./rate-limit.ts";
import { movedTo, pathByName } from "./renames.ts";
import { ApiError, notFound, ok } from "./reply.ts";
import type { Call, Reply } from "./reply.ts";
import { handlers, handlersInRepository } from "./routes/all-handlers.ts";
import { restSpecification } from "./specification.ts";
import type { Match } from "./specification.ts";
import { findAccount, findRepository } from "./world.ts";
import type { Account, Repository, World } from "./world.ts";

export type RestRequest = {
  method: string;
  /** Still encoded, without `/api/v3`. */
  path: string;
  query: Record<string, string>;
  body: unknown;
  caller: Caller;
  accept: string;
};

/** Answers a REST call and notes whatever GitHub's description does not allow. */
export async function answerRest(
  world: World,
  request: RestRequest,
  limits: Limits,
): Promise<Reply & { operationId?: string }> {
  const specification = restSpecification();
  const match = specification.match(request.method, pathByName(world, request.path));
  if (!match) {
    world.violations.push({ kind: "unknown operation", what: `${request.method} ${request.path}`, errors: [] });
    return notFound().reply();
  }
  const { operation } = match;
  const params = Object.fromEntries(
    Object.entries(match.params).map(([key, value]) => [key, decodeURIComponent(value)]),
  );
  const moved = movedTo(world, { operation, params }, request);
  if (moved) return { ...moved, operationId: operation.id };
  const act = async () => {
    try {
      return await perform(world, { operation, params }, request, limits);
    } catch (error) {
      if (error instanceof ApiError) return error.reply();
      throw new Error(`the stand-in failed in ${operation.id}`, { cause: error });
    }
  };
  const reply = request.method === "GET" ? await act() : await world.exclusively(act);
  const errors = Buffer.isBuffer(reply.body) ? [] : specification.checkResponse(operation, reply.status, reply.body);
  if (errors.length > 0) world.violations.push({ kind: "response", what: `${operation.id} ${reply.status}`, errors });
  return { ...reply, operationId: operation.id };
}

async function perform(world: World, match: Match, request: RestRequest, limits: Limits): Promise<Reply> {
  const { operation, params } = match;
  const repository = repositoryOf(world, match);
  const organization = organizationOf(world, match);
  authorize(request.caller, {
    operationId: operation.id,
    repository,
    number: numberOf(repository, params),
    organization,
  });
  checkRequest(world, match, request);
  const call: Call = {
    world,
    caller: request.caller,
    operation,
    params,
    query: request.query,
    body: json(request.body),
    media: /vnd\.github\.(?:[\w-]+\.)?(diff|patch|raw)\b/.exec(request.accept)?.[1] ?? "json",
    path: decodeURI(request.path),
  };
  if (operation.id === "rate-limit/get") return ok(limits.overview(request.caller));
  const inRepository = handlersInRepository[operation.id];
  if (inRepository && repository) return inRepository({ ...call, repository });
  const handler = handlers[operation.id];
  if (!handler) throw new Error(`no handler for ${operation.id}`);
  return handler(call);
}

function repositoryOf(world: World, { operation, params }: Match): Repository | undefined {
  if (!operation.path.startsWith("/repos/")) return undefined;
  const repository = findRepository(world, `${params["owner"]}/${params["repo"]}`);
  if (!repository) throw notFound();
  return repository;
}

function organizationOf(world: World, { operation, params }: Match): Account | undefined {
  // The App asks for its installation there, whatever kind of account it is.
  if (!operation.path.startsWith("/orgs/{org}/") || operation.id.startsWith("apps/")) return undefined;
  const account = findAccount(world, params["org"] ?? "");
  if (account?.type !== "Organization") throw notFound();
  return account;
}

/** The issue or pull request a call is about, also when it names only a comment. */
function numberOf(repository: Repository | undefined, params: Record<string, string>): number | undefined {
  if (params["issue_number"] !== undefined) return Number(params["issue_number"]);
  return repository?.comments.find(({ id }) => String(id) === params["comment_id"])?.issue.number;
}

/** GitHub ignores what it does not know; for us it is a mistake all the same. */
function checkRequest(world: World, match: Match, request: RestRequest): void {
  const errors = restSpecification().checkRequest(match, request.query, request.body);
  if (errors.length === 0) return;
  world.violations.push({ kind: "request", what: `${match.operation.id} ${request.method} ${request.path}`, errors });
  const serious = errors.filter((error) => !error.endsWith("is unknown"));
  if (serious.length > 0) throw new ApiError(422, `Invalid request.\n\n${serious.join("\n")}`);
}
