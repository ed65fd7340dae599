import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { copyFile, cp, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as z from "zod";
import { runChild } from "./child.ts";
import { ownName } from "./own-name.ts";
import { seccompFilter } from "./seccomp.ts";

/** Files of `/etc` that programs need, without what the host's own would tell. */
export const fakeEtc: Readonly<Record<string, string>> = {
  passwd: "agent:x:1000:1000:agent:/home/agent:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
  group: "agent:x:1000:\nnogroup:x:65534:\n",
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  "resolv.conf": "",
};

/**
 * Copies what is needed inside the sandbox to `<directory>/runtime/<version>`: this Node, the programs of this room
 * that run inside, the SDK's agent toolset with its dependencies, the seccomp filter and a small `/etc`. Always copied,
 * because this App may be installed where the sandbox's user cannot look. The name holds a hash of the contents, so a
 * new version gets a new directory. Gives the path.
 */
export async function stageRuntime(directory: string): Promise<string> {
  const sources = await Promise.all(insidePrograms.map(async (url) => readFile(url, "utf8")));
  const sdk = packageDirectory("@anthropic-ai/sdk", import.meta.url);
  const filter = seccompFilter(process.arch === "arm64" ? "arm64" : "x64");
  const version = createHash("sha256")
    .update(
      JSON.stringify([
        process.version,
        process.execPath,
        fakeEtc,
        sources,
        await readFile(join(sdk, "package.json"), "utf8"),
      ]),
    )
    .update(filter)
    .digest("hex")
    .slice(0, 16);
  const target = join(directory, "runtime", version);
  if (existsSync(target)) return target;
  const draft = join(directory, "runtime", ownName(version));
  await mkdir(join(draft, "bin"), { recursive: true });
  await mkdir(join(draft, "etc"));
  await linkOrCopy(process.execPath, join(draft, "bin/node"));
  await writeFile(join(draft, "filter.bpf"), filter);
  for (const [name, text] of Object.entries(fakeEtc)) await writeFile(join(draft, "etc", name), text);
  const programs = await stripTypes(sources);
  for (const [index, url] of insidePrograms.entries())
    await writeFile(join(draft, basename(url).replace(/\.ts$/, ".mjs")), programs[index] ?? "");
  await copyPackages("@anthropic-ai/sdk", import.meta.url, join(draft, "node_modules"));
  // Another process may have been first: its copy is the same.
  await rename(draft, target).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  });
  return target;
}

/** Where a staged program is found inside the sandbox. */
export function insidePath(program: "tool-server" | "extractor" | "layer-sifter" | "probes"): string {
  return `/opt/self-heal/${program}.mjs`;
}

const insidePrograms = [
  new URL("./tool-server.ts", import.meta.url),
  new URL("./extractor.ts", import.meta.url),
  new URL("./layer-sifter.ts", import.meta.url),
  new URL("./probes.ts", import.meta.url),
];

/** Stripped ahead: loading the compiler inside would cost 30 ms at every start. In a child, for its warning's sake. */
async function stripTypes(sources: readonly string[]): Promise<string[]> {
  const script = `
    const { stripTypeScriptTypes } = require("node:module");
    const sources = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
    process.stdout.write(JSON.stringify(sources.map((source) => stripTypeScriptTypes(source))));`;
  const argv = [process.execPath, "--no-warnings", "-e", script];
  const { exitCode, stdout, stderr } = await runChild({ argv, env: {}, stdin: JSON.stringify(sources) });
  if (exitCode !== 0) throw new Error(`cannot stage the sandbox's programs: ${stderr}`);
  return z.array(z.string()).parse(JSON.parse(stdout.toString("utf8")));
}

function basename(url: URL): string {
  return url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
}

/** A hard link costs nothing; the file is never writable inside. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(async () => copyFile(from, to, constants.COPYFILE_FICLONE));
}

/** Copies a package and all it depends on, flat, without what only people and compilers read. */
async function copyPackages(name: string, from: string | URL, nodeModules: string): Promise<void> {
  const target = join(nodeModules, name);
  if (existsSync(target)) return;
  const source = packageDirectory(name, from);
  await cp(source, target, {
    recursive: true,
    dereference: true,
    filter: (path) => isNeeded(path, path.slice(source.length)),
  });
  const { dependencies = {} } = JSON.parse(await readFile(join(source, "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys(dependencies))
    if (!onlyTypes.has(dependency)) await copyPackages(dependency, join(source, "package.json"), nodeModules);
}

const onlyTypes = new Set(["json-schema-to-ts"]);

function isNeeded(path: string, inPackage: string): boolean {
  if (/\.(map|md|[cm]?ts)$/.test(path) || /^\/(src|node_modules|bin)(\/|$)/.test(inPackage)) return false;
  // Where a file comes twice, the toolset loads the ES module.
  return !path.endsWith(".js") || !existsSync(path.replace(/js$/, "mjs"));
}

function packageDirectory(name: string, from: string | URL): string {
  const paths = createRequire(from).resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name)).find((path) => existsSync(join(path, "package.json")));
  if (found === undefined) throw new Error(`package ${name} is not installed`);
  return found;
}
