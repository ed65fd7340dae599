import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPlace } from "./place.ts";
import type { Place, Repository } from "./place.ts";

let place: Place;
let repository: Repository;

beforeAll(async () => {
  place = openPlace();
  repository = await place.repository({
    "a.txt": "line1\nline2\n",
    "b.txt": "keep\n",
    "crlf.txt": "x\r\ny\r\n",
    "del.txt": "del\n",
    "dir/f": "d\n",
    "dir/g": "d\n",
    "other/deep/f": "f\n",
    "run.sh": "#!/bin/sh\n",
    ".gitignore": "*.log\n",
    ".gitattributes": "*.txt text eol=crlf\n",
  });
});
afterAll(async () => place.close());

/** What changed, as `path change mode`. */
async function changes(extracted: { tree: Repository["tree"] }, from = repository.tree): Promise<string[]> {
  const files = await repository.mirror.diff(from, extracted.tree);
  return files.map(({ path, change, mode }) => `${path} ${change} ${mode}`);
}

async function extractAfter(script: string) {
  const workspace = await repository.open();
  const result = await workspace.run(script, { timeoutMs: 30_000 });
  expect(result).toMatchObject({ exitCode: 0 });
  return workspace.extract();
}

test("gives the tree it started from when nothing was changed", async () => {
  expect(await extractAfter("touch a.txt; chmod 600 b.txt; cp a.txt x; mv x a.txt; echo noise > x.log")).toEqual({
    tree: repository.tree,
    refused: [],
  });
});

test("takes text, binary and mode changes, additions, deletions, links and swaps", async () => {
  const extracted = await extractAfter(`
    printf 'line1\\nline2 changed\\n' > a.txt; printf '\\0\\1\\2' > new.bin; chmod +x run.sh; rm del.txt
    ln -s a.txt link; rm -rf dir; ln -s other dir; rm -rf other; mkdir -p other/deep; echo new > other/deep/h
    mkdir -p tests/unit; echo t > tests/unit/t.js; echo l > x.log; echo odd > './--output=pwn'; echo m > ':(exclude)x'`);
  expect(extracted.refused).toEqual([]);
  expect(await changes(extracted)).toEqual([
    "--output=pwn added 100644",
    ":(exclude)x added 100644",
    "a.txt modified 100644",
    "del.txt deleted 000000",
    "dir added 120000",
    "dir/f deleted 000000",
    "dir/g deleted 000000",
    "link added 120000",
    "new.bin added 100644",
    "other/deep/f deleted 000000",
    "other/deep/h added 100644",
    "run.sh modified 100755",
    "tests/unit/t.js added 100644",
  ]);
});

test("takes bytes as they are, whatever attributes say", async () => {
  const extracted = await extractAfter("printf 'x\\ny\\n' > crlf.txt; printf 'a\\r\\n' > b.txt");
  expect(String(await repository.mirror.read(extracted.tree, "crlf.txt"))).toBe("x\ny\n");
  expect(String(await repository.mirror.read(extracted.tree, "b.txt"))).toBe("a\r\n");
});

test("works on an extracted tree as on a commit's, and extracts the same again", async () => {
  const first = await extractAfter("echo two > a.txt; rm -rf dir; mkdir fresh; echo n > fresh/n");
  const workspace = await repository.open({ tree: first.tree });
  const { output } = await workspace.run("cat a.txt; ls -d dir fresh/*; git status --porcelain", { timeoutMs: 5_000 });
  expect(output).toContain("two\n");
  expect(output).toContain("fresh/n");
  expect(output).toContain(" D dir/f");
  expect(await workspace.extract()).toEqual({ tree: first.tree, refused: [] });
  await workspace.run("rm fresh/n; echo d > dir2", { timeoutMs: 5_000 });
  expect(await changes(await workspace.extract(), first.tree)).toEqual(["dir2 added 100644", "fresh/n deleted 000000"]);
});

test("survives a hostile tree: runs nothing, keeps the sane changes, refuses the rest with reasons", async () => {
  const markers = join(place.directory, "markers");
  mkdirSync(markers, { mode: 0o777, recursive: true });
  execFileSync("chmod", ["777", markers]);
  const extracted = await extractAfter(hostile(markers));
  expect(readdirSync(markers)).toEqual([]);
  expect(await changes(extracted)).toEqual([
    ".evilhooks/pre-commit added 100755",
    ".gitattributes modified 100644",
    "a.txt modified 100644",
    "con added 100644",
    "del.txt deleted 000000",
    "new.txt added 100644",
    "run.sh modified 100755",
  ]);
  const why = Object.fromEntries(extracted.refused.map((refusal) => [refusal.path, refusal.why]));
  expect(why).toMatchObject({
    ".gitignore": expect.stringContaining("neither file"),
    ".GIT/config": "the name passes for .git",
    "git~1/config": "the name passes for .git",
    ".gitmodules": "submodules cannot be changed",
    abslink: "a symlink that leaves the repository",
    dotlink: "a symlink that leaves the repository",
    bare: "a repository of its own",
    sub: "a repository of its own",
    gf: "a repository of its own",
    noperm: "cannot be read",
    noexec: "cannot be read",
    "nl?name": "control characters in the name",
    "esc?[31m": "control characters in the name",
    "sparse.bin": expect.stringContaining("too large"),
    sock: expect.stringContaining("neither file"),
  });
  expect(Object.values(why)).toContain("the name is not UTF-8");
  expect(Object.values(why)).toContain("too many levels");
  expect(existsSync(join(place.directory, "markers/any"))).toBe(false);
});

test("is no way to read a file of the host through a link", async () => {
  const extracted = await extractAfter("rm a.txt; ln -s /etc/shadow a.txt; rm -rf dir; ln -s /etc dir");
  expect(extracted.refused.map(({ path }) => path).toSorted()).toEqual(["a.txt", "dir"]);
  expect(String(await repository.mirror.read(extracted.tree, "a.txt"))).toBe("line1\nline2\n");
});

test("refuses a flood of new files as a whole", async () => {
  const extracted = await extractAfter("mkdir build; seq 1 2500 | split -l 1 -a 4 - build/; echo new > a.txt");
  expect(await changes(extracted)).toEqual(["a.txt modified 100644"]);
  expect(extracted.refused).toEqual([{ path: "build", why: expect.stringContaining("too many new files: 2500") }]);
});

test("stops what still runs before it looks", async () => {
  const workspace = await repository.open();
  const running = workspace.run("echo go > go; while :; do echo more >> a.txt; done", { timeoutMs: 60_000 });
  await workspace.run("until [ -e go ]; do sleep 0.01; done", { timeoutMs: 5_000 });
  await workspace.extract();
  expect(await running).toMatchObject({ killedBy: "abort" });
});

/** What an agent that means harm leaves in its tree; the programs would leave a file in `markers`. */
function hostile(markers: string): string {
  const mark = `touch ${markers}/any`;
  return `
set -e
printf 'line1\\nline2 changed\\n' > a.txt; chmod +x run.sh; rm del.txt; echo new > new.txt; echo 1 > con
ln -s /etc/passwd abslink; ln -s ../../../../etc/shadow dotlink
rm -f .gitignore; mkfifo .gitignore
rm -rf .git; git init -q .
cat >> .git/config <<X
[core]
  fsmonitor = "${mark}; false"
  hooksPath = /workspace/.evilhooks
[diff]
  external = "${mark}; true"
[filter "evil"]
  clean = "${mark}; cat"
  smudge = "${mark}; cat"
[include]
  path = /etc/passwd
X
mkdir -p .evilhooks .git/hooks; printf '#!/bin/sh\\n${mark}\\n' > .evilhooks/pre-commit; chmod +x .evilhooks/pre-commit
cp .evilhooks/pre-commit .git/hooks/post-index-change
printf '*.txt filter=evil diff=evil\\n* filter=lfs\\n' > .gitattributes
mkdir sub; (cd sub; git init -q .; printf '[core]\\n fsmonitor = "${mark}; false"\\n' >> .git/config; echo s > s.txt)
mkdir gf; echo 'gitdir: /workspace/sub/.git' > gf/.git; echo y > gf/y.txt
mkdir bare; (cd bare; git init -q --bare .; printf '[core]\\n fsmonitor = "${mark}; false"\\n' >> config)
printf '[submodule "m"]\\n path = m\\n url = ext::sh -c ${mark}\\n' > .gitmodules
mkdir .GIT 'git~1'; echo x > .GIT/config; echo x > 'git~1/config'
printf 1 > $'nl\\nname'; printf 1 > $'esc\\033[31m'; printf 1 > $'bad\\377'
echo secret > noperm; chmod 000 noperm; mkdir noexec; echo z > noexec/z; chmod 000 noexec
truncate -s 900M sparse.bin
deep=.; for i in $(seq 60); do deep=$deep/d; done; mkdir -p $deep; echo deep > $deep/deep.txt
node -e 'require("node:net").createServer().listen("sock", () => process.kill(process.pid, "SIGKILL"))' || true
`;
}
