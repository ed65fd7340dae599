import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { git } from "./bare-git.ts";
import { askApp, checkOf } from "./check-buttons.ts";
import { isJson, json, text } from "./json.ts";
import { noReply } from "./render-git.ts";
import type { Json, UserClient } from "./types.ts";
import type { Account, World } from "./world.ts";

/** A REST call was answered with 400 or more. */
class RequestFailed extends Error {
  readonly status: number;
  readonly body: Json;
  constructor(route: string, status: number, body: Json) {
    super(`${route} was answered with ${status}: ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

/** What a person does on GitHub, through the same API and the same git as everybody. */
export function createUserClient(world: World, user: Account): UserClient {
  const { login, token } = user;
  const request = async (route: string, body?: Json): Promise<Json> => {
    const [method = "GET", path = "/"] = route.split(" ");
    const headers = {
      authorization: `token ${token}`,
      "user-agent": login,
      accept: "application/vnd.github+json",
      ...(body && { "content-type": "application/json" }),
    };
    const response = await fetch(`${world.url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer: unknown = response.status === 204 ? {} : await response.json();
    if (response.status >= 400) throw new RequestFailed(route, response.status, json(answer));
    return isJson(answer) ? answer : { items: answer };
  };
  const issue = (repository: string, number: number) => `/repos/${repository}/issues/${number}`;
  return {
    login,
    token,
    request,
    openIssue: async (repository, fields) => numbered(await request(`POST /repos/${repository}/issues`, fields)),
    editIssue: (repository, number, changes) => request(`PATCH ${issue(repository, number)}`, changes),
    addLabel: async (repository, number, label) =>
      void (await request(`POST ${issue(repository, number)}/labels`, { labels: [label] })),
    removeLabel: async (repository, number, label) =>
      void (await request(`DELETE ${issue(repository, number)}/labels/${encodeURIComponent(label)}`)),
    comment: async (repository, number, body) =>
      identified(await request(`POST ${issue(repository, number)}/comments`, { body })),
    openPull: async (repository, fields) => numbered(await request(`POST /repos/${repository}/pulls`, fields)),
    review: async (repository, number, { event, body = "", commitId }) =>
      identified(
        await request(`POST ${pull(repository, number)}/reviews`, {
          event,
          ...(body !== "" && { body }),
          ...(commitId && { commit_id: commitId }),
        }),
      ),
    reviewComment: async (repository, number, comment) => {
      const { head } = await request(`GET ${pull(repository, number)}`);
      return identified(
        await request(`POST ${pull(repository, number)}/comments`, {
          ...comment,
          side: "RIGHT",
          commit_id: text(json(head)["sha"]),
        }),
      );
    },
    dismissReview: async (repository, number, reviewId, message) =>
      void (await request(`PUT ${pull(repository, number)}/reviews/${reviewId}/dismissals`, { message })),
    push: (repository, files, branch, commit) => {
      const { message, ...people } = typeof commit === "string" ? { message: commit } : (commit ?? {});
      return pushFiles(world, user, { repository, files, branch, message, ...people });
    },
    forcePush: async (repository, branch, sha) =>
      void (await request(`PATCH /repos/${repository}/git/refs/heads/${branch}`, { sha, force: true })),
    merge: async (repository, number, { sha, method } = {}) => {
      const answer = await request(`PUT ${pull(repository, number)}/merge`, {
        ...(sha && { sha }),
        ...(method && { merge_method: method }),
      });
      return { sha: text(answer["sha"]) };
    },
    ...pullActions(request),
    pressButton: async (repository, id, identifier) =>
      askApp(checkOf(world, user, repository, id), "requested_action", identifier),
    rerequest: async (repository, id) => askApp(checkOf(world, user, repository, id), "rerequested"),
    closeIssue: async (repository, number) =>
      void (await request(`PATCH ${issue(repository, number)}`, { state: "closed" })),
    dispatch: async (repository, eventType, clientPayload) =>
      void (await request(`POST /repos/${repository}/dispatches`, {
        event_type: eventType,
        ...(clientPayload && { client_payload: clientPayload }),
      })),
  };
}

const pull = (repository: string, number: number) => `/repos/${repository}/pulls/${number}`;

/** Only GraphQL knows drafts. */
function pullActions(request: UserClient["request"]) {
  const change = async (repository: string, number: number, changes: Json) =>
    void (await request(`PATCH ${pull(repository, number)}`, changes));
  const setDraft = async (repository: string, number: number, mutation: string) => {
    const { node_id: id } = await request(`GET ${pull(repository, number)}`);
    const query = `mutation($id: ID!) { ${mutation}(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`;
    const { errors } = await request("POST /graphql", { query, variables: { id } });
    if (errors !== undefined) throw new Error(`${mutation} was refused: ${JSON.stringify(errors)}`);
  };
  return {
    closePull: async (repository: string, number: number) => change(repository, number, { state: "closed" }),
    reopenPull: async (repository: string, number: number) => change(repository, number, { state: "open" }),
    retarget: async (repository: string, number: number, base: string) => change(repository, number, { base }),
    convertToDraft: async (repository: string, number: number) =>
      setDraft(repository, number, "convertPullRequestToDraft"),
    readyForReview: async (repository: string, number: number) =>
      setDraft(repository, number, "markPullRequestReadyForReview"),
  };
}

const numbered = (answer: Json) => ({ number: Number(answer["number"]) });
const identified = (answer: Json) => ({ id: Number(answer["id"]) });

type Push = {
  repository: string;
  files: Record<string, string | null>;
  branch: string | undefined;
  message: string | undefined;
  author?: { name: string; email: string };
  committer?: { name: string; email: string };
};

async function pushFiles(world: World, user: Account, push: Push): Promise<string> {
  const { repository, files, branch, message } = push;
  const self = { name: user.name, email: noReply(user) };
  const people = { AUTHOR: push.author ?? self, COMMITTER: push.committer ?? self };
  const directory = await mkdtemp(join(tmpdir(), "stand-in-push-"));
  const credentials = Buffer.from(`${user.login}:${user.token}`).toString("base64");
  // In the environment, so that the token is in no file and no argument list.
  const date = `${Math.floor(world.now().getTime() / 1000)} +0000`;
  const env = {
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: `http.${world.url}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
    GIT_CONFIG_KEY_1: "maintenance.auto",
    GIT_CONFIG_VALUE_1: "false",
    ...Object.fromEntries(
      Object.entries(people).flatMap(([role, person]) => [
        [`GIT_${role}_NAME`, person.name],
        [`GIT_${role}_EMAIL`, person.email],
        [`GIT_${role}_DATE`, date],
      ]),
    ),
  };
  const run = async (...args: string[]) => (await git(["-C", directory, ...args], { env })).toString().trim();
  try {
    await run("clone", "--quiet", `${world.url}/${repository}.git`, ".");
    const target = branch ?? (await run("symbolic-ref", "--short", "HEAD"));
    const remotes = (await run("branch", "--remotes", "--format=%(refname:short)")).split("\n");
    await run(
      "checkout",
      "--quiet",
      "-B",
      target,
      ...(remotes.includes(`origin/${target}`) ? [`origin/${target}`] : []),
    );
    await writeFiles(directory, files);
    await run("add", "--all");
    await run("commit", "--quiet", "--allow-empty", "-m", message ?? `change ${Object.keys(files).join(", ")}`);
    await run("push", "--quiet", "origin", `HEAD:refs/heads/${target}`);
    return await run("rev-parse", "HEAD");
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A path that ends in `*` is an executable file; `null` removes one. */
export async function writeFiles(directory: string, files: Record<string, string | null>): Promise<void> {
  for (const [key, content] of Object.entries(files)) {
    const file = join(directory, key.replace(/\*$/, ""));
    if (content === null) {
      await rm(file);
      continue;
    }
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    if (key.endsWith("*")) await chmod(file, 0o755);
  }
}
