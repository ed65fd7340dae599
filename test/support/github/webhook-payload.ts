import { createRequire } from "node:module";
import { isJson, json, list, merge, text } from "./json.ts";
import type { Json } from "./types.ts";

type Example = { name: string; examples: Json[] };
let examples: Example[] | undefined;

/** The example GitHub publishes for `issues.labeled`, `push`, …; `{}` when there is none. */
export function publishedExample(name: string): Json {
  // A JSON file of 3 MB: read on first use only.
  examples ??= createRequire(import.meta.url)("@octokit/webhooks-examples/api.github.com/index.json") as Example[];
  const [event = "", action] = name.split(".");
  const ofEvent = examples.find((example) => example.name === event)?.examples ?? [];
  const fitting = ofEvent.filter((example) => action === undefined || example["action"] === action);
  // Of several, the fullest: most of what a handler may read is there.
  return structuredClone(fitting.toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0] ?? {});
}

/**
 * The published example's objects with the state laid over them. Its own top-level parts that the state does not have
 * (an organization, an assignee) go; its addresses are rewritten to the repository's.
 */
export function patchExample(name: string, parts: Json): Json {
  const example = relocated(publishedExample(name), parts);
  return Object.fromEntries(
    Object.entries(parts).map(([key, part]) => [
      key,
      // What changed is told by the state alone.
      isJson(part) && key !== "changes" ? merge(sameKind(example[key]), part) : part,
    ]),
  );
}

const sameKind = (value: unknown): Json => (isJson(value) ? value : {});

function relocated(example: Json, parts: Json): Json {
  const from = text(json(example["repository"])["full_name"]);
  const to = text(json(parts["repository"])["full_name"]);
  if (from === "" || to === "") return example;
  return json(JSON.parse(JSON.stringify(example).replaceAll(from, to)));
}

/** Fields that GitHub's schemas require and the published examples, which are older, do not have yet. */
export function modernize(value: unknown): unknown {
  if (Array.isArray(value)) return list(value).map(modernize);
  if (!isJson(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, modernize(part)]));
  for (const key of "app_id" in inner ? ["created_at", "updated_at"] : []) {
    // Seconds in the old examples of installations.
    if (typeof inner[key] === "number") inner[key] = new Date(inner[key] * 1000).toISOString();
  }
  for (const [marks, fields] of newerFields) {
    if (marks.every((mark) => mark in inner)) return { ...fields, ...inner };
  }
  return inner;
}

const newerFields: [marks: string[], fields: Json][] = [
  [
    ["full_name", "stargazers_count"],
    {
      disabled: false,
      has_discussions: false,
      allow_forking: true,
      is_template: false,
      web_commit_signoff_required: false,
      topics: [],
      visibility: "public",
      forks: 0,
      open_issues: 0,
      watchers: 0,
    },
  ],
  [["app_id", "target_type"], { app_slug: "self-heal" }],
  [["allow_force_pushes_enforcement_level"], { lock_branch_enforcement_level: "off" }],
  [["verified", "signature"], { verified_at: null }],
  [["run_number", "workflow_id"], { path: ".github/workflows/test.yml", display_title: "A change" }],
];
