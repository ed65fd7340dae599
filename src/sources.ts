import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseDocument } from "yaml";
import * as z from "zod";
import { closest } from "./governance/policy-suggestion.ts";
import type { RateLimit } from "./rate.ts";
import { SenderKind } from "./webhooks/sender.ts";

/** Where a source's projects live. `*` stands for all that are not named. */
type Projects = Readonly<Record<string, string>>;

/** How to ask Sentry for what its webhooks lost. */
export type SentryAccess = { organization: string; token: string; url: string; ownApplication?: string };

/** Somebody who may send us failures. `secrets` are the live values, one or two. */
export type Source = {
  name: string;
  kind: SenderKind;
  secrets: readonly string[];
  projects: Projects;
  rate: RateLimit;
  sentry?: SentryAccess;
};

const reference = z
  .string("write the name of an environment variable, as $SENTRY_SECRET")
  .regex(
    /^\$[A-Za-z_]\w*$/,
    "write the name of an environment variable, as $SENTRY_SECRET: no secret belongs in a file",
  );
const rate = z.strictObject({
  perMinute: z.number().positive().max(1_000_000).default(60),
  burst: z.int().min(1).max(1_000_000).default(120),
});
const repository = z.string().regex(/^[\w.-]+\/[\w.-]+$/, "write a repository as owner/name");

const SourceFile = z.strictObject({
  /** Of every source that sets none of its own. */
  rate: rate.optional(),
  sources: z.array(
    z.strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{0,49}$/, "use lower-case letters, digits and dashes")
        .refine((name) => name !== "github", "github is GitHub's own; choose another name"),
      kind: SenderKind,
      secrets: z.array(reference).min(1, "name at least one").max(2, "two at most: the new one and the old one"),
      projects: z
        .record(z.string().min(1).max(300), repository)
        .refine((projects) => Object.keys(projects).length > 0, 'map at least one project; "*" stands for all'),
      rate: rate.optional(),
      sentry: z
        .strictObject({
          organization: z.string().regex(/^[\w.-]+$/, "write the organisation's slug"),
          token: reference,
          url: z
            .url({ protocol: /^https?$/, error: "write a URL" })
            .transform((text) => text.replace(/\/+$/, ""))
            .default("https://sentry.io"),
          /** The name, slug or id of our own integration there: what it does is not reported back to us. */
          ownApplication: z.string().min(1).max(200).optional(),
        })
        .optional(),
    }),
  ),
});
type SourceFile = z.infer<typeof SourceFile>;
type Written = SourceFile["sources"][number];
type Env = Readonly<Record<string, string | undefined>>;

/** Reads the sources file. Whatever is wrong with it is added to `problems`, each with its remedy; then the list is empty. */
export function readSources(path: string | undefined, env: Env, problems: string[]): Source[] {
  if (path === undefined) return [];
  const before = problems.length;
  const tell = (problem: string): unknown => problems.push(`SELF_HEAL_SOURCES (${path}): ${problem}`);
  const given = parseFile(path, tell);
  if (given === undefined) return [];
  const { success, data, error } = SourceFile.safeParse(given);
  if (!success) {
    for (const issue of error.issues) tell(told(issue));
    return [];
  }
  const sources = data.sources.map((written, at) => toSource(written, { env, rate: data.rate, tell, at }));
  for (const name of twice(data.sources.map((one) => one.name)))
    tell(`two sources are named ${name}; names must differ`);
  return problems.length > before ? [] : sources;
}

/** The `owner/name` that a source's project belongs to. */
export function repositoryFor({ projects }: Pick<Source, "projects">, project: string): string | undefined {
  if (Object.hasOwn(projects, project)) return projects[project];
  return Object.hasOwn(projects, "*") ? projects["*"] : undefined;
}

function parseFile(path: string, tell: (problem: string) => unknown): unknown {
  let text: string;
  try {
    text = readFileSync(resolve(path), "utf8");
  } catch (error) {
    tell(`the file cannot be read (${error instanceof Error ? error.message : String(error)})`);
    return undefined;
  }
  const document = parseDocument(text);
  for (const { message } of document.errors) tell(`not valid YAML: ${message.split("\n", 1)[0] ?? ""}`);
  if (document.errors.length > 0) return undefined;
  return (document.toJS({ maxAliasCount: 100 }) as unknown) ?? {};
}

type Surroundings = { env: Env; rate: RateLimit | undefined; tell: (problem: string) => unknown; at: number };

function toSource(written: Written, { env, rate: common, tell, at }: Surroundings): Source {
  const { name, kind, projects, sentry } = written;
  const secret = (where: string, named: string): string => {
    const value = env[named.slice(1)] ?? "";
    if (value === "") tell(`sources.${at}.${where}: the environment variable ${named.slice(1)} is not set`);
    else if (value.length < 16) tell(`sources.${at}.${where}: ${named.slice(1)} is shorter than 16 characters`);
    return value;
  };
  if (sentry && kind !== "sentry") tell(`sources.${at}.sentry: only a source of kind sentry has it`);
  return {
    name,
    kind,
    secrets: written.secrets.map((one, index) => secret(`secrets.${index}`, one)),
    projects,
    rate: written.rate ?? common ?? rate.parse({}),
    ...(sentry && { sentry: accessOf(sentry, secret("sentry.token", sentry.token)) }),
  };
}

function accessOf({ organization, url, ownApplication }: NonNullable<Written["sentry"]>, token: string): SentryAccess {
  return { organization, url, token, ...(ownApplication !== undefined && { ownApplication }) };
}

const words =
  "sources rate name kind secrets projects sentry perMinute burst organization token url ownApplication".split(" ");

function told(issue: z.core.$ZodIssue): string {
  const where = issue.path.join(".") || "the file";
  if (issue.code !== "unrecognized_keys") return `${where}: ${issue.message}`;
  const keys = issue.keys.map((key) => {
    const near = key.length <= 60 ? closest(key, words) : undefined;
    return `there is no key ${key}${near ? `; did you mean ${near}?` : ""}`;
  });
  return `${where}: ${keys.join("; ")}`;
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
