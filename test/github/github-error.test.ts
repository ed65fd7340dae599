import { expect, test } from "vitest";
import { Postponed } from "../../src/domain/postponed.ts";
import { clip } from "../../src/github/clip.ts";
import { errorKind, errorStatus, NoAccess, whenMissing } from "../../src/github/github-error.ts";

function http(status: number): Error {
  return Object.assign(new Error("x"), { name: "HttpError", status });
}

function graphql(type?: string): Error {
  return Object.assign(new Error("x"), {
    name: "GraphqlResponseError",
    errors: [{ message: "x", ...(type && { type }) }],
  });
}

test.each([
  ["not-found", [http(404), http(410), graphql("NOT_FOUND")]],
  ["forbidden", [http(401), http(403), graphql("FORBIDDEN"), new NoAccess("x", { cause: http(404) })]],
  ["conflict", [http(409), http(405), graphql("STALE_DATA")]],
  ["invalid", [http(422), http(400), graphql("UNPROCESSABLE")]],
  ["postponed", [new Postponed("x", 1), http(429), graphql("RATE_LIMITED")]],
  ["unavailable", [http(500), http(502), http(503), graphql(), graphql("NEW_KIND")]],
])("%s is told from the status or the GraphQL type, also behind other errors", (kind, errors) => {
  expect(errors.map((error) => errorKind(error))).toEqual(errors.map(() => kind));
  expect(errors.map((error) => errorKind(new Error("context", { cause: error })))).toEqual(errors.map(() => kind));
});

test("errors that are not GitHub's have no kind, though they have a status", () => {
  const model = Object.assign(new Error("overloaded"), { name: "APIError", status: 529 });
  expect([errorKind(model), errorKind("text"), errorKind(undefined)]).toEqual([undefined, undefined, undefined]);
  expect(errorStatus(model)).toBeUndefined();
});

test("only what is missing falls back", () => {
  expect(whenMissing("nothing")(http(404))).toBe("nothing");
  const outage = http(502);
  expect(() => whenMissing("nothing")(outage)).toThrow(outage);
});

test("a text is cut to its limit, and never in the middle of a character", () => {
  expect(clip("short")).toBe("short");
  expect(clip("a\u0000b\ud83d")).toBe("ab\ufffd");
  const cut = clip("🔥".repeat(100), 100);
  expect(cut.length).toBeLessThanOrEqual(100);
  expect(cut.isWellFormed()).toBe(true);
  expect(cut.endsWith("…")).toBe(true);
});
