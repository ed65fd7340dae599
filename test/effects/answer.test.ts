import { afterEach, beforeEach, expect, test } from "vitest";
import { commandNames, commands } from "../../src/domain/command.ts";
import type { CommandName, CommentRef } from "../../src/domain/command.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Event } from "../../src/domain/event.ts";
import type { Incident, State } from "../../src/domain/incident.ts";
import type { Recall } from "../../src/domain/recall.ts";
import type { GateRecord, Standing } from "../../src/domain/standing.ts";
import type { Actor } from "../../src/domain/signal.ts";
import { answer } from "../../src/effects/answer.ts";
import type { Deps } from "../../src/effects/deps.ts";
import { openStage } from "../github/stage.ts";
import type { Stage } from "../github/stage.ts";
import { samplePolicy, samplePull } from "../support/events.ts";
import { sampleIncident } from "../support/incident.ts";
import { quiet } from "../support/recall.ts";

let stage: Stage;
let issue: number;
let at: CommentRef;
beforeEach(async () => {
  const collaborators = { ada: "write", mara: "maintain", rita: "read", root: "admin" } as const;
  stage = await openStage({ collaborators });
  issue = (await stage.ada.openIssue("acme/shop", { title: "It breaks" })).number;
  const { id } = await stage.ada.comment("acme/shop", issue, "/self-heal …");
  at = { kind: "issueComment", id, number: issue };
});
afterEach(() => stage.close());

const person = (login: string): Actor => ({ id: login.length, login, type: "User" });
const actor = person("mara");
const tries = { attempt: 1, automatic: 1, ci: 0 };
const waiting: State = { phase: "awaitingApproval", tries, pull: samplePull };

type Given = { by?: Actor; text?: string; state?: State; at?: CommentRef; incident?: Partial<Incident> } & Partial<
  Pick<Recall, "gate" | "standing">
>;

/** Has a command answered; by default by a maintainer, while a pull request waits for its approval. */
function give(name: CommandName, given: Given = {}): Promise<Event | undefined> {
  const { by = person("mara"), text = "", state = waiting, gate = nothing, standing = nothing } = given;
  const { repo: repository, clients } = stage;
  const sample = sampleIncident();
  const incident = { ...sample, signal: { ...sample.signal, repository }, state, ...given.incident };
  const recall: Recall = {
    gate,
    standing,
    siblings: () => Promise.resolve([]),
    incident: nothing,
    gates: () => Promise.resolve([]),
    activity: () => Promise.resolve(quiet),
  };
  const effect = { type: "answer", command: { name, text }, by, at: given.at ?? at } as const;
  // An answer uses the clients and nothing else.
  return answer({ incident, effect, recall, signal: AbortSignal.timeout(60_000) }, { clients } as unknown as Deps);
}

const nothing = () => Promise.resolve(undefined);

function said(): string[] {
  return stage.view.comments(issue).flatMap(({ user, body }) => {
    const { login } = user as { login: string };
    return login === "self-heal[bot]" ? [String(body).replace(/^<!--.*-->\n/, "")] : [];
  });
}

const reactions = () => stage.requests().filter((request) => request.includes("/reactions"));

test.each([
  ["retry", "look at y", { type: "retryAsked", guidance: { by: "mara", text: "look at y" }, actor }, waiting],
  ["stop", "", { type: "stopAsked", by: "mara" }, waiting],
  ["hold", "not today", { type: "holdAsked", by: "mara", note: "not today", actor }, waiting],
  ["go", "", { type: "goAsked", by: "mara", actor }, { phase: "held", reason: "on-hold", note: "n", tries }],
  ["not-a-bug", "meant so", { type: "notABugSaid", by: "mara", note: "meant so" }, waiting],
  ["take-over", "", { type: "takenOver", by: "mara" }, waiting],
  ["pause", "release", { type: "pauseAsked", by: "mara", note: "release" }, waiting],
  [
    "revert",
    "too slow",
    { type: "revertAsked", by: "mara", note: "too slow", actor },
    { phase: "watching", pull: samplePull, mergeSha: samplePull.head },
  ],
] as const)("%s by somebody who may becomes an event, with 👀 and no words", async (name, text, event, state) => {
  stage.requests();
  expect(await give(name, { text, state })).toEqual(event);
  expect(reactions()).toHaveLength(1);
  expect(said()).toEqual([]);
});

test.each(commandNames)("%s needs the role that the incident's policy names", async (name) => {
  const policy = { ...samplePolicy, commands: { ...samplePolicy.commands, [name]: "admin" as const } };
  const refused = await give(name, { incident: { policy } });
  expect(refused).toEqual({
    type: "commandRefused",
    command: name,
    by: "mara",
    why: "the role of mara is maintain; admin is needed",
  });
  expect(said()).toEqual([`@mara, only people with admin permission here may say \`/self-heal ${name}\`.`]);
  const asked = await give(name, { incident: { policy }, by: person("root") });
  // Refused for another reason at most: it makes no sense in this phase.
  expect(JSON.stringify(asked ?? "")).not.toContain("the role of");
});

test.each(commandNames)("before triage has read a policy, %s needs the role of the table", async (name) => {
  const { policy: _, ...untriaged } = sampleIncident();
  const login = commands[name].role === "maintain" ? "ada" : "rita";
  const { repo: repository, clients } = stage;
  const incident = { ...untriaged, signal: { ...untriaged.signal, repository } };
  const effect = { type: "answer", command: { name, text: "" }, by: person(login), at } as const;
  // Nothing is recalled for somebody who is refused.
  const recall = {} as Recall;
  const job = { incident, effect, recall, signal: AbortSignal.timeout(60_000) };
  // An answer uses the clients and nothing else.
  const event = await answer(job, { clients } as unknown as Deps);
  expect(event).toMatchObject({ type: "commandRefused", command: name, by: login });
});

test("a policy that lets everybody speak lets no bot speak", async () => {
  const policy = { ...samplePolicy, commands: { ...samplePolicy.commands, stop: "none" as const } };
  const incident = { policy };
  expect(await give("stop", { incident, by: { login: "helper[bot]", type: "Bot" } })).toMatchObject({
    type: "commandRefused",
  });
  expect(await give("stop", { incident, by: person("stranger") })).toEqual({ type: "stopAsked", by: "stranger" });
});

test.each([
  ["retry", { phase: "fixing", tries }, "under way already"],
  ["retry", { phase: "held", reason: "observing", note: "n", tries }, "Only `/self-heal go` ends that"],
  ["retry", { phase: "held", reason: "on-hold", note: "n", tries }, "Only `/self-heal go` ends that"],
  ["go", waiting, "Nothing is held here"],
  ["hold", { phase: "watching", pull: samplePull, mergeSha: samplePull.head }, "nothing left that could wait"],
  ["revert", waiting, "no merged fix here"],
  ["revert", { phase: "reverting", pull: samplePull, mergeSha: samplePull.head, revert: 9 }, "already, in #9"],
  ["resume", waiting, "not paused"],
  ...(["stop", "hold", "not-a-bug", "take-over"] as const).map(
    (name) => [name, { phase: "closed", outcome: "gaveUp", reason: "no-repro", note: "n" }, "closed already"] as const,
  ),
] as const)("%s where it makes no sense is refused, with the reason in the log", async (name, state, why) => {
  expect(await give(name, { state })).toMatchObject({
    type: "commandRefused",
    command: name,
    by: "mara",
    why: expect.stringContaining(why),
  });
  expect(said().join()).toContain(why);
});

test("resume becomes an event where fixing is paused", async () => {
  const paused = { by: "ada", at: 1, reason: "" };
  const standing: Standing = { repository: stage.repo, status: "active", paused };
  expect(await give("resume", { standing: () => Promise.resolve(standing) })).toEqual({
    type: "resumeAsked",
    by: "mara",
  });
});

test("a long reason is cut to what the log keeps", async () => {
  const event = await give("hold", { text: "x".repeat(9_000) });
  expect(event?.type === "holdAsked" && event.note).toBe("x".repeat(2_000));
});

const decision: Decision = {
  decision: "pending",
  summary: "1 of 1 approvals is missing.",
  reasons: { rule: "gate", outcome: "pending", text: "1 of 1 approvals is missing, asks @ada" },
  approvedBy: [],
  head: samplePull.head,
  base: "main",
};
// An answer looks at the decision of a record, and at its number.
const gateOf = (number: number) => ({ number, decision }) as GateRecord;
const gate = (number: number) => Promise.resolve(number === samplePull.number ? gateOf(number) : undefined);

test("explain gives the gate's decision, and notifies nobody", async () => {
  expect(await give("explain", { gate })).toBeUndefined();
  expect(said()).toEqual([expect.stringContaining("- ⏳ 1 of 1 approvals is missing")]);
  expect(said().join()).not.toContain("@ada");
});

test.each([
  [waiting, "has not been decided yet"],
  [{ phase: "fixing", tries }, "no pull request yet"],
] as const)("explain without a decision says why there is none", async (state, why) => {
  await give("explain", { state });
  expect(said().join()).toContain(why);
});

test("status says where it is, who must do what, and what the gate says", async () => {
  await give("status", { gate });
  const [text = ""] = said();
  expect(text).toContain("`awaitingApproval`");
  expect(text).toContain("A person who did not ask for this fix must approve it");
  expect(text).toContain("The gate of #1 says `pending`: 1 of 1 approvals is missing.");
});

test("a button cannot take a reaction: who pressed it is said on the pull request, once", async () => {
  const button = { kind: "checkRun", id: 77, number: issue } as const;
  expect(await give("hold", { at: button })).toMatchObject({ type: "holdAsked", by: "mara" });
  await give("hold", { at: button });
  expect(said()).toEqual(["`/self-heal hold`, asked for by @mara with the button of the check."]);
  await give("explain", { at: button, gate });
  expect(said()).toHaveLength(2);
});

test("a refused button is answered on the pull request, too", async () => {
  const button = { kind: "checkRun", id: 77, number: issue } as const;
  expect(await give("hold", { at: button, by: person("rita") })).toMatchObject({ type: "commandRefused" });
  expect(said().join()).toContain("only people with write permission");
});

test("help says what it did not understand", async () => {
  await give("help", { text: "unknown: dan`ce" });
  expect(said().join()).toContain("There is no command `dan'ce`.");
});
