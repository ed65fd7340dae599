import { createVerify } from "node:crypto";
import { json, text } from "./json.ts";
import { needs } from "./needs.ts";
import { ApiError, forbidden, notFound } from "./reply.ts";
import type { Level, Permissions, Role } from "./types.ts";
import { isAtLeast, roleOf } from "./roles.ts";
import type { Account, Act, InstallationToken, Repository, World } from "./world.ts";

/** Who makes a call. */
export type Caller =
  | { kind: "none" }
  | { kind: "app" }
  | ({ kind: "installation" } & InstallationToken)
  | { kind: "user"; user: Account };

/** The acting account: the App's bot user for installation tokens. */
export function actor(world: World, caller: Caller): Account {
  if (caller.kind === "user") return caller.user;
  if (caller.kind === "installation") return world.app.bot;
  throw new ApiError(401, "Requires authentication");
}

export function actOf({ world, repository, caller }: { world: World; repository: Repository; caller: Caller }): Act {
  return { world, repository, by: actor(world, caller) };
}

/** Reads `Bearer`, `token` and Basic credentials. Throws 401 for what GitHub would not know. */
export function authenticate(world: World, header: string | undefined): Caller {
  if (!header) return { kind: "none" };
  const [scheme = "", value = ""] = header.split(/ +/);
  if (/^basic$/i.test(scheme)) {
    const password = Buffer.from(value, "base64").toString().split(":").slice(1).join(":");
    return byToken(world, password);
  }
  return value.startsWith("eyJ") ? byJwt(world, value) : byToken(world, value);
}

function byToken(world: World, token: string): Caller {
  const user = [...world.accounts.values()].find((account) => account.token === token);
  if (user && token !== "") return { kind: "user", user };
  const known = world.tokens.get(token);
  if (!known || known.expiresAt <= world.now()) throw new ApiError(401, "Bad credentials");
  if (known.installation.suspendedAt) throw new ApiError(403, "This installation has been suspended");
  return { kind: "installation", ...known };
}

const badJwt = "A JSON web token could not be decoded";

/** As GitHub's docs say, "Generating a JSON Web Token (JWT) for a GitHub App": RS256, at most ten minutes ahead. */
function byJwt(world: World, token: string): Caller {
  const [head = "", body = "", signature = ""] = token.split(".");
  const signed = createVerify("RSA-SHA256").update(`${head}.${body}`).verify(world.appKey, signature, "base64url");
  if (!signed || decode(head)["alg"] !== "RS256") throw new ApiError(401, badJwt);
  const { iss, exp, iat } = decode(body);
  assertTimes(world.now().getTime() / 1000, exp, iat);
  const issuer = typeof iss === "number" ? String(iss) : text(iss);
  if (issuer !== String(world.app.id) && issuer !== world.app.clientId) {
    throw new ApiError(401, "Integration not found");
  }
  return { kind: "app" };
}

function assertTimes(now: number, exp: unknown, iat: unknown): void {
  const claim = "'Expiration time' claim ('exp')";
  if (typeof exp !== "number" || exp <= now) {
    throw new ApiError(
      401,
      `${claim} must be a numeric value representing the future time at which the assertion expires`,
    );
  }
  if (exp > now + 600) throw new ApiError(401, `${claim} is too far in the future`);
  if (typeof iat !== "number" || iat > now + 1) {
    throw new ApiError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
}

function decode(part: string): Record<string, unknown> {
  try {
    return json(JSON.parse(Buffer.from(part, "base64url").toString()));
  } catch {
    throw new ApiError(401, badJwt);
  }
}

const levels: readonly Level[] = ["read", "write", "admin"];
const reaches = (has: Level | undefined, wanted: Level) =>
  has !== undefined && levels.indexOf(has) >= levels.indexOf(wanted);

export function holds(permissions: Permissions, name: string, level: Level): boolean {
  return (name === "metadata" && level === "read") || reaches(permissions[name], level);
}

/** Whether `asked` stays within `granted`: a token cannot be wider than its installation. */
export function isWithin(asked: Permissions, granted: Permissions): boolean {
  return Object.entries(asked).every(([name, level]) => holds(granted, name, level));
}

export type Asked = {
  operationId: string;
  repository: Repository | undefined;
  number: number | undefined;
  organization?: Account | undefined;
};

/** Throws what GitHub answers when this caller may not do this. */
export function authorize(caller: Caller, asked: Asked): void {
  const need = needs[asked.operationId];
  if (!need) throw new Error(`needs.ts says nothing about ${asked.operationId}`);
  if (need.as === "app") {
    if (caller.kind !== "app") throw new ApiError(401, badJwt);
    return;
  }
  if (caller.kind === "app") throw new ApiError(403, "Resource not accessible by integration");
  if (asked.repository) authorizeRepository(caller, need, { ...asked, repository: asked.repository });
  if (asked.organization) authorizeOrganization(caller, need, asked.organization);
  if (need.as === "installation" && caller.kind !== "installation") {
    throw new ApiError(403, "You must authenticate with an installation access token in order to use this endpoint.");
  }
}

type Need = NonNullable<(typeof needs)[string]>;

function authorizeRepository(caller: Caller, need: Need, asked: Asked & { repository: Repository }): void {
  const { repository } = asked;
  if (!canSee(caller, repository)) throw notFound();
  const writes = need.level === "write";
  if (caller.kind === "none" && writes) throw new ApiError(401, "Requires authentication");
  if (
    caller.kind === "installation" &&
    !permissionsFor(need, asked).some((name) => holds(caller.permissions, name, need.level))
  ) {
    throw forbidden();
  }
  if (caller.kind === "user") authorizeUser(roleOf(repository, caller.user), need.role);
  if (writes && repository.archived) throw new ApiError(403, "Repository was archived so is read-only.");
}

/** There are no members of organizations here: every user may ask. */
function authorizeOrganization(caller: Caller, need: Need, organization: Account): void {
  if (caller.kind === "none" && need.permission !== "metadata") throw new ApiError(401, "Requires authentication");
  if (caller.kind !== "installation") return;
  if (caller.installation.account !== organization) throw notFound();
  if (!holds(caller.permissions, need.permission, need.level)) throw forbidden();
}

function authorizeUser(role: Role | undefined, wanted: Role): void {
  if (isAtLeast(role, wanted)) return;
  throw new ApiError(
    403,
    wanted === "admin" ? "Must have admin rights to Repository." : "Must have push access to repository",
  );
}

/**
 * Stricter than GitHub on purpose: an installation token reads public repositories outside its installation there.
 * Here it does not, so that a token narrowed to one repository is seen to be narrow.
 */
export function canSee(caller: Caller, repository: Repository): boolean {
  if (caller.kind === "installation") {
    return caller.installation.repositories.has(repository) && (caller.repositories?.has(repository) ?? true);
  }
  if (caller.kind === "user") return roleOf(repository, caller.user) !== undefined;
  return !repository.private;
}

/** For what issues and pull requests share, `issues` serves both and `pull_requests` only pull requests. */
function permissionsFor(need: Need, { repository, number }: Asked): string[] {
  if (need.permission !== "issue or pull") return [need.permission];
  const isPull = repository?.issues.find((issue) => issue.number === number)?.pull !== undefined;
  return isPull ? ["issues", "pull_requests"] : ["issues"];
}
