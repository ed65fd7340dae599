import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Probot, ProbotOctokit } from "probot";
import { afterEach } from "vitest";
import { startGitHub } from "./start-github.ts";
import type { FakeGitHub, GitHubOptions, RepositoryOptions } from "./types.ts";

/** No waiting: the object form of these options is ignored by Probot 14. */
const Octokit = ProbotOctokit.defaults((options: object & { throttle?: object; retry?: object }) => ({
  ...options,
  throttle: { ...options.throttle, enabled: false },
  retry: { ...options.retry, enabled: false },
}));

const opened: FakeGitHub[] = [];
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const github of opened.splice(0)) await github.close();
  for (const close of closers.splice(0)) await close();
});

/** A GitHub with `acme/shop`, the users alice (write), bob (write) and mallory (nothing), and the App installed. */
export async function stage(options: GitHubOptions = {}, repository: Partial<RepositoryOptions> = {}) {
  const github = await startGitHub(options);
  opened.push(github);
  for (const login of ["alice", "bob", "mallory"]) github.addUser(login);
  const shop = await github.addRepository({
    owner: "acme",
    name: "shop",
    files: { "src/sum.js": "one\ntwo\nthree\n", "run.sh*": "#!/bin/sh\n" },
    collaborators: { alice: "write", bob: "write" },
    ...repository,
  });
  const installation = await github.install("acme/shop");
  const probot = probotFor(github);
  const octokit = await probot.auth(installation.id);
  return {
    github,
    shop,
    installation,
    probot,
    octokit,
    alice: github.asUser("alice"),
    bob: github.asUser("bob"),
    at: { owner: "acme", repo: "shop" },
  };
}

export function probotFor(github: FakeGitHub, baseUrl = github.url): Probot {
  const { id, privateKey, webhookSecret } = github.app;
  return new Probot({ appId: id, privateKey, secret: webhookSecret, baseUrl, Octokit, logLevel: "fatal" });
}

export type Received = { headers: Record<string, string>; body: string };

/** Somebody who gets the webhooks, and answers with what `answer` says. */
export async function receiver(answer: () => number = () => 202) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString() });
      response.writeHead(answer()).end("ok");
    });
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((settle) => server.close(settle));
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** The status of a call that is expected to be refused. */
export async function statusOf(call: Promise<unknown>): Promise<number> {
  try {
    await call;
    return 200;
  } catch (error) {
    return (error as { status?: number }).status ?? 0;
  }
}
