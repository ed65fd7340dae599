import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import type { Package } from "./bugs/bug.ts";

/** Where tarballs are kept unless told otherwise: not in the repository's history, and outliving a run. */
export const defaultCache = resolve(import.meta.dirname, "../../.data/packages");

/**
 * The path of a package's tarball in the cache. Throws when it is not there, or is not the one that was pinned.
 * Never reaches for the network: `fetchPackage` does.
 */
export async function cachedTarball(pinned: Package, cacheDirectory: string): Promise<string> {
  const path = tarballPath(pinned, cacheDirectory);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new Error(`${path} is missing: run \`node test/demo/fetch.ts\` to download the demo's packages`, {
      cause: error,
    });
  });
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  if (integrity !== pinned.integrity) {
    throw new Error(`integrity of ${path} is ${integrity}, not the pinned ${pinned.integrity}`);
  }
  return path;
}

/** Downloads a package with `npm pack` unless the cache has it. What does not match its pin is not kept. */
export async function fetchPackage(pinned: Package, cacheDirectory: string): Promise<"cached" | "fetched"> {
  const kept = await cachedTarball(pinned, cacheDirectory).catch(() => undefined);
  if (kept) return "cached";
  await mkdir(cacheDirectory, { recursive: true });
  const spec = `${pinned.name}@${pinned.version}`;
  await execa("npm", ["pack", spec, "--ignore-scripts", "--silent", "--pack-destination", cacheDirectory]);
  await cachedTarball(pinned, cacheDirectory).catch(async (error: unknown) => {
    await rm(tarballPath(pinned, cacheDirectory), { force: true });
    throw error;
  });
  return "fetched";
}

/** `npm pack` names the file so; the demo has no scoped packages. */
function tarballPath({ name, version }: Package, cacheDirectory: string): string {
  return join(cacheDirectory, `${name}-${version}.tgz`);
}
