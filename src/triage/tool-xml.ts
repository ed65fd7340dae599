import { walkXml } from "./artifact-xml.ts";
import type { XmlAttributes } from "./artifact-xml.ts";
import { fileOf, positionOf } from "./tool-location.ts";
import type { Location } from "./tool-location.ts";

const files = ["file", "path", "filename", "sourcepath", "name"];
const lines = ["line", "beginline", "startline", "start", "row"];
const columns = ["column", "col", "begincolumn", "char"];
const messages = ["message", "msg", "reason", "description"];
const codes = ["source", "rule", "id", "type"];

/** The places in an XML report (Checkstyle's form, PMD, Cppcheck, Android lint, JSLint, JUnit): elements with a line. */
export function xmlLocations(text: string, limit: number): Location[] {
  const found: Location[] = [];
  const open: { file?: string; given: XmlAttributes }[] = [];
  walkXml(text, {
    open(_, attributes) {
      const parent = open.at(-1);
      const file = firstOf(attributes, files, (value) => fileOf(value, false)) ?? parent?.file;
      open.push({ ...(file !== undefined && { file }), given: attributes });
      const line = firstOf(attributes, lines, positionOf);
      if (!file || !line || found.length >= limit) return;
      // Cppcheck puts the place into an element below the one that says what is wrong.
      found.push({ file, line, ...detailsOf({ ...parent?.given, ...attributes }, attributes) });
    },
    close() {
      open.pop();
    },
  });
  return found;
}

function detailsOf(given: XmlAttributes, own: XmlAttributes): Partial<Location> {
  const column = firstOf(own, columns, positionOf);
  const [message, severity, code] = [messages, ["severity", "priority"], codes].map((names) =>
    firstOf(given, names, (value) => value),
  );
  return {
    ...(column && { column }),
    ...(message && { message: message.slice(0, 1_000) }),
    ...(severity && { severity: severity.toLowerCase() }),
    ...(code && { code }),
  };
}

function firstOf<T>(
  attributes: XmlAttributes,
  names: readonly string[],
  read: (value: string) => T | undefined,
): T | undefined {
  for (const name of names) {
    const value = attributes[name];
    const result = value === undefined ? undefined : read(value);
    if (result !== undefined) return result;
  }
  return undefined;
}
