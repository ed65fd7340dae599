/** A place in a file that a tool complains about. `line` and `column` count from 1; the file has no leading `./`. */
export type Location = {
  file: string;
  line: number;
  column?: number;
  message?: string;
  severity?: string;
  code?: string;
  tool?: string;
};

const maxMessage = 1_000;

/** Extensions that make a bare `name.ext:12` a place in a file and not a method, a host or a version. */
const known = new Set(
  `ada adb ads asm astro au3 awk bash bat bazel bzl c c++ cc cfg cjs clj cljc cljs cls cmake cmd coffee conf cpp cr cs
  cshtml csproj css csv cts cu cuh cue cxx d dart def dhall dockerfile edn eex elm env erb erl ex exs f f03 f08 f90 feature
  fish fs fsproj fsx gd gemspec gleam go gql gradle graphql graphqls groovy h haml hbs hcl heex hh hip hpp hrl hs htm html
  hxx in inc ini ino ipp ipynb j2 jade java jbuilder jinja jl js json json5 jsonc jsp jsx kt kts l less lhs lisp liquid lock
  lua m mako markdown md mdx mjs mk ml mli mm mod mts mustache nim nix njk nse org pas php phtml pkb pks pl plist pm po pod
  podspec pp prisma pro properties proto ps1 psd1 psm1 pug puml purs pxd py pyi pyx qml r rake rb rbi rbs re rego rest rmd
  rs rst ru s sass sbt scala scm scss sh slim sol spec sql st sum sv svelte svg svh swift t tcl templ tex tf tfvars thrift
  tmpl toml tpl ts tsx twig txt typ v vala vb vcxproj vhd vhdl vim vm vue wast wat wgsl wxml x xaml xml xsd xsl y yaml yml
  zig zsh`.split(/\s+/),
);

const domains = /\.(?:com|org|net|edu|gov|io|dev|local|internal|cloud|svc|lan|example|localdomain|localhost)$/i;
const named =
  /^(?:(?:Docker|Container|Make|GNUmake|Gem|Rake|Jenkins|Vagrant|Pod|Fast|App|Proc|Just|Brew|Guard|Cap|Danger|Tilt|Caddy|Earth|Steep|Pip|Cake)file(?:[.-][\w.-]{1,60})?|BUILD|WORKSPACE|SConstruct|SConscript|CODEOWNERS|Kconfig|makefile|justfile|\.[a-z][\w.-]{1,60})$/;

/**
 * A path as the repository would have it; undefined for what is no file: a host, a version, an image, a time. `sure`: the
 * text stands where a tool puts a file, so that its name may be an unusual one.
 */
export function fileOf(text: string, sure: boolean): string | undefined {
  const file = text
    .trim()
    .replace(/^file:\/\/(?=\/|[A-Za-z]:)/, "")
    .replace(/^\/(?=[A-Za-z]:[\\/])/, "")
    .replace(/^(?:\.[\\/])+/, "");
  if (file === "" || file.length > 500 || file.includes("://")) return undefined;
  const name = file.split(/[\\/]/).at(-1) ?? "";
  return named.test(name) || isFileName(name, name !== file, sure) ? file : undefined;
}

function isFileName(name: string, inFolder: boolean, sure: boolean): boolean {
  const extension = /\.([A-Za-z][\w+]{0,15})$/.exec(name)?.[1];
  if (extension === undefined) return sure && inFolder && /^[\w.-]*[A-Za-z]/.test(name);
  if (known.has(extension.toLowerCase()) || inFolder) return true;
  return sure && !domains.test(name);
}

const severityWord =
  /^\[?(fatal error|internal compiler error|syntax error|error|warning|warn|note|info|information|hint|style|convention|refactor|fatal|critical|high|medium|low|advice|suggestion|notice|performance|portability|[CWERFI](?=:))\b\]?\s*(?:-\s|:\s?)?/i;
const leadingCode = /^\[?((?:[A-Za-z]{1,10}\d{2,5})|[a-z]{2,20}\/[\w/-]{2,60})\]?(?::|\s|$)/;
const trailingCode = /(?:\[([\w./:-]{2,80})\]|\s\(([\w./-]{3,80})\))$/;

/** What stands behind the place, taken apart: `error TS2304: Cannot find name 'x'.` */
export function readMessage(rest: string): Pick<Location, "message" | "severity" | "code"> {
  const text = rest.replace(/^[\s:,;-]+/, "").slice(0, maxMessage);
  const [prefix = "", severity] = severityWord.exec(text) ?? [];
  const message = text.slice(prefix.length).trim();
  const code = codeIn(message);
  return {
    ...(message && { message }),
    ...(severity && { severity: severity.toLowerCase() }),
    ...(code && { code }),
  };
}

function codeIn(message: string): string | undefined {
  const trailing = trailingCode.exec(message.slice(-100));
  return leadingCode.exec(message)?.[1] ?? trailing?.[1] ?? trailing?.[2];
}

/** Positive whole number, from the number or the digits that a tool wrote; undefined for anything else. */
export function positionOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\s*\d{1,9}/.test(value) ? Number.parseInt(value, 10) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
