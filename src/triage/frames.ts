import type { Frame } from "../domain/signal.ts";

/** Code that the repository did not write: packages, the standard library, the runtime. */
const vendor =
  /(?:^|\/)(?:node_modules|bower_components|site-packages|dist-packages|vendor|gems|\.cargo|\.rustup|go\/pkg\/mod|\.m2|\.gradle|lib\/python\d[\d.]*)\/|^\/usr\/(?:local\/)?(?:lib|go|share)\/|^\/rustc\/|^(?:node|deno|bun|internal):|^internal\/|^<|\(native\)|^native$|^\[/;

/** `file://`, `webpack://app/`, `https://host`: what a runtime puts before a path. */
const origin = /^(?:webpack(?:-internal)?:\/\/\/?|app:\/\/\/|file:\/\/|https?:\/\/[^/]{1,255})/i;

/** A frame's file as a path with slashes: no origin, no query, no drive letter. Deployment directories stay. */
export function framePath(file: string): string {
  return file
    .slice(0, 1_000)
    .replace(origin, "")
    .replace(/[?#].*$/, "")
    .replaceAll("\\", "/")
    .replace(/^[A-Za-z]:\//, "/")
    .replace(/^(?:\.{1,2}\/)+/, "");
}

export function isVendor({ file }: Frame): boolean {
  return vendor.test(framePath(file));
}

/**
 * The path in the repository that a frame's file stands for, or undefined. A deployed path is longer than ours, so its
 * tail is looked for, longest first, but never by the last name alone: every project has an `index.js`.
 */
export function repositoryPath(file: string, fileExists: (path: string) => boolean): string | undefined {
  const segments = framePath(file)
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) return undefined;
  const candidates = segments.slice(0, 40).map((_, start) => segments.slice(start));
  const match = candidates.find((tail) => (tail.length > 1 || segments.length === 1) && fileExists(tail.join("/")));
  return match?.join("/");
}
