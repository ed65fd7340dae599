import { buildClientSchema, execute, GraphQLError, parse, validate } from "graphql";
import type { GraphQLSchema, IntrospectionQuery } from "graphql";
import type { Caller } from "./access.ts";
import { json, text } from "./json.ts";
import { mutations } from "./graphql-mutations.ts";
import { queries } from "./graphql-queries.ts";
import { ApiError } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { Json } from "./types.ts";
import type { World } from "./world.ts";

let opened: Promise<GraphQLSchema> | undefined;

/** GitHub's whole published schema, so that a query with a wrong field is refused as GitHub would. Read on first use: 100 MB. */
async function openSchema(): Promise<GraphQLSchema> {
  const { schema } = await import("@octokit/graphql-schema");
  // Its own type says "any JSON"; it is the answer to an introspection query.
  return buildClientSchema(schema.json as unknown as IntrospectionQuery);
}

export type GraphqlContext = { world: World; caller: Exclude<Caller, { kind: "none" | "app" }> };

/** GraphQL answers 200 even when it refuses; only a missing or bad token is an HTTP error. */
export async function answerGraphql(world: World, caller: Caller, body: unknown): Promise<Reply> {
  if (caller.kind === "none" || caller.kind === "app")
    throw new ApiError(401, "This endpoint requires you to be authenticated.");
  const { query, variables, operationName } = json(body);
  const schema = await (opened ??= openSchema());
  const document = parseQuery(world, text(query));
  const invalid = document instanceof GraphQLError ? [document] : validate(schema, document);
  if (document instanceof GraphQLError || invalid.length > 0) {
    world.violations.push({ kind: "graphql", what: text(query), errors: invalid.map(({ message }) => message) });
    return { status: 200, body: { errors: invalid.map(renderError) } };
  }
  const context: GraphqlContext = { world, caller };
  const run = async () =>
    execute({
      schema,
      document,
      rootValue: { ...queries, ...mutations },
      contextValue: context,
      variableValues: json(variables),
      ...(typeof operationName === "string" && { operationName }),
      fieldResolver: (source, args, context_, info) => {
        const value: unknown = json(source)[info.fieldName];
        if (value === undefined) throw unresolved(world, `${info.parentType.name}.${info.fieldName}`);
        return typeof value === "function" ? (value as Resolver)(args, context_ as GraphqlContext) : value;
      },
    });
  const result = await world.exclusively(run);
  return {
    status: 200,
    body: {
      ...result,
      ...(result.errors && { errors: result.errors.map((error) => noteBug(world, error)).map(renderError) }),
    },
  };
}

export type Resolver = (args: Json, context: GraphqlContext) => unknown;

function parseQuery(world: World, query: string) {
  try {
    return parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw new Error(`cannot parse a query sent to ${world.url}`, { cause: error });
  }
}

function unresolved(world: World, field: string): GraphQLError {
  const message = `the stand-in does not know ${field}`;
  world.violations.push({ kind: "graphql", what: field, errors: [message] });
  return new GraphQLError(message);
}

/** A refusal is GitHub's way to answer; anything else is a mistake of the stand-in. */
function noteBug(world: World, error: GraphQLError): GraphQLError {
  const { originalError } = error;
  if (originalError && !(originalError instanceof ApiError) && !(originalError instanceof GraphQLError)) {
    world.violations.push({ kind: "graphql", what: String(error.path), errors: [String(originalError.stack)] });
  }
  return error;
}

function renderError({ message, path, locations, extensions, originalError }: GraphQLError): Json {
  const type = extensions["type"];
  const refusal = originalError instanceof ApiError ? apiErrorType(originalError) : undefined;
  const known = typeof type === "string" ? type : refusal;
  return { ...(known && { type: known }), ...(path && { path }), ...(locations && { locations }), message };
}

function apiErrorType({ status }: ApiError): string {
  const types: Record<number, string> = { 401: "FORBIDDEN", 403: "FORBIDDEN", 404: "NOT_FOUND" };
  return types[status] ?? "UNPROCESSABLE";
}
