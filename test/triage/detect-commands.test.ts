import { expect, test } from "vitest";
import { detectCommands, manifestFiles } from "../../src/triage/detect-commands.ts";

type Files = Record<string, string>;

function detect(files: Files, ...paths: string[]) {
  const manifests = new Map(Object.entries(files).filter(([path]) => manifestFiles.includes(path)));
  return detectCommands(manifests, [...Object.keys(files), ...paths]);
}

function node(manifest: object, ...paths: string[]) {
  return detect({ "package.json": JSON.stringify(manifest) }, ...paths);
}

const dependencies = { devDependencies: { left: "1" } };

test.each<[string, object, string[], string[], string[]]>([
  [
    "npm, no lock file",
    dependencies,
    [],
    ["npm install --ignore-scripts --no-audit --no-fund --no-package-lock"],
    ["package.json"],
  ],
  [
    "npm",
    dependencies,
    ["package-lock.json", ".npmrc"],
    ["npm ci --ignore-scripts --no-audit --no-fund"],
    ["package.json", "package-lock.json", ".npmrc"],
  ],
  [
    "yarn 1",
    dependencies,
    ["yarn.lock"],
    ["yarn install --frozen-lockfile --ignore-scripts --non-interactive"],
    ["package.json", "yarn.lock"],
  ],
  [
    "yarn 4 by its settings",
    dependencies,
    ["yarn.lock", ".yarnrc.yml"],
    ["yarn install --immutable --mode=skip-build"],
    ["package.json", "yarn.lock", ".yarnrc.yml"],
  ],
  [
    "yarn 4 by the manifest",
    { ...dependencies, packageManager: "yarn@4.1.0" },
    ["yarn.lock"],
    ["yarn install --immutable --mode=skip-build"],
    ["package.json", "yarn.lock"],
  ],
  [
    "pnpm",
    dependencies,
    ["pnpm-lock.yaml"],
    ["pnpm install --frozen-lockfile --ignore-scripts"],
    ["package.json", "pnpm-lock.yaml"],
  ],
  ["bun", dependencies, ["bun.lock"], ["bun install --frozen-lockfile --ignore-scripts"], ["package.json", "bun.lock"]],
  [
    "workspaces",
    { workspaces: ["packages/*"] },
    ["package-lock.json", "packages/a/package.json", "node_modules/x/package.json"],
    ["npm ci --ignore-scripts --no-audit --no-fund"],
    ["package.json", "package-lock.json", "packages/a/package.json"],
  ],
  [
    "a local dependency",
    { dependencies: { a: "file:./a" } },
    ["package-lock.json", "a/package.json"],
    ["npm ci --ignore-scripts --no-audit --no-fund"],
    ["package.json", "package-lock.json", "a/package.json"],
  ],
  ["no dependencies at all", { scripts: {} }, ["package-lock.json"], [], []],
])("%s: what is installed, and what decides it", (...[, manifest, paths, setup, lockFiles]) => {
  expect(node(manifest, ...paths)).toMatchObject({ setup, lockFiles });
});

test.each<[string, object, string[], string[], string | undefined]>([
  ["a test script", { scripts: { test: "make check", lint: "eslint", build: "tsc" } }, [], ["npm test"], undefined],
  ["npm's placeholder", { scripts: { test: 'echo "Error: no test specified" && exit 1' } }, [], [], undefined],
  ["no scripts", {}, [], [], undefined],
  ["node:test", { scripts: { test: "node --test" } }, [], ["npm test"], "node --test {files}"],
  [
    "node:test with loaders",
    { scripts: { test: "tsc && node --import tsx --test-reporter=spec --test 'test/**/*.ts'" } },
    [],
    ["npm test"],
    "node --import tsx --test {files}",
  ],
  [
    "node:test with loaders after it",
    { scripts: { test: "node --test -r ts-node/register test/" } },
    [],
    ["npm test"],
    "node -r ts-node/register --test {files}",
  ],
  ["tsx", { scripts: { test: "tsx --test src" } }, [], ["npm test"], "npx --no-install tsx --test {files}"],
  ["vitest", { scripts: { test: "vitest --coverage" } }, [], ["npm test"], "npx --no-install vitest run {files}"],
  ["jest", { scripts: { test: "jest --ci" } }, [], ["npm test"], "npx --no-install jest {files}"],
  [
    "jest with modules",
    { scripts: { test: "NODE_OPTIONS=--experimental-vm-modules npx jest" } },
    [],
    ["npm test"],
    "NODE_OPTIONS='--experimental-vm-modules' npx --no-install jest {files}",
  ],
  [
    "mocha",
    { scripts: { test: "./node_modules/.bin/mocha test" } },
    [],
    ["npm test"],
    "npx --no-install mocha {files}",
  ],
  [
    "a script behind the script",
    { scripts: { test: "npm run test:unit", "test:unit": "vitest run" } },
    [],
    ["npm test"],
    "npx --no-install vitest run {files}",
  ],
  [
    "what is installed",
    { scripts: { test: "make check" }, devDependencies: { mocha: "1" } },
    [],
    ["npm test"],
    "npx --no-install mocha {files}",
  ],
  ["a word that only holds a runner's name", { scripts: { test: "run-vitest-later" } }, [], ["npm test"], undefined],
  ["yarn 4", { scripts: { test: "jest" } }, ["yarn.lock", ".yarnrc.yml"], ["yarn test"], "yarn jest {files}"],
  ["pnpm", { scripts: { test: "jest" } }, ["pnpm-lock.yaml"], ["pnpm test"], "pnpm exec jest {files}"],
])("node, %s: how it is tested", (...[, manifest, paths, verify, reproduce]) => {
  const found = node(manifest, ...paths);
  expect([found.verify, found.reproduce]).toEqual([verify, reproduce]);
});

test.each<[string, Files, string[], { setup: string[]; verify: string[]; reproduce?: string; lockFiles: string[] }]>([
  [
    "pytest without requirements",
    { "pytest.ini": "" },
    [],
    { setup: [], verify: ["python3 -m pytest -q"], reproduce: "python3 -m pytest -q {files}", lockFiles: [] },
  ],
  [
    "pytest with requirements",
    { "requirements.txt": "flask\n", "requirements-dev.txt": "pytest\n", "pyproject.toml": "[tool.black]" },
    [],
    {
      setup: [
        "python3 -m venv .venv",
        ".venv/bin/python -m pip install --disable-pip-version-check -q -r requirements.txt -r requirements-dev.txt",
      ],
      verify: [".venv/bin/python -m pytest -q"],
      reproduce: ".venv/bin/python -m pytest -q {files}",
      lockFiles: ["requirements.txt", "requirements-dev.txt", "pyproject.toml"],
    },
  ],
  [
    "uv",
    { "pyproject.toml": "[dependency-groups]\ndev = ['pytest']", "uv.lock": "" },
    [],
    {
      setup: ["uv sync --frozen"],
      verify: ["uv run --frozen python -m pytest -q"],
      reproduce: "uv run --frozen python -m pytest -q {files}",
      lockFiles: ["pyproject.toml", "uv.lock"],
    },
  ],
  [
    "poetry",
    { "pyproject.toml": "[tool.pytest.ini_options]", "poetry.lock": "" },
    [],
    {
      setup: ["poetry install --no-interaction"],
      verify: ["poetry run python -m pytest -q"],
      reproduce: "poetry run python -m pytest -q {files}",
      lockFiles: ["pyproject.toml", "poetry.lock"],
    },
  ],
  [
    "unittest",
    { "requirements.txt": "# none\n" },
    ["test_cart.py"],
    { setup: [], verify: ["python3 -m unittest discover"], reproduce: "python3 -m unittest {files}", lockFiles: [] },
  ],
  [
    "Django",
    { "requirements.txt": "" },
    ["manage.py"],
    { setup: [], verify: ["python3 manage.py test"], lockFiles: [] },
  ],
  [
    "Go without modules to fetch",
    { "go.mod": "module a" },
    [],
    {
      setup: [],
      verify: ["go test ./..."],
      reproduce: 'go test $(for file in {files}; do dirname "./$file"; done | sort -u)',
      lockFiles: [],
    },
  ],
  [
    "Rust",
    { "Cargo.toml": "[package]\n[dependencies]\nserde = '1'" },
    ["Cargo.lock", "sub/Cargo.toml"],
    {
      setup: ["cargo fetch --locked"],
      verify: ["cargo test"],
      lockFiles: ["Cargo.lock", "Cargo.toml", "sub/Cargo.toml"],
    },
  ],
  [
    "Rust without dependencies",
    { "Cargo.toml": "[package]" },
    [],
    { setup: [], verify: ["cargo test"], lockFiles: [] },
  ],
  [
    "RSpec",
    { Gemfile: "gem 'rspec'" },
    ["Gemfile.lock"],
    {
      setup: ["bundle install"],
      verify: ["bundle exec rspec"],
      reproduce: "bundle exec rspec {files}",
      lockFiles: ["Gemfile", "Gemfile.lock"],
    },
  ],
  [
    "Rails",
    { Gemfile: "gem 'rails'" },
    ["bin/rails", "test/a_test.rb"],
    {
      setup: ["bundle install"],
      verify: ["bin/rails test"],
      reproduce: "bin/rails test {files}",
      lockFiles: ["Gemfile"],
    },
  ],
  [
    "PHPUnit",
    { "composer.json": '{"require-dev": {"phpunit/phpunit": "^11"}}' },
    ["composer.lock"],
    {
      setup: ["composer install --no-interaction --no-scripts --no-progress"],
      verify: ["vendor/bin/phpunit"],
      reproduce: 'for file in {files}; do vendor/bin/phpunit "$file" || exit 1; done',
      lockFiles: ["composer.json", "composer.lock"],
    },
  ],
  [
    "Gradle",
    { "build.gradle.kts": "" },
    ["gradlew", "settings.gradle.kts"],
    {
      setup: ["./gradlew --no-daemon -q testClasses"],
      verify: ["./gradlew --no-daemon -q --offline test"],
      lockFiles: ["build.gradle.kts", "settings.gradle.kts"],
    },
  ],
  ["nothing that is known", { "README.md": "" }, [], { setup: [], verify: [], lockFiles: [] }],
  ["a manifest that is not JSON", { "package.json": "{" }, [], { setup: [], verify: [], lockFiles: [] }],
])("%s", (_, files, paths, expected) => expect(detect(files, ...paths)).toEqual(expected));

test("Maven runs the tests of the fix by their classes' names", () => {
  const { verify, reproduce } = detect({ "pom.xml": "" }, "mvnw");
  expect(verify).toEqual(["./mvnw -B -q -o test"]);
  expect(reproduce).toContain("./mvnw -B -q -o test ");
  expect(reproduce).toContain("{files}");
});

test("the ecosystem that has tests decides", () => {
  const files = { "package.json": '{"devDependencies": {"prettier": "1"}}', "go.mod": "module a" };
  expect(detect(files).verify).toEqual(["go test ./..."]);
  expect(detect({ "package.json": files["package.json"] }).setup).toHaveLength(1);
});
