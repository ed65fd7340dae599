import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Host } from "./host.ts";
import { ownName } from "./own-name.ts";
import type { SandboxOptions } from "./sandbox.ts";

/** A read-only view of an npm registry on a unix socket: the one thing setup commands can reach. */
export type NpmMirror = { socket: string; close(): Promise<void> };

/** Where setup commands find the mirror, through the bridge that runs beside them. */
export const mirrorAddress = { host: "127.0.0.1", port: 4873 } as const;

const localUrl = `http://${mirrorAddress.host}:${mirrorAddress.port}/`;

/** Points npm, pnpm, yarn and corepack at the mirror, and keeps packages from running scripts as they are installed. */
export const mirrorEnvironment: Readonly<Record<string, string>> = {
  npm_config_registry: localUrl,
  npm_config_replace_registry_host: "always",
  npm_config_ignore_scripts: "true",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
  COREPACK_NPM_REGISTRY: localUrl,
  COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
  YARN_NPM_REGISTRY_SERVER: localUrl,
  YARN_UNSAFE_HTTP_WHITELIST: mirrorAddress.host,
  YARN_ENABLE_SCRIPTS: "false",
  YARN_ENABLE_TELEMETRY: "0",
};

const packagePath = /^\/(@[a-z0-9._~-]+(%2[fF]|\/))?[a-zA-Z0-9_~-][a-zA-Z0-9._~-]*$/;
const tarballPath = /^\/(@[a-z0-9._~-]+\/)?[a-zA-Z0-9_~-][a-zA-Z0-9._~-]*\/-\/[a-zA-Z0-9._~+-]+\.tgz$/;
const maxBytes = 200 * 1024 * 1024;
// How long a list of versions may be out of date. A tarball never changes.
const metadataMs = 600_000;

/** Starts the mirror. `registry` is the upstream's address; what was fetched once is kept on disk. */
export async function startNpmMirror(host: Host, registry: string, log: SandboxOptions["log"]): Promise<NpmMirror> {
  const upstream = registry.endsWith("/") ? registry : `${registry}/`;
  const socket = join(host.directory, "run", ownName("n.sock"));
  const cache = join(host.directory, "packages");
  await mkdir(cache, { recursive: true });
  await rm(socket, { force: true });
  const server = createServer((request, response) => {
    serve({ upstream, cache }, request, response).catch((error: unknown) => {
      log?.warn({ err: error, path: request.url }, "package mirror failed");
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(socket, resolve));
  await chmod(socket, 0o666);
  // It must not keep a process alive that has nothing else to do.
  server.unref();
  return {
    socket,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Settings = { upstream: string; cache: string };

/** GET alone, of paths that only name a package: nothing can be published, and no query carries anything away. */
async function serve(settings: Settings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? "";
  const isTarball = tarballPath.test(path);
  if (request.method !== "GET" || !(isTarball || packagePath.test(path)))
    return void response.writeHead(403).end("this mirror only serves packages\n");
  const accept = request.headers.accept?.includes(shortMetadata) ? shortMetadata : "application/json";
  const file = join(settings.cache, createHash("sha256").update(`${settings.upstream}${path}|${accept}`).digest("hex"));
  const status = await provide(settings, { path, accept, file, isTarball });
  if (status !== 200) return void response.writeHead(status).end();
  response.writeHead(200, { "content-type": isTarball ? "application/octet-stream" : accept });
  await pipeline(createReadStream(file), response);
}

/** Makes sure that the file is there and not out of date. Gives the status to answer with. */
async function provide(settings: Settings, wanted: Wanted): Promise<number> {
  const known = await stat(wanted.file).catch(() => undefined);
  if (known && (wanted.isTarball || Date.now() - known.mtimeMs < metadataMs)) return 200;
  return download(settings, wanted).catch((error: unknown) => {
    // An old list of versions serves better than none.
    if (known) return 200;
    throw error;
  });
}

/** What npm asks for where it needs no descriptions (npm registry, "Package metadata"). */
const shortMetadata = "application/vnd.npm.install-v1+json";

type Wanted = { path: string; accept: string; file: string; isTarball: boolean };

async function download({ upstream }: Settings, { path, accept, file, isTarball }: Wanted): Promise<number> {
  const answer = await fetch(`${upstream}${path.slice(1)}`, {
    headers: { accept: isTarball ? "*/*" : accept },
    signal: AbortSignal.timeout(120_000),
  });
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    return answer.status === 200 ? 502 : answer.status;
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`${path} is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, isTarball ? body : body.toString("utf8").replaceAll(upstream, localUrl));
  await rename(draft, file);
  return 200;
}
