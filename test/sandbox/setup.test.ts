import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SetupError } from "../../src/sandbox/sandbox.ts";
import { openPlace, write } from "./place.ts";
import type { Place } from "./place.ts";

let registry: Registry;
let place: Place;

beforeAll(async () => {
  registry = await startRegistry();
  place = openPlace({ npmRegistry: registry.url });
});
afterAll(async () => {
  await place.close();
  registry.server.close();
});

test("installs an npm project through the mirror, without running install scripts", async () => {
  const lock = {
    lockfileVersion: 3,
    packages: {
      "": { name: "p", version: "1.0.0", dependencies: { tiny: "1.0.0" } },
      "node_modules/tiny": {
        version: "1.0.0",
        resolved: "https://registry.npmjs.org/tiny/-/tiny-1.0.0.tgz",
        integrity: registry.integrity,
        hasInstallScript: true,
      },
    },
  };
  const repository = await place.repository({
    "package.json": JSON.stringify({ name: "p", version: "1.0.0", dependencies: { tiny: "1.0.0" } }),
    "package-lock.json": JSON.stringify(lock),
    ".gitignore": "node_modules\n",
  });
  const options = { setup: ["npm ci"], lockFiles: ["package-lock.json"] };
  const workspace = await repository.open(options);
  const script = "node -p 'require(\"tiny\")'; ls node_modules/tiny; git status --porcelain";
  const { output } = await workspace.run(script, { timeoutMs: 10_000 });
  expect(output).toBe("42\nindex.js\npackage.json\n");
  expect(registry.requests).toEqual(["/tiny/-/tiny-1.0.0.tgz"]);

  // The next commit with the same lock file has its dependencies at once.
  write(repository.path, { "next.js": "next\n" });
  repository.git("add", "--all");
  repository.git("commit", "--quiet", "--message=next");
  const base = await repository.mirror.fetch({ branch: "main" });
  const next = await repository.open({ ...options, base, tree: await repository.mirror.treeOf(base) });
  expect(await next.run("cat next.js; node -p 'require(\"tiny\")'", { timeoutMs: 10_000 })).toMatchObject({
    output: "next\n42\n",
  });
  expect(registry.requests).toHaveLength(1);
  // And no way to the registry.
  expect((await next.run("npm view tiny --fetch-retries=0", { timeoutMs: 20_000 })).exitCode).not.toBe(0);
});

test("serves packages and nothing else", async () => {
  const repository = await place.repository({ "a.txt": "a\n" });
  const ask = (args: string) => `curl -s -o /dev/null -w '%{http_code} ' ${args}`;
  const url = "http://127.0.0.1:4873";
  const workspace = await repository.open({
    setup: [
      [
        `{ ${ask(`${url}/tiny`)}`,
        ask(`${url}/tiny/-/tiny-1.0.0.tgz`),
        ask(`-X PUT --data x ${url}/evil`),
        ask(`'${url}/tiny?leak=1'`),
        ask(`-X POST ${url}/-/npm/v1/security/audits`),
        ask(`--path-as-is ${url}/../../etc/passwd`),
        ask(`--path-as-is ${url}/..`),
        `${ask(`${url}/absent`)}; } > codes.txt`,
      ].join("; "),
      "env > env.txt",
    ],
  });
  expect((await workspace.run("cat codes.txt", { timeoutMs: 5_000 })).output).toBe("200 200 403 403 403 403 403 404 ");
  expect((await workspace.run("cat env.txt", { timeoutMs: 5_000 })).output).not.toContain(process.env["HOME"] ?? "?");
});

test("runs the setup once for several workspaces, and again when a lock file changes", async () => {
  const repository = await place.repository({ "a.txt": "a\n", lock: "1\n" });
  const options = { setup: ["mkdir -p deps; date +%s%N > deps/when"], lockFiles: ["lock", "absent"] };
  const when = async (some = {}) => {
    const workspace = await repository.open({ ...options, ...some });
    return (await workspace.run("cat deps/when", { timeoutMs: 5_000 })).output;
  };
  const [first, second] = await Promise.all([when(), when()]);
  expect(second).toBe(first);
  write(repository.path, { lock: "2\n" });
  repository.git("commit", "--quiet", "--all", "--message=lock");
  const base = await repository.mirror.fetch({ branch: "main" });
  expect(await when({ base, tree: await repository.mirror.treeOf(base) })).not.toBe(first);
});

test("keeps what the setup made out of the patch, and the repository's own files out of what it made", async () => {
  const repository = await place.repository({ "src/a.txt": "a\n", "src/b.txt": "b\n", "gone/c.txt": "c\n", lock: "1" });
  const options = {
    setup: [
      "echo made > src/made.txt; echo touched > src/a.txt; rm -rf gone; mkdir gone; echo m > gone/m; rm src/b.txt",
    ],
    lockFiles: ["lock"],
  };
  const workspace = await repository.open(options);
  const { output } = await workspace.run("cat src/* gone/*; git status --porcelain", { timeoutMs: 5_000 });
  expect(output).toBe("a\nb\nmade\nc\nm\n");
  await workspace.run("echo more >> src/made.txt; echo mine > src/mine.txt; rm gone/m", { timeoutMs: 5_000 });
  const { tree, refused } = await workspace.extract();
  expect(refused).toEqual([]);
  expect((await repository.mirror.diff(repository.tree, tree)).map(({ path }) => path)).toEqual(["src/mine.txt"]);
});

test("tells which setup command failed and what it said last", async () => {
  const repository = await place.repository({ "a.txt": "a\n" });
  const failing = repository.open({ setup: ["true", "seq 1 10000; echo broken >&2; exit 3"] });
  const error = await failing.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SetupError);
  expect(error).toMatchObject({ command: "seq 1 10000; echo broken >&2; exit 3" });
  expect((error as SetupError).output).toMatch(/10000\nbroken\n$/);
  expect((error as SetupError).output.length).toBeLessThan(4_100);
});

test("stops a setup that takes too long, and starts the next one afresh", async () => {
  const repository = await place.repository({ "a.txt": "a\n" });
  await expect(repository.open({ setup: ["sleep 60"], setupTimeoutMs: 300 })).rejects.toThrow(SetupError);
  await expect(repository.open({ setup: ["sleep 0"], setupTimeoutMs: 30_000 })).resolves.toBeDefined();
});

type Registry = { url: string; server: Server; integrity: string; requests: string[] };

/** A registry with one package, `tiny`, whose install script would leave a file. */
async function startRegistry(): Promise<Registry> {
  const directory = mkdtempSync(join(tmpdir(), "self-heal-registry-"));
  const manifest = { name: "tiny", version: "1.0.0", scripts: { install: "touch ran" } };
  write(directory, { "package/package.json": JSON.stringify(manifest), "package/index.js": "module.exports = 42;\n" });
  execFileSync("tar", ["-czf", join(directory, "tiny.tgz"), "-C", directory, "package"]);
  const tarball = readFileSync(join(directory, "tiny.tgz"));
  execFileSync("rm", ["-rf", directory]);
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const requests: string[] = [];
  const server = createServer((incoming, response) => {
    requests.push(incoming.url ?? "");
    if (incoming.url === "/tiny/-/tiny-1.0.0.tgz") response.end(tarball);
    else if (incoming.url === "/tiny") response.end(JSON.stringify({ name: "tiny", versions: { "1.0.0": manifest } }));
    else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server, integrity, requests };
}
