/**
 * Makes test/fixtures/openapi/{rest,webhooks}.json out of GitHub's published descriptions:
 *
 *   node test/support/github/slim.ts <rest.json> <webhooks.json>
 *
 * where <rest.json> is generated/api.github.com.json of the npm package @octokit/openapi@23.0.2 and <webhooks.json>
 * the same file of @octokit/openapi-webhooks@12.1.0 (both MIT). They are too large to install for every test run.
 * Kept are the operations and events listed in operations.ts with everything they refer to. Texts and examples go,
 * and OpenAPI 3.0's `nullable` becomes JSON Schema, because ajv refuses the places where it stands without a `type`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { events, operations } from "./operations.ts";

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);
const node = (value: unknown): Node => (isNode(value) ? value : {});

const texts = [
  "description",
  "example",
  "examples",
  "summary",
  "externalDocs",
  "title",
  "tags",
  "deprecated",
  "default",
];
/** Keys whose value maps names to schemas: a property may well be called "title" or "nullable". */
const maps = new Set(["properties", "patternProperties", "schemas"]);

export function toJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (!isNode(schema)) return schema;
  const { nullable, ...rest } = schema;
  const entries = Object.entries(rest)
    .filter(([key]) => !texts.includes(key) && !key.startsWith("x-"))
    .map(([key, value]): [string, unknown] => {
      if (key === "enum" || key === "required" || key === "const") return [key, value];
      return [key, maps.has(key) ? mapValues(value, toJsonSchema) : toJsonSchema(value)];
    });
  const converted = withoutEventNames(Object.fromEntries(entries));
  return nullable === true ? orNull(converted) : converted;
}

/** The webhooks' list of what an App may subscribe to ends before `merge_group` and what came after it. */
function withoutEventNames(schema: Node): Node {
  const { enum: names, ...rest } = schema;
  return Array.isArray(names) && names.includes("check_run") && names.includes("push") ? rest : schema;
}

function orNull(schema: Node): Node {
  const plain =
    typeof schema["type"] === "string" && !["enum", "$ref", "allOf", "anyOf", "oneOf"].some((key) => key in schema);
  if (plain) return { ...schema, type: [schema["type"], "null"] };
  return { anyOf: [schema, { type: "null" }] };
}

function mapValues(value: unknown, change: (value: unknown) => unknown): Node {
  return Object.fromEntries(Object.entries(node(value)).map(([key, inner]) => [key, change(inner)]));
}

const jsonContent = (value: unknown): unknown => node(node(node(value)["content"])["application/json"])["schema"];

/** The components a document refers to, and those they refer to. */
function reachable(document: unknown, components: Node): Node {
  const kept: Record<string, Node> = {};
  const waiting: unknown[] = [document];
  while (waiting.length > 0) {
    for (const [, section = "", name = ""] of JSON.stringify(waiting.pop()).matchAll(
      /"#\/components\/(\w+)\/([^"]+)"/g,
    )) {
      if (kept[section]?.[name] !== undefined) continue;
      const component = slimComponent(section, node(components[section])[name]);
      (kept[section] ??= {})[name] = component;
      waiting.push(component);
    }
  }
  return kept;
}

function slimComponent(section: string, component: unknown): unknown {
  if (section === "responses") return slimResponse(component);
  if (section === "parameters") return slimParameter(component);
  return toJsonSchema(component);
}

function slimParameter(parameter: unknown): unknown {
  const { name, in: place, required, schema, $ref } = node(parameter);
  if ($ref !== undefined) return { $ref };
  return { name, in: place, ...(required === true && { required }), schema: toJsonSchema(schema) };
}

function slimResponse(response: unknown): unknown {
  if (node(response)["$ref"] !== undefined) return response;
  const schema = jsonContent(response);
  return schema === undefined ? {} : { schema: toJsonSchema(schema) };
}

/** Where the description is wrong: an account would have to be a user and an enterprise at once. */
const corrections: Record<string, Node> = {
  "apps/list-installations": {
    "200": { schema: { type: "array", items: { $ref: "#/components/schemas/installation" } } },
  },
};

function slimOperation(operation: Node): Node {
  const body = jsonContent(operation["requestBody"]);
  const parameters = operation["parameters"];
  return {
    operationId: operation["operationId"],
    ...(Array.isArray(parameters) && { parameters: parameters.map(slimParameter) }),
    ...(body !== undefined && {
      body: toJsonSchema(body),
      bodyRequired: node(operation["requestBody"])["required"] === true,
    }),
    responses: { ...mapValues(operation["responses"], slimResponse), ...corrections[String(operation["operationId"])] },
  };
}

function slimRest(full: Node): Node {
  const paths: Record<string, Node> = {};
  const missing = new Set<string>(operations);
  for (const [path, methods] of Object.entries(node(full["paths"]))) {
    for (const [method, operation] of Object.entries(node(methods))) {
      const id = String(node(operation)["operationId"]);
      if (missing.delete(id)) (paths[path] ??= {})[method] = slimOperation(node(operation));
    }
  }
  if (missing.size > 0) throw new Error(`not in the description: ${[...missing].join(", ")}`);
  return { paths, components: reachable(paths, node(full["components"])) };
}

function slimWebhooks(full: Node): Node {
  const names = Object.keys(node(full["webhooks"])).filter((name) =>
    events.some((event) => name === event || name.startsWith(`${event}-`)),
  );
  const webhooks = Object.fromEntries(
    names.map((name) => {
      const { post } = node(node(full["webhooks"])[name]);
      return [name, toJsonSchema(jsonContent(node(post)["requestBody"]))];
    }),
  );
  return shareRepeated({ webhooks, components: reachable(webhooks, node(full["components"])) });
}

/** GitHub's webhook file repeats whole schemas (a user, a repository) inline; each is kept once. */
function shareRepeated(document: Node): Node {
  const counts = new Map<string, number>();
  const isSchema = (value: Node): boolean => /^(string|object)$/.test(typeof value["type"]) && !isNode(value["type"]);
  const count = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(count);
    if (!isNode(value)) return;
    const text = JSON.stringify(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    if (counts.get(text) === 1) Object.values(value).forEach(count);
  };
  count(document);
  const shared: Node = {};
  const names = new Map<string, string>();
  const share = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(share);
    if (!isNode(value)) return value;
    const text = JSON.stringify(value);
    if (text.length < 150 || (counts.get(text) ?? 0) < 2 || !isSchema(value)) return mapValues(value, share);
    const name = names.get(text) ?? `shared-${names.size + 1}`;
    if (!names.has(text)) {
      names.set(text, name);
      shared[name] = mapValues(value, share);
    }
    return { $ref: `#/components/schemas/${name}` };
  };
  const { components, ...rest } = node(share(document));
  return { ...rest, components: { schemas: { ...node(node(components)["schemas"]), ...shared } } };
}

function convert(from: string, to: string, slim: (full: Node) => Node): void {
  const text = JSON.stringify(slim(node(JSON.parse(readFileSync(from, "utf8")))));
  writeFileSync(new URL(`../../fixtures/openapi/${to}`, import.meta.url), `${text}\n`);
  process.stdout.write(`${to}: ${text.length} bytes\n`);
}

if (import.meta.main) {
  const [, , rest, webhooks] = argv;
  if (rest === undefined || webhooks === undefined) throw new Error("usage: slim.ts <rest.json> <webhooks.json>");
  convert(rest, "rest.json", slimRest);
  convert(webhooks, "webhooks.json", slimWebhooks);
}
