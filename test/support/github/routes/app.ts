import { randomBytes } from "node:crypto";
import { isWithin } from "../access.ts";
import { renderDelivery, renderDeliveryDetail } from "../deliveries.ts";
import { list, text } from "../json.ts";
import { renderApp, renderInstallation, renderProfile, renderRepository, stamp } from "../render.ts";
import { ApiError, created, found, invalid, notFound, nothing, ok, page } from "../reply.ts";
import type { Call, Handler, Reply } from "../reply.ts";
import type { Permissions } from "../types.ts";
import { findAccount, findRepository, installationOf } from "../world.ts";
import type { InstallationState, Repository, World } from "../world.ts";

/** The App itself, its installations and tokens, and its webhook deliveries. */
export const appHandlers: Record<string, Handler> = {
  "apps/get-authenticated": ({ world }) =>
    ok({ ...renderApp(world, world.app), installations_count: world.installations.length }),
  "apps/get-by-slug": ({ world, params }) => {
    if (params["app_slug"] !== world.app.slug) throw notFound();
    return ok(renderApp(world, world.app));
  },
  "apps/list-installations": (call) =>
    page(
      call,
      call.world.installations.map((installation) => renderInstallation(call.world, installation)),
    ),
  "apps/get-installation": ({ world, params }) => ok(renderInstallation(world, installationById(world, params))),
  "apps/get-org-installation": ({ world, params }) =>
    ok(renderInstallation(world, installationFor(world, params["org"]))),
  "apps/get-user-installation": ({ world, params }) =>
    ok(renderInstallation(world, installationFor(world, params["username"]))),
  "apps/get-repo-installation": ({ world, params }) => {
    const repository = found(findRepository(world, `${params["owner"]}/${params["repo"]}`));
    return ok(renderInstallation(world, found(installationOf(world, repository))));
  },
  "apps/suspend-installation": ({ world, params }) => {
    installationById(world, params).suspendedAt = world.now();
    return nothing();
  },
  "apps/unsuspend-installation": ({ world, params }) => {
    installationById(world, params).suspendedAt = undefined;
    return nothing();
  },
  "apps/create-installation-access-token": createToken,
  "apps/revoke-installation-access-token": ({ world, caller }) => {
    if (caller.kind === "installation") world.tokens.delete(caller.token);
    return nothing();
  },
  "apps/list-repos-accessible-to-installation": (call) => {
    if (call.caller.kind !== "installation")
      throw new ApiError(403, "Resource not accessible by personal access token");
    const { installation, repositories = installation.repositories } = call.caller;
    const rendered = [...repositories].map((repository) => renderRepository(call.world, repository));
    return page(call, rendered, "repositories");
  },
  "apps/list-webhook-deliveries": listDeliveries,
  "apps/get-webhook-delivery": ({ world, params }) => ok(renderDeliveryDetail(deliveryById(world, params))),
  "apps/redeliver-webhook-delivery": ({ world, params }) => {
    const { id } = deliveryById(world, params);
    void world.redeliver(id);
    return { status: 202, body: {} };
  },
  "apps/create-from-manifest": ({ world }) =>
    created({
      ...renderApp(world, world.app),
      client_secret: "client-secret",
      webhook_secret: world.webhookSecret,
      pem: world.privateKey,
    }),
  "meta/get": () => ok({ verifiable_password_authentication: false }),
  "users/get-authenticated": ({ world, caller }) => {
    if (caller.kind === "none") throw new ApiError(401, "Requires authentication");
    if (caller.kind !== "user") throw new ApiError(403, "Resource not accessible by integration");
    return ok(renderProfile(world, caller.user));
  },
  "users/get-by-username": ({ world, params }) =>
    ok(renderProfile(world, found(findAccount(world, params["username"] ?? "")))),
};

function installationById(world: World, params: Record<string, string>): InstallationState {
  return found(world.installations.find(({ id }) => String(id) === params["installation_id"]));
}

function installationFor(world: World, login = ""): InstallationState {
  return found(world.installations.find(({ account }) => account.login.toLowerCase() === login.toLowerCase()));
}

function createToken({ world, params, body }: Call): Reply {
  const installation = installationById(world, params);
  if (installation.suspendedAt) throw new ApiError(403, "This installation has been suspended");
  const asked = body["permissions"] as Permissions | undefined; // checked against the description before
  if (asked && !isWithin(asked, installation.permissions)) {
    throw invalid("The permissions requested are not granted to this installation.");
  }
  const repositories = chosenRepositories(installation, body);
  const permissions: Permissions = { metadata: "read", ...(asked ?? installation.permissions) };
  // Since 2026 tokens are `ghs_<app>_<JWT>`: neither of a fixed length nor to be told by it.
  const token = `ghs_${world.app.id}_${randomBytes(world.tokens.size % 2 === 0 ? 60 : 90).toString("base64url")}`;
  const expiresAt = new Date(world.now().getTime() + 3_600_000);
  world.tokens.set(token, { token, installation, repositories, permissions, expiresAt });
  const selection = repositories && { repositories: [...repositories].map((one) => renderRepository(world, one)) };
  return created({ token, expires_at: stamp(expiresAt), permissions, repository_selection: "selected", ...selection });
}

function chosenRepositories(installation: InstallationState, body: Call["body"]): Set<Repository> | undefined {
  const names = list(body["repositories"]).map((name) => text(name).toLowerCase());
  const ids = list(body["repository_ids"]);
  if (names.length + ids.length === 0) return undefined;
  const chosen = [...installation.repositories].filter(
    ({ id, name }) => names.includes(name.toLowerCase()) || ids.includes(id),
  );
  if (chosen.length < names.length + ids.length) {
    throw invalid(
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  return new Set(chosen);
}

/** Newest first, by cursor: the id of the last one seen. */
function listDeliveries({ world, query, operation }: Call): Reply {
  const size = Number(query["per_page"] ?? 30);
  const all = world.log
    .filter(
      ({ statusCode }) =>
        query["status"] === undefined || (query["status"] === "success") === (statusCode >= 200 && statusCode < 300),
    )
    .toReversed();
  const from = query["cursor"] === undefined ? 0 : all.findIndex(({ id }) => id < Number(query["cursor"]));
  const shown = from < 0 ? [] : all.slice(from, from + size);
  const last = shown.at(-1);
  const more = last !== undefined && last !== all.at(-1);
  const next = new URLSearchParams({ ...query, cursor: String(last?.id) }).toString();
  return {
    ...ok(shown.map(renderDelivery)),
    ...(more && { headers: { link: `<${world.url}${operation.path}?${next}>; rel="next"` } }),
  };
}

function deliveryById(world: World, params: Record<string, string>) {
  return found(world.log.find(({ id }) => String(id) === params["delivery_id"]));
}
