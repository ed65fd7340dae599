import type { Frame } from "../domain/signal.ts";

/** Code that the repository did not write: packages, the standard library, the runtime. */
const vendor =
  /(?:^|\/)(?:node_modules|bower_components|site-packages|dist-packages|vendor|gems|rubygems|\.cargo|\.rustup|go\/pkg\/mod|\.m2|\.gradle|\.pub-cache|hostedtoolcache|lib\/python\d[\d.]*|lib\/ruby|lib64|\.nuget|\.build\/checkouts|SourcePackages|Pods)\/|^\/usr\/(?:local\/)?(?:lib|go|share)\/|^\/rustc\/|^\/_\/src\/(?:libraries|coreclr|runtime)\/|^(?:node|deno|bun|internal|dart|wasm|ext):|^(?:org-dartlang-sdk|chrome-extension|moz-extension|safari-web-extension):|^package:(?:flutter|flutter_test|test|test_api|stack_trace|async|bloc|provider|dio|http)\/|^internal\/|^Swift\/|^webpack\/(?:bootstrap|runtime)|^<|\(native\)|^native$|^\[|@v\d{1,5}\.\d{1,5}\.\d|\(eval\)/;

/** `file://`, `webpack://app/`, `https://host`: what a runtime puts before a path. */
const origin =
  /^(?:(?:webpack(?:-internal)?|rsc|turbopack):\/\/\/?|app:\/\/\/|file:\/\/|capacitor:\/\/[^/]{1,255}|https?:\/\/[^/]{1,255})/i;

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

/** Judged by the path alone; which packages a language calls its own is not known here. */
export function isVendor({ file }: Pick<Frame, "file">): boolean {
  return vendor.test(framePath(file));
}
