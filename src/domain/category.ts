/** What kind of failure a log, an artifact or a report speaks of. A closed list: the API and metrics use these names. */
export const categories = {
  compile: { title: "the code does not compile", code: "yes" },
  type: { title: "the types do not fit", code: "yes" },
  lint: { title: "a linter or formatter complains", code: "yes" },
  // One log cannot tell a flaky test from a broken one: a test counts as deterministic until a second run passes.
  "test-deterministic": { title: "a test fails", code: "yes" },
  flaky: { title: "a test fails now and then", code: "no" },
  dependency: { title: "a dependency is missing or cannot be resolved", code: "yes" },
  "config-env": { title: "a setting, variable or tool is missing", code: "review" },
  migration: { title: "a database migration fails", code: "review" },
  "runtime-code": { title: "the program fails while it runs", code: "yes" },
  "network-external": { title: "the network or another service failed", code: "no" },
  "infra-runner": { title: "the machine that ran the job failed", code: "no" },
  timeout: { title: "it took too long", code: "review" },
  oom: { title: "the memory was used up", code: "review" },
  "auth-permission": { title: "a credential or permission is missing", code: "no" },
  cancelled: { title: "somebody or something cancelled the run", code: "no" },
  unknown: { title: "the cause is not known", code: "review" },
} as const satisfies Record<string, { title: string; code: Fixable }>;

/** Whether a change of code can help: `review` says that a person should look at the fix with care, or decide first. */
type Fixable = "yes" | "review" | "no";

export type Category = keyof typeof categories;
