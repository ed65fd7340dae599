import { expect, test } from "vitest";
import type { ClaimedTask, Store } from "../../src/database/store.ts";
import type { Task } from "../../src/domain/task.ts";
import { keep, repositoryNumber, standingOf } from "./standings.ts";

export function tasksContract(store: () => Store, reopen: () => Promise<void>): void {
  const [one, two] = [repositoryNumber(1), repositoryNumber(2)];
  const gate = (number: number, repository = one): Task => ({ kind: "gate", repository, number });
  const protection = (by: string): Task => ({ kind: "protection", repository: one, by });
  const want = (task: Task, dueAt: number) => store().transaction((tx) => tx.want(task, dueAt));
  const claim = (now = 1000) => store().claimTask({ now, leaseMs: 1000, owner: "me" });
  const claimed = async (now?: number): Promise<ClaimedTask> => {
    const task = await claim(now);
    if (!task) throw new Error("nothing was claimed");
    return task;
  };
  const finish = ({ id, attempt }: ClaimedTask) => store().transaction((tx) => tx.finishTask(id, attempt));

  test("leases the oldest due task, each key once", async () => {
    await want(gate(1), 300);
    await want(gate(2), 200);
    expect(await claim(199)).toBeUndefined();
    expect(await claim(1000)).toMatchObject({ task: gate(2), attempt: 1, tries: 1 });
    expect(await claim(1000)).toMatchObject({ task: gate(1) });
    expect(await claim(1000)).toBeUndefined();
    expect(await store().tasks()).toEqual({ waiting: 0, leased: 2, broken: 0 });
  });

  test("a waiting task keeps the earlier time and takes the newer body", async () => {
    await expect(want(protection("ada"), 500)).resolves.toBe(true);
    await expect(want(protection("bob"), 900)).resolves.toBe(false);
    expect(await store().nextDue()).toBe(500);
    await want(protection("eve"), 300);
    expect(await store().nextDue()).toBe(300);
    expect((await claim(300))?.task).toEqual(protection("eve"));
    expect(await store().tasks()).toEqual({ waiting: 0, leased: 1, broken: 0 });
  });

  test("a task that is wanted while it runs runs once more, with the newest body", async () => {
    await want(protection("ada"), 100);
    const first = await claimed(1000);
    await expect(want(protection("bob"), 1500)).resolves.toBe(true);
    await expect(want(protection("eve"), 1200)).resolves.toBe(false);
    expect(await claim(1900)).toBeUndefined();
    await expect(finish(first)).resolves.toBe(true);
    expect(await store().nextDue()).toBe(1200);
    expect(await claim(1199)).toBeUndefined();
    const second = await claimed(1200);
    expect(second).toMatchObject({ id: first.id, attempt: 2, tries: 1, task: protection("eve") });
    await finish(second);
    expect(await store().tasks()).toEqual({ waiting: 0, leased: 0, broken: 0 });
  });

  test("a run that failed covers, when it comes again, what was wanted meanwhile", async () => {
    await want(gate(1), 100);
    const first = await claimed(1000);
    await want(gate(1), 1100);
    await store().releaseTask(first.id, first.attempt, { dueAt: 1500, error: "boom", counts: true });
    await finish(await claimed(1500));
    expect(await store().tasks()).toEqual({ waiting: 0, leased: 0, broken: 0 });
  });

  test("a task that was put back keeps its time: it may be waiting for a rate limit", async () => {
    await want(gate(1), 100);
    const first = await claimed(1000);
    await store().releaseTask(first.id, first.attempt, { dueAt: 9000, error: "rate limit", counts: false });
    await want(gate(1), 1100);
    expect(await store().nextDue()).toBe(9000);
    expect(await claim(8999)).toBeUndefined();
    expect(await claim(9000)).toMatchObject({ attempt: 2, tries: 1 });
  });

  test("an expired lease is free again, and its former holder changes nothing any more", async () => {
    await want(gate(1), 100);
    const old = await claimed(1000);
    expect(await claim(1999)).toBeUndefined();
    const present = await claimed(2000);
    expect(present).toMatchObject({ id: old.id, attempt: 2, tries: 2 });
    await expect(store().renewTask(old.id, old.attempt, 9000)).resolves.toBe(false);
    await store().releaseTask(old.id, old.attempt, { dueAt: 0, error: "late", counts: true });
    await expect(finish(old)).resolves.toBe(false);
    await expect(store().renewTask(old.id, 2, 9000)).resolves.toBe(true);
    expect(await claim(8999)).toBeUndefined();
    await expect(finish(present)).resolves.toBe(true);
  });

  test("a run of a finished task is fenced out, also where the same key is at work again", async () => {
    await want(gate(1), 100);
    const old = await claimed(1000);
    await finish(await claimed(2000));
    await want(gate(1), 2000);
    const again = await claimed(2000);
    expect(again.id).not.toBe(old.id);
    await expect(finish(old)).resolves.toBe(false);
    await expect(finish(again)).resolves.toBe(true);
  });

  test("never gives a task's id to another one", async () => {
    await want(gate(1), 100);
    const task = await claimed();
    await finish(task);
    await reopen();
    await want(gate(1), 100);
    expect((await claimed()).id).not.toBe(task.id);
  });

  test("says when the next task becomes due, leases included", async () => {
    await want(gate(1), 100);
    await want(gate(2), 7000);
    expect(await store().nextDue()).toBe(100);
    expect(await store().nextDue(100)).toBe(7000);
    await claim(1000);
    expect(await store().nextDue(100)).toBe(2000);
  });

  test("hands out only what forgets, of a repository that is suspended or removed", async () => {
    const elsewhere = repositoryNumber(3, { installation: 99 });
    await keep(store(), { standings: [standingOf(one), standingOf(two)] });
    await want({ kind: "policy", repository: two }, 100);
    await store().markInstallation(2, "suspended", 50);
    await want(gate(1), 100);
    await want(gate(1, elsewhere), 300);
    expect(await store().nextDue()).toBe(300);
    expect((await claimed()).task).toEqual(gate(1, elsewhere));
    expect(await claim()).toBeUndefined();
    await store().markInstallation(2, "active", 60);
    await store().markRepository(2, "removed", 70);
    await want(gate(1, two), 100);
    await want({ kind: "forget", repository: two }, 200);
    expect((await claimed()).task).toEqual(gate(1));
    expect((await claimed()).task).toEqual({ kind: "forget", repository: two });
    expect(await claim()).toBeUndefined();
  });

  test("drops the tasks of a repository that was removed, also those that run", async () => {
    await keep(store(), { standings: [standingOf(one), standingOf(two)] });
    await want(gate(1), 100);
    await want(gate(2), 200);
    await want({ kind: "forget", repository: one }, 5000);
    await want(gate(1, two), 300);
    const running = await claimed(100);
    await store().markRepository(1, "removed", 50);
    await expect(finish(running)).resolves.toBe(false);
    await store().markRepository(1, "active", 60);
    expect((await claimed()).task).toEqual(gate(1, two));
    expect(await claim()).toBeUndefined();
    expect(await store().tasks()).toEqual({ waiting: 1, leased: 1, broken: 0 });
  });

  test("forgetting a repository loses its lease when the repository comes back meanwhile", async () => {
    await keep(store(), { standings: [standingOf(one, { status: "removed", removedAt: 1 })] });
    await want({ kind: "forget", repository: one }, 100);
    const forgetting = await claimed();
    await store().remember(one);
    await expect(finish(forgetting)).resolves.toBe(false);
    await want({ kind: "forget", repository: one }, 100);
    await store().remember(one);
    expect(await store().tasks()).toMatchObject({ waiting: 1 });
  });

  test("hands out each of many tasks once, whoever asks at once", async () => {
    const numbers = Array.from({ length: 100 }, (_, n) => n + 1);
    await store().transaction(async (tx) => {
      for (const number of numbers) await tx.want(gate(number), 100);
    });
    const taken = await Promise.all(Array.from({ length: 120 }, () => claim()));
    const got = taken.flatMap((one) => (one?.task.kind === "gate" ? [one.task.number] : []));
    expect(got.toSorted((left, right) => left - right)).toEqual(numbers);
  });

  test("gets through ten thousand tasks, behind as many that must wait", async () => {
    const many = 10_000;
    await store().markInstallation(77, "suspended", 1);
    const suspended = repositoryNumber(9, { installation: 77 });
    await store().transaction(async (tx) => {
      for (let n = 1; n <= many; n++) {
        await tx.want(gate(n, n % 2 === 0 ? suspended : two), n);
        await tx.want(gate(n), 100_000 + n);
      }
    });
    for (let n = 1; n <= 200; n++) await finish(await claimed(50_000));
    expect(await store().tasks()).toEqual({ waiting: 2 * many - 200, leased: 0, broken: 0 });
    expect(await store().nextDue(50_000)).toBe(100_001);
  });

  test("keeps tasks when it is opened again", async () => {
    await want(gate(1), 100);
    await reopen();
    expect((await claimed()).task).toEqual(gate(1));
  });
}
