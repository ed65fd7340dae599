import { ProbotOctokit } from "probot";

/** Who we are on GitHub. `login` is the account that our comments and commits bear. */
export type AppIdentity = { id: number; slug: string; login: string };

/** A comment of ours, remembered so that bringing it up to date needs no search. `body` is a hash. */
export type KnownComment = { id: number; body: string };

/** What the clients of one App share. */
export type Self = {
  /** One request per process. */
  identity(): Promise<AppIdentity>;
  comments: { get(key: string): KnownComment | undefined; set(key: string, comment: KnownComment): void };
  /** `<repository id> <label>` of labels that the repository has. */
  knownLabels: Set<string>;
};

/** A client for GitHub's API with `rest`, `graphql` and `paginate`, that also knows which App it is. */
export type Octokit = InstanceType<typeof ProbotOctokit> & { self: Self };

type Options = NonNullable<ConstructorParameters<typeof ProbotOctokit>[0]>;

/**
 * Probot's Octokit without its throttling and retries: those sleep for up to an hour in memory, and are lost with the
 * process. The function form is needed: Probot 14 ignores `defaults({ throttle: { enabled: false } })`.
 */
export const PlainOctokit = ProbotOctokit.defaults((options: Options) => ({
  ...options,
  throttle: { enabled: false },
  retry: { enabled: false },
}));
