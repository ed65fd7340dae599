import { createHash } from "node:crypto";
import type { Exception, Frame } from "../domain/signal.ts";
import { clip, firstLine } from "./clip.ts";
import { commitOf, fieldsOf, inside, listOf, projectNamed, textOf, timeOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { ignoring } from "./readings.ts";
import type { Reading, Report } from "./sender.ts";
import { entryOf, looseFrames, sentryExceptions } from "./sentry-frames.ts";
import type { SentryException } from "./sentry-frames.ts";
import { headline } from "./told-exception.ts";

/** What is known beside the event: when it arrived (UTC milliseconds), and what the payload around it says. */
type EventSurroundings = { at: number; project?: string | undefined; issueId?: string | undefined };

/**
 * Reads one event in Sentry's format: as SDKs send it, as webhooks carry it, or as Sentry's API answers it.
 * Type and message are those of the outermost exception; its frames too, unless only a cause has frames of the
 * application. The whole chain is in `detail`.
 */
export function readSentryEvent(given: unknown, surroundings: EventSurroundings): Reading {
  const event = fieldsOf(given);
  const exceptions = sentryExceptions(event);
  const said = whatIsSaid(event, exceptions[0]);
  if (!said) return ignoring("the Sentry event names no exception and no message; there is nothing to look for");
  const from = exceptions.find(hasOwnCode) ?? exceptions.find(({ frames }) => frames.length > 0);
  return {
    kind: "report",
    report: {
      ...said,
      ...placeAndTime(event, surroundings),
      ...identity(event, surroundings),
      frames: from?.frames ?? looseFrames(event),
      ...(exceptions.length > 1 && { exceptions: exceptions.slice(-20).map(asException) }),
      detail: detailOf(event, exceptions),
    },
  };
}

function asException({ type, value, frames }: SentryException): Exception {
  return { ...(type && { type }), ...(value && { message: value }), frames };
}

function hasOwnCode({ frames }: { frames: Frame[] }): boolean {
  return frames.some(({ inApp }) => inApp === true);
}

/** `exception.values[-1]`, else `logentry.formatted`, else `message`, else `title`; the order in which Sentry itself looks. */
function whatIsSaid(
  event: Fields,
  outermost: SentryException | undefined,
): Pick<Report, "title" | "message" | "errorType"> | undefined {
  const metadata = fieldsOf(event["metadata"]);
  const errorType = outermost?.type ?? textOf(200, metadata["type"]);
  const known = outermost?.value ?? logged(event) ?? textOf(20_000, metadata["value"], event["title"]);
  const message = known ?? textOf(20_000, errorType, event["culprit"]);
  if (!message) return undefined;
  const given = textOf(1_000, event["title"]);
  const title = given ? firstLine(given, 300) : headline(errorType, message);
  return { title, message, ...(errorType && { errorType }) };
}

/** SDKs put texts where objects belong, and the other way round. */
function logged(event: Fields): string | undefined {
  const entries = [event["logentry"], event["sentry.interfaces.Message"], event["message"], entryOf(event, "message")];
  for (const entry of entries) {
    const { formatted, message } = fieldsOf(entry);
    const text = textOf(20_000, entry, formatted, message);
    if (text) return text;
  }
  return undefined;
}

type PlaceAndTime = Pick<Report, "project" | "environment" | "release" | "commit" | "level" | "url" | "at">;

function placeAndTime(event: Fields, { at, project }: EventSurroundings): PlaceAndTime {
  const environment = textOf(200, event["environment"], tagOf(event, "environment"));
  const release = textOf(200, event["release"], inside(event, "release")["version"], tagOf(event, "release"));
  const commit = commitOf(release);
  const level = levelOf(textOf(20, event["level"], tagOf(event, "level")));
  const url = textOf(2_000, event["web_url"], event["permalink"], event["issue_url"], event["url"]);
  return {
    project: project ?? projectOf(event),
    ...(environment && { environment }),
    ...(release && { release }),
    ...(commit && { commit }),
    ...(level && { level }),
    ...(url && { url }),
    at: timeOf(event["timestamp"] ?? event["datetime"] ?? event["dateCreated"], at),
  };
}

/** The slug where a link names it, since that is what people know; else Sentry's number of the project. */
function projectOf(event: Fields): string {
  const [, slug] = /\/projects\/[\w.-]{1,100}\/([\w.-]{1,100})\//.exec(textOf(2_000, event["url"]) ?? "") ?? [];
  const named = textOf(300, event["project_slug"], inside(event, "project")["slug"]);
  return named ?? slug ?? projectNamed(event["project"], event["projectID"], inside(event, "project")["id"]);
}

function identity(event: Fields, { issueId }: EventSurroundings): Pick<Report, "alias" | "group" | "event"> {
  const issue = issueId ?? textOf(100, event["issue_id"], event["groupID"]);
  const eventId = textOf(100, event["event_id"], event["eventID"]);
  const organization = organizationOf(event["web_url"], event["issue_url"], event["permalink"]);
  const group = customGroup(event["fingerprint"] ?? event["fingerprints"]);
  return {
    ...(group && { group }),
    ...(issue && {
      alias: `sentry:${issue}`,
      event: { source: "sentry", issueId: issue, ...(eventId && { eventId }), ...(organization && { organization }) },
    }),
  };
}

/** The organisation's slug, from a link to Sentry's pages or API. */
export function organizationOf(...links: readonly unknown[]): string | undefined {
  return /\/organizations\/([\w-]{1,100})\//.exec(textOf(2_000, ...links) ?? "")?.[1];
}

/** What the application itself says belongs together. `{{ default }}` alone leaves it to the rules. */
function customGroup(fingerprint: unknown): string | undefined {
  const parts = listOf(fingerprint, 20).flatMap((part) => textOf(1_000, part) ?? []);
  // None at all are all default, too.
  if (parts.every(isDefault)) return undefined;
  const group = parts.join(" ");
  // Cut short, two groups could become one.
  return group.length <= 300 ? group : createHash("sha256").update(group).digest("hex");
}

function isDefault(part: string): boolean {
  return /^\{\{\s?default\s?\}\}$/.test(part);
}

/** Tags are pairs, objects of key and value, or one object, depending on who wrote the event. */
function tagOf(event: Fields, name: string): string | undefined {
  const tags = event["tags"];
  if (!Array.isArray(tags)) return textOf(300, fieldsOf(tags)[name]);
  for (const tag of tags.slice(0, 200)) {
    const [key, value] = Array.isArray(tag) ? tag : [fieldsOf(tag)["key"], fieldsOf(tag)["value"]];
    if (key === name || key === `sentry:${name}`) return textOf(300, value);
  }
  return undefined;
}

const levels = { fatal: "fatal", error: "error", warning: "warning", info: "info", debug: "info" } as const;

/** The level that Sentry names; it has one below ours. */
export function levelOf(level: string | undefined): Report["level"] {
  return Object.entries(levels).find(([name]) => name === level)?.[1];
}

function detailOf(event: Fields, exceptions: readonly SentryException[]): string {
  const chain = exceptions.map(({ text }, at) => (at === 0 ? text : `Caused by: ${text}`));
  const notes = ["culprit", "transaction", "dist", "platform"].flatMap((name) => {
    const value = textOf(500, event[name]);
    return value ? [`${name}: ${value}`] : [];
  });
  return clip([...chain, notes.join("\n")].filter(Boolean).join("\n\n"), 60_000);
}
