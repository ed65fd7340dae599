import { cutFailure, maxFailures, maxReport, reportOf } from "./artifact-failure.ts";
import type { Failure, Report } from "./artifact-failure.ts";
import { walkXml } from "./artifact-xml.ts";
import type { XmlAttributes } from "./artifact-xml.ts";
import { fileOf, positionOf } from "./tool-location.ts";
import { toolLocations } from "./tool-locations.ts";

const maxText = 20_000;

/**
 * Reads a JUnit report, as Surefire, pytest, Jest, Gradle and most others write it: suites in suites, a `failure` or
 * `error` in each case that did not pass. What is not well-formed is read up to there. Skipped cases and those that passed
 * when they were run again (`flakyFailure`) are left out.
 */
export function readJUnit(text: string): Report {
  const reader = new CaseReader();
  walkXml(text.slice(0, maxReport), reader);
  return reportOf("test-deterministic", reader.failures);
}

type Verdict = { message: string; text: string };

class CaseReader {
  readonly failures: Failure[] = [];
  readonly #suites: XmlAttributes[] = [];
  #case: XmlAttributes | undefined;
  #verdict: Verdict | undefined;
  #open = false;

  open(name: string, attributes: XmlAttributes): void {
    if (name === "testsuite") this.#suites.push(attributes);
    if (name === "testcase") {
      this.#case = attributes;
      this.#verdict = undefined;
    }
    if ((name !== "failure" && name !== "error") || this.#verdict) return;
    this.#verdict = { message: attributes["message"] ?? attributes["type"] ?? "", text: "" };
    this.#open = true;
  }

  text(text: string): void {
    if (this.#open && this.#verdict && this.#verdict.text.length < maxText)
      this.#verdict.text += text.slice(0, maxText);
  }

  close(name: string): void {
    if (name === "failure" || name === "error") this.#open = false;
    // A suite may fail by itself, when it could not be set up.
    if (name !== "testcase" && name !== "testsuite") return;
    const given = this.#case ?? this.#suites.at(-1) ?? {};
    if (this.#verdict && this.failures.length < maxFailures) this.failures.push(this.#failure(given, this.#verdict));
    this.#verdict = undefined;
    this.#case = undefined;
    if (name === "testsuite") this.#suites.pop();
  }

  #failure(given: XmlAttributes, { message, text }: Verdict): Failure {
    const suite = this.#suites.findLast(({ file }) => file);
    const own = fileOf(given["file"] ?? suite?.["file"] ?? "", true);
    return cutFailure({
      name: [given["classname"], given["name"]].filter(Boolean).join(" > ") || "(no name)",
      message: message || (text.trim().split("\n")[0] ?? ""),
      detail: text,
      ...placeOf(own, positionOf(given["line"]), `${text}\n${message}`),
    });
  }
}

/** The case's own place, filled up from the first place in the failure's text that is in the same file. */
function placeOf(file: string | undefined, line: number | undefined, text: string): { file?: string; line?: number } {
  if (file !== undefined && line !== undefined) return { file, line };
  const named = toolLocations(text.slice(0, maxText)).find((place) => !file || isSame(place.file, file));
  if (named) return { file: file ?? named.file, line: line ?? named.line };
  return file === undefined ? {} : { file };
}

function isSame(one: string, other: string): boolean {
  return one.endsWith(other) || other.endsWith(one);
}
