import { forms } from "./tool-forms.ts";
import { fileOf, positionOf, readMessage } from "./tool-location.ts";
import type { Location } from "./tool-location.ts";

/** Addresses are no places, and their ports no lines. `file:` is kept: it is how some tools write a path. */
const address = /\b(?!file:)[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>]{1,2000}/gi;

/** The compiler's way to one place, and not what is wrong there; source that a tool shows with its number. */
const beside = /^\s*(?:In file included from |from \S{1,400}:\d{1,7}[,:]$|\d{1,7}\s{0,4}[|│┃┆]|[|│┃┆](?!\s{1,4}on ))/;

const maxTries = 10;

/** The place that one line of a tool's output names, if it names one. */
export function readToolLine(given: string): Location | undefined {
  if (!/\d/.test(given) || beside.test(given)) return undefined;
  const text = given.includes("://") ? given.replaceAll(address, "<address>") : given;
  for (const { pattern, sure } of forms) {
    const location = firstLocation(text, pattern, sure);
    if (location) return location;
  }
  return undefined;
}

/** A time or a host may look like the form, with the place behind it. */
function firstLocation(text: string, pattern: RegExp, sure: boolean): Location | undefined {
  pattern.lastIndex = 0;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const found = pattern.exec(text);
    if (!found?.groups) return undefined;
    const location = locationOf(found.groups, sure);
    if (location) return location;
    pattern.lastIndex = found.index + 1;
  }
  return undefined;
}

/** A group that took part in no match is undefined, which the type of a match does not say. */
function locationOf(groups: Record<string, string | undefined>, sure: boolean): Location | undefined {
  const file = fileOf(groups["file"] ?? "", sure);
  const line = positionOf(groups["line"]);
  if (file === undefined || line === undefined) return undefined;
  const column = positionOf(groups["column"]);
  const { severity, code, message } = groups;
  return {
    file,
    line,
    ...(column && { column }),
    ...readMessage(groups["rest"] ?? ""),
    ...(message && { message }),
    ...(severity && { severity: severity.toLowerCase() }),
    ...(code && { code }),
  };
}
