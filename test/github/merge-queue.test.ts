import { afterEach, expect, test } from "vitest";
import type { Fact } from "../../src/domain/fact.ts";
import { CommitSha } from "../../src/domain/repository.ts";
import { readMergeGroup } from "../../src/github/merge-queue.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

let stage: Stage;
afterEach(() => stage.close());

async function propose(count: number): Promise<number[]> {
  const numbers: number[] = [];
  for (let n = 0; n < count; n += 1) {
    await stage.ada.push("acme/shop", { [`src/${n}.js`]: "1;\n" }, `fix-${n}`);
    const pull = await stage.ada.openPull("acme/shop", { head: `fix-${n}`, base: "main", title: `Fix ${n}` });
    numbers.push(pull.number);
  }
  return numbers;
}

const read = async (head: string, ref: string): Promise<Fact<number[]>> => {
  const octokit = await stage.clients.for(stage.repo, "govern");
  return readMergeGroup(octokit, stage.repo, { head: CommitSha.parse(head), ref });
};

const refOf = (number: number | undefined, base = "main"): string =>
  `refs/heads/gh-readonly-queue/${base}/pr-${number}-${"0".repeat(40)}`;

test("names every pull request of a group, though its ref names one", async () => {
  stage = await openStage();
  const numbers = await propose(3);
  const head = await stage.github.enqueue("acme/shop", numbers);
  expect(await read(head, refOf(numbers[2]))).toEqual(numbers);
});

test("names those that wait before the group, too: its head has their commits", async () => {
  stage = await openStage();
  const [first = 0, second = 0, third = 0] = await propose(3);
  const one = await stage.github.enqueue("acme/shop", [first]);
  const two = await stage.github.enqueue("acme/shop", [second]);
  await stage.github.enqueue("acme/shop", [third]);
  expect(await read(one, refOf(first))).toEqual([first]);
  expect(await read(two, refOf(second))).toEqual([first, second]);
});

test("is unknown for a group that is not queued, a name that is none, and a pull request that is not in it", async () => {
  stage = await openStage();
  const [number = 0] = await propose(1);
  const head = await stage.github.enqueue("acme/shop", [number]);
  expect(await read("f".repeat(40), refOf(number))).toMatchObject({ unknown: expect.stringContaining("no entry") });
  expect(await read(head, "refs/heads/main")).toMatchObject({ unknown: expect.stringContaining("no name") });
  expect(await read(head, refOf(99))).toMatchObject({ unknown: expect.stringContaining("does not show all") });
  expect(await read(head, refOf(number, "other"))).toMatchObject({ unknown: expect.stringContaining("no entry") });
});

test("is unknown without the permission, which it names", async () => {
  stage = await openStage();
  const [number = 0] = await propose(1);
  const head = await stage.github.enqueue("acme/shop", [number]);
  const { merge_queues: _, ...less } = (await stage.clients.granted(stage.repo.installation)) as Record<string, "read">;
  stage.github.grant(stage.repo.installation, less);
  stage.clients.forget(stage.repo.installation);
  expect(await read(head, refOf(number))).toMatchObject({ unknown: expect.stringContaining("Merge queues: read") });
});
