import { framePath } from "./frames.ts";

type Keyed = { file?: string | undefined; module?: string | undefined; function?: string | undefined };

/** Where a frame has no place of its own: native code, code from `eval`, the top of an address. */
const placeless = /^(?:<anonymous>|native(?: code)?|eval(?: code)?|\[.*|.*\(native\)|https?:\/\/[^/]*\/?)$/i;
const script = /\.(?:[cm]?[jt]sx?|vue|svelte|html?)$/;

/**
 * What a frame is called in a fingerprint: its module, or else the base name of its file without a bundler's hash, and
 * its function without what engines and compilers add. Lines, columns and directories are left out, as they change with
 * every deployment. Undefined for a frame that says nothing: without a place, or of code that was generated.
 */
export function frameKey({ file = "", module, function: name = "" }: Keyed): string | undefined {
  if (placeless.test(file)) return undefined;
  const base = baseName(file);
  // A module that is a path holds directories, which deployments change.
  const place = module && !module.includes("/") ? plainModule(module) : withoutHash(base);
  const own = functionName(withoutPrefix(name, module));
  const called = script.test(base) ? scriptFunction(own) : own;
  return place === "" && called === "" ? undefined : `${place} ${called}`;
}

function withoutPrefix(name: string, module: string | undefined): string {
  return module && name.startsWith(`${module}.`) ? name.slice(module.length + 1) : name;
}

/** Native code often has no file; then its function is its place. */
function baseName(file: string): string {
  return file === "<unknown>" ? "" : (framePath(file).split("/").at(-1)?.toLowerCase() ?? "");
}

/** Bundlers put a content hash into the name: `main.3f2a91bc.js`. */
function withoutHash(name: string): string {
  return name.replace(/[.-](?=[a-z]*\d)[0-9a-z]{8,64}(?=\.)/, "");
}

/** Classes that are generated at run time are numbered anew at every start. After Sentry's grouping rules. */
function plainModule(module: string): string {
  if (!/[$(]|Accessor\d/.test(module)) return module;
  return module
    .replace(/\$\$(?:Enhancer|FastClass)?(?:By)?(?:Spring)?CGLIB\$\$[0-9a-f]{0,16}/g, "")
    .replace(/\$\$(?:SpringCGLIB|Proxy|EnhancerBy\w{1,40})\$\$\w{0,16}/g, "")
    .replace(/_?\$\$_javassist_?[\w]{0,20}/g, "")
    .replace(/\$\$Lambda(?:\$\d{1,9})?(?:\/0x[0-9a-f]{1,16}|\/\d{1,12})?/g, "$$Lambda")
    .replace(/(Generated(?:Method|Constructor|SerializationConstructor)Accessor)\d{1,9}/, "$1")
    .replace(/\$Proxy\d{1,9}/, "$Proxy")
    .replace(/ \([\w.+-]{1,60}\)$/, "")
    .replace(/\$\d{1,9}(?=\$|$)/g, "");
}

/** No engine agrees with another on the object before the dot; Firefox says `outer/<` where others say nothing. */
function scriptFunction(name: string): string {
  if (/\/<*$|^(?:anonymous function|global code|module code|eval code|\?)$/i.test(name)) return "";
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Engines and compilers decorate the same function differently. */
function functionName(name: string): string {
  if (/^[A-Za-z]\w*$/.test(name) && !name.includes("__")) return name;
  return name
    .replace(/^(?:async |new |bound )+/, "")
    .replace(/ \[as [^\]]*\]$/, "")
    .replace(/^(?:Object|Module|Function|module\.exports|exports|global|window)\./, "")
    .replace(/^(?:block (?:\(\d{1,3} levels\) )?in|rescue in|ensure in) /, "")
    .replaceAll(/(?:\$\$Lambda\$|lambda\$|\$fn__|\$)\d+/g, "")
    .replace(/^lambda\$([\w$]{1,200}?)\$?$/, "$1")
    .replace(/__\d{3,20}_\d{1,20}$/, "")
    .replace(/class@anonymous.{0,400}?(?=->|::|$)/, "class@anonymous")
    .replace(/\{closure:.{0,400}?\}/, "{closure}")
    .replaceAll(/\.func\d+(?:\.\d+)*/g, "")
    .replace(/::h[0-9a-f]{16}$/, "")
    .replaceAll(/<anonymous>|\(anonymous\)|<lambda>|<anonymous closure>|\{closure\}|\{\{closure\}\}/g, "");
}
