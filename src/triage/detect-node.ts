import * as z from "zod";
import { present } from "./ecosystem.ts";
import type { Commands, Ecosystem, Facts } from "./ecosystem.ts";

const texts = z.record(z.string(), z.string()).catch({});

const Manifest = z.object({
  scripts: texts,
  dependencies: texts,
  devDependencies: texts,
  optionalDependencies: texts,
  peerDependencies: texts,
  packageManager: z.string().catch(""),
  workspaces: z.unknown().optional(),
});
type Manifest = z.infer<typeof Manifest>;

/** `run` executes an installed package's command, and never fetches one. */
type Manager = { lockFiles: readonly string[]; install: string; test: string; run: string };

// Install scripts stay off everywhere: they are other people's code, and the sandbox has no network for them.
const managers = {
  pnpm: {
    lockFiles: ["pnpm-lock.yaml", "pnpm-workspace.yaml"],
    install: "pnpm install --frozen-lockfile --ignore-scripts",
    test: "pnpm test",
    run: "pnpm exec",
  },
  berry: {
    lockFiles: ["yarn.lock", ".yarnrc.yml"],
    install: "yarn install --immutable --mode=skip-build",
    test: "yarn test",
    run: "yarn",
  },
  yarn: {
    lockFiles: ["yarn.lock", ".yarnrc"],
    install: "yarn install --frozen-lockfile --ignore-scripts --non-interactive",
    test: "yarn test",
    run: "npx --no-install",
  },
  bun: {
    lockFiles: ["bun.lock", "bun.lockb"],
    install: "bun install --frozen-lockfile --ignore-scripts",
    test: "bun run test",
    run: "bunx --no-install",
  },
  npm: {
    lockFiles: ["package-lock.json", "npm-shrinkwrap.json"],
    install: "npm ci --ignore-scripts --no-audit --no-fund",
    test: "npm test",
    run: "npx --no-install",
  },
  unlocked: {
    lockFiles: [],
    install: "npm install --ignore-scripts --no-audit --no-fund --no-package-lock",
    test: "npm test",
    run: "npx --no-install",
  },
} as const satisfies Record<string, Manager>;

/** Runners that take the test files as arguments, by the package that holds them. */
const runners = { vitest: "vitest run", jest: "jest", mocha: "mocha", ava: "ava", tap: "tap" } as const;

/** What `npm init` writes; it always fails. */
const placeholder = /no test specified/;

export const node: Ecosystem = {
  manifests: ["package.json"],
  detect({ files, paths }) {
    const manifest = parse(files.get("package.json"));
    if (!manifest) return undefined;
    const manager = managerOf(manifest, paths);
    const reproduce = reproduceWith(manifest, manager);
    return {
      ...installWith(manifest, manager, paths),
      verify: testScript(manifest) === undefined ? [] : [manager.test],
      ...(reproduce && { reproduce }),
    };
  },
};

function parse(text: string | undefined): Manifest | undefined {
  try {
    return Manifest.safeParse(JSON.parse(text ?? "")).data;
  } catch {
    // A manifest that is not JSON says nothing; npm itself will tell whoever runs it.
    return undefined;
  }
}

function managerOf({ packageManager }: Manifest, paths: Facts["paths"]): Manager {
  if (paths.has("pnpm-lock.yaml")) return managers.pnpm;
  if (paths.has("yarn.lock")) {
    return paths.has(".yarnrc.yml") || /^yarn@(?!1\.)/.test(packageManager) ? managers.berry : managers.yarn;
  }
  if (present(paths, managers.bun.lockFiles).length > 0) return managers.bun;
  return present(paths, managers.npm.lockFiles).length > 0 ? managers.npm : managers.unlocked;
}

function installWith(
  manifest: Manifest,
  manager: Manager,
  paths: Facts["paths"],
): Pick<Commands, "setup" | "lockFiles"> {
  const { dependencies, devDependencies, optionalDependencies, workspaces } = manifest;
  const packages = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const several = workspaces !== undefined || paths.has("pnpm-workspace.yaml");
  if (packages.length === 0 && !several) return { setup: [], lockFiles: [] };
  const local =
    several || packages.some(([, version]) => /^(?:file|link|portal|workspace|patch):|^\.{0,2}\//.test(version));
  const others = local ? [...paths].filter(isPartOfInstall) : [];
  const own = present(paths, ["package.json", ...manager.lockFiles, ".npmrc"]);
  return { setup: [manager.install], lockFiles: [...new Set([...own, ...others])] };
}

/** What an installation reads besides the root's own files: other packages' manifests, and patches for packages. */
function isPartOfInstall(path: string): boolean {
  return /(?:^|\/)package\.json$|^(?:\.yarn\/)?patches\//.test(path) && !path.includes("node_modules/");
}

function testScript({ scripts }: Manifest): string | undefined {
  const script = scripts["test"];
  return script === undefined || placeholder.test(script) ? undefined : script;
}

/** The scripts say which runner is used (also through `test:unit` and the like); else what is installed does. */
function reproduceWith(manifest: Manifest, { run }: Manager): string | undefined {
  const scripts = Object.entries(manifest.scripts).filter(([name]) => name === "test" || name.startsWith("test:"));
  for (const [, script] of scripts) {
    const command = runnerIn(script, run);
    if (command !== undefined) return `${command} {files}`;
  }
  const installed = { ...manifest.dependencies, ...manifest.devDependencies };
  const [name] = keys(runners).filter((known) => known in installed);
  return name && `${run} ${runners[name]} {files}`;
}

function runnerIn(script: string, run: string): string | undefined {
  const name = keys(runners).find((known) => new RegExp(`(?:^|[\\s/])${known}(?:$|[\\s.])`).test(script));
  // Jest loads ES modules only with a flag that the script passes on through the environment.
  const options = /\bNODE_OPTIONS=(["']?)([\w./:= -]{1,200}?)\1(?=\s)/.exec(script)?.[2];
  if (name) return `${options ? `NODE_OPTIONS='${options}' ` : ""}${run} ${runners[name]}`;
  const nodeTest = /\bnode\s((?:[^&|;]*\s)?)--test(?=\s|$)([^&|;]*)/.exec(script);
  if (nodeTest) return ["node", ...loaders(`${nodeTest[1]} ${nodeTest[2]}`), "--test"].join(" ");
  return /\btsx\s(?:[^&|;]*\s)?--test\b/.test(script) ? `${run} tsx --test` : undefined;
}

/** The options that decide how a file is loaded, with their values; those that choose files or reports are left out. */
function loaders(options: string): string[] {
  const words = options.split(/\s+/).filter((word) => /^[\w./:@=-]+$/.test(word));
  return words.flatMap((word, at) => {
    if (!/^(?:--import|--require|-r|--loader|--experimental-[\w-]+|--conditions|-C|--no-warnings)(?:=|$)/.test(word))
      return [];
    const takesValue = /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C)$/.test(word);
    return takesValue ? [word, words[at + 1] ?? ""] : [word];
  });
}

function keys<T extends object>(record: T): (keyof T & string)[] {
  // Object.keys loses the literal types of a constant object.
  return Object.keys(record) as (keyof T & string)[];
}
