import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { isJson, json, list, text } from "./json.ts";
import type { Json } from "./types.ts";

type Operation = {
  id: string;
  method: string;
  path: string;
  parameters: { name: string; in: string; required?: boolean; schema: Json }[];
  body?: Json;
  bodyRequired?: boolean;
  responses: Record<string, Json>;
};
export type Match = { operation: Operation; params: Record<string, string> };

/** A JSON Schema compiler over one of the slim descriptions. Compiles on first use: all of it takes seconds. */
function openSchemas(file: string) {
  const description = json(
    JSON.parse(readFileSync(new URL(`../../fixtures/openapi/${file}`, import.meta.url), "utf8")),
  );
  // Logins such as `self-heal[bot]` stand unescaped in GitHub's own URLs and email addresses: no format allows that.
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    logger: false,
    formats: { uri: true, "uri-template": true, email: true },
  });
  formats.default(ajv, ["date-time", "date", "uuid", "int64", "int32"]);
  ajv.addSchema({ $id: "github", components: description["components"] });
  const compiled = new Map<string, ValidateFunction>();
  const check = (key: string, schema: () => unknown, value: unknown): string[] => {
    let validate = compiled.get(key);
    if (!validate) {
      const absolute = JSON.stringify(schema()).replaceAll('"#/components/', '"github#/components/');
      validate = ajv.compile(json(JSON.parse(absolute)));
      compiled.set(key, validate);
    }
    return validate(value) ? [] : explain(validate.errors ?? []);
  };
  return { description, check };
}

function explain(errors: ErrorObject[]): string[] {
  const extra = ({ params }: ErrorObject) =>
    "additionalProperty" in params ? `: ${text(params["additionalProperty"])}` : "";
  return [...new Set(errors.map((error) => `${error.instancePath || "/"} ${error.message}${extra(error)}`))].slice(
    0,
    20,
  );
}

let rest: ReturnType<typeof openRest> | undefined;
let webhooks: ReturnType<typeof openSchemas> | undefined;

/** GitHub's REST description: finds the operation of a request and checks requests and responses. */
export function restSpecification() {
  return (rest ??= openRest());
}

function openRest() {
  const schemas = openSchemas("rest.json");
  const operations = readOperations(schemas.description);
  const routes = operations.map((operation) => ({ operation, pattern: toPattern(operation.path) }));
  return {
    operations,
    match(method: string, path: string): Match | undefined {
      for (const { operation, pattern } of routes) {
        const found = operation.method === method ? pattern.exec(path) : null;
        if (found) return { operation, params: { ...found.groups } };
      }
      return undefined;
    },
    checkRequest(match: Match, query: Record<string, string>, body: unknown): string[] {
      const { operation } = match;
      return [...checkParameters(match, query, schemas.check), ...checkBody(operation, body, schemas.check)];
    },
    /** Answers of 400 and above that GitHub does not describe are accepted; others are not. */
    checkResponse(operation: Operation, status: number, body: unknown): string[] {
      const response = resolve(schemas.description, operation.responses[String(status)]);
      if (!response) return status >= 400 ? [] : [`status ${status} is not described`];
      if (!("schema" in response)) return [];
      return schemas.check(`${operation.id} ${status}`, () => response["schema"], body);
    },
  };
}

type Check = ReturnType<typeof openSchemas>["check"];

function readOperations(description: Json): Operation[] {
  const found: Operation[] = [];
  for (const [path, methods] of Object.entries(json(description["paths"]))) {
    for (const [method, operation] of Object.entries(json(methods))) {
      const { operationId, parameters, body, bodyRequired, responses } = json(operation);
      found.push({
        id: text(operationId),
        method: method.toUpperCase(),
        path,
        parameters: list(parameters).map((parameter) =>
          resolve(description, json(parameter)),
        ) as Operation["parameters"],
        ...(isJson(body) && { body }),
        bodyRequired: bodyRequired === true,
        responses: json(responses) as Record<string, Json>,
      });
    }
  }
  // More fixed text first: /issues/comments/{id} before /issues/{number}/….
  return found.toSorted((a, b) => fixedText(b.path) - fixedText(a.path));
}

const fixedText = (path: string) => path.replaceAll(/\{\w+\}/g, "").length;

function resolve(description: Json, value: Json | undefined): Json | undefined {
  const [, section, name] = /^#\/components\/(\w+)\/(.+)$/.exec(text(value?.["$ref"])) ?? [];
  return section && name ? json(json(json(description["components"])[section])[name]) : value;
}

/** A branch, a ref and a path contain slashes. */
function toPattern(path: string): RegExp {
  const source = path.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    return `(?<${name}>${/^(path|ref|basehead|branch)$/.test(name) ? ".+" : "[^/]+"})`;
  });
  return new RegExp(`^${source}$`);
}

function checkParameters({ operation, params }: Match, query: Record<string, string>, check: Check): string[] {
  const errors: string[] = [];
  for (const { name, in: place, required, schema } of operation.parameters) {
    const raw = place === "path" ? params[name] : query[name];
    if (place === "header") continue;
    if (raw === undefined) {
      if (required) errors.push(`${place} parameter ${name} is missing`);
      continue;
    }
    const problems = check(`${operation.id} ${place} ${name}`, () => schema, coerce(raw, schema));
    errors.push(...problems.map((problem) => `${place} parameter ${name}: ${problem}`));
  }
  const known = new Set(operation.parameters.map(({ name }) => name));
  const unknown = Object.keys(query).filter((name) => !known.has(name));
  return [...errors, ...unknown.map((name) => `query parameter ${name} is unknown`)];
}

function coerce(raw: string, schema: Json): unknown {
  const wanted = JSON.stringify(schema);
  if (/"(integer|number)"/.test(wanted) && /^\d+$/.test(raw)) return Number(raw);
  if (/"boolean"/.test(wanted) && /^(true|false)$/.test(raw)) return raw === "true";
  return raw;
}

function checkBody(operation: Operation, body: unknown, check: Check): string[] {
  const { body: schema } = operation;
  if (!schema)
    return body === undefined || Object.keys(json(body)).length === 0 ? [] : ["this operation takes no body"];
  if (body === undefined) return operation.bodyRequired ? ["the body is missing"] : [];
  const known = propertiesOf(schema);
  const unknown = Object.keys(json(body)).filter((name) => known.size > 0 && !known.has(name));
  return [
    ...check(`${operation.id} body`, () => schema, body),
    ...unknown.map((name) => `body property ${name} is unknown`),
  ];
}

function propertiesOf(schema: unknown): Set<string> {
  const { properties, allOf, anyOf, oneOf } = json(schema);
  const inner = [...list(allOf), ...list(anyOf), ...list(oneOf)].flatMap((part) => [...propertiesOf(part)]);
  return new Set([...Object.keys(json(properties)), ...inner]);
}

/** Why GitHub would not have sent this payload; `undefined` when it publishes no schema for the event. */
export function checkPayload(event: string, payload: Json): string[] | undefined {
  webhooks ??= openSchemas("webhooks.json");
  const { description, check } = webhooks;
  const action = event === "repository_dispatch" ? "sample.collected" : payload["action"];
  const name = [event, ...(typeof action === "string" ? [action] : [])]
    .map((part) => part.replaceAll("_", "-"))
    .join("-");
  const schema = json(description["webhooks"])[name];
  if (!schema) return undefined;
  // Its schema is published for one sample event_type only.
  return check(name, () => schema, event === "repository_dispatch" ? { ...payload, action } : payload);
}
