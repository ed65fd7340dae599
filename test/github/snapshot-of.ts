import { expect } from "vitest";
import { Policy } from "../../src/domain/policy.ts";
import { TreeSha } from "../../src/domain/repository.ts";
import { Snapshot } from "../../src/domain/snapshot.ts";
import type { Remembered } from "../../src/github/pull-origin.ts";
import { readBase, readSnapshot } from "../../src/github/pull-snapshot.ts";
import { fakeClients, repository } from "./fake-fetch.ts";
import type { FakeClients } from "./fake-fetch.ts";
import { answering, fakePull, provenTree } from "./fake-pull.ts";
import type { FakePull } from "./fake-pull.ts";

export const remembered: Remembered = {
  incident: "abcd1234",
  requesters: [{ login: "mona", type: "User" }],
  pushers: [],
  base: "main",
  verdict: "proven",
  onHold: null,
  provenTree: TreeSha.parse(provenTree),
};

type Setting = { fake?: FakePull; policy?: object; remembered?: Remembered | undefined; github?: FakeClients };

export async function snapshotOf(setting: Setting = {}): Promise<Snapshot> {
  const github = setting.github ?? fakeClients(answering(setting.fake ?? fakePull()));
  const octokit = await github.clients.for(repository, "govern");
  const granted = await github.clients.granted(repository.installation);
  const snapshot = await readSnapshot(octokit, repository, {
    number: 1,
    remembered: "remembered" in setting ? setting.remembered : remembered,
    policy: Policy.parse(setting.policy ?? {}),
    policyState: { state: "valid", note: "" },
    readBase: async (branch) => readBase(octokit, repository, { branch, granted }),
    granted,
    now: () => github.clock.now,
  });
  return Snapshot.parse(snapshot);
}

export const sha = (digit: string): string => digit.repeat(40);
/** A fact that could not be read, for a reason with this text in it. */
export const unknownFor = (text: string): object => ({ unknown: expect.stringContaining(text) });
