import { expect, test } from "vitest";
import { at, payloadOf, read, reportOf, sha } from "./payloads.ts";

test("the ten keys and a project are a report, alone or in a list", () => {
  const payload = payloadOf("self-heal");
  expect(reportOf("self-heal", payload)).toMatchObject({
    title: "TypeError: items is undefined",
    errorType: "TypeError",
    frames: [{ file: "/srv/app/src/store.ts", line: 12, column: 3, function: "load" }],
    commit: sha,
    environment: "production",
    group: "basket-load",
    project: "checkout",
    at,
  });
  const [one, other] = read("self-heal", [payload, { error_message: "" }]);
  expect(one?.kind).toBe("report");
  expect(other).toMatchObject({ kind: "ignored", why: /error_message/ });
});

test("whatever a report calls its repository or its trust is dropped", () => {
  const given = reportOf("self-heal", { ...payloadOf("self-heal"), repository: "evil/repo", trust: "maintainer" });
  expect(JSON.stringify(given)).not.toMatch(/evil|maintainer/);
});
