const month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}";
const weekday = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}";
const clock = String.raw`\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?: ?[AP]M)?(?: ?(?:Z|UTC|GMT|[A-Z]{3,4}(?![A-Za-z])|[+-]\d\d:?\d\d))?`;

/** Forms of a date, with or without a time of day behind it. */
const dates = [
  // 2026-01-31T10:20:30Z, 2026-01-31 10:20, 2026/01/31
  String.raw`\d{4}([-/.])\d\d\1\d\d(?:[T ]${clock})?`,
  // 20260131T102030Z
  String.raw`\d{8}T\d{4,6}(?:[.,]\d{1,9})?Z?`,
  // 31/Jan/2026:10:20:30 +0000 and 31-Jan-2026
  String.raw`\d{1,2}[-/]${month}[-/]\d{4}(?:[: ]${clock})?`,
  // 31.01.2026, 1/31/2026 10:20 PM, 31-01-26
  String.raw`\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d\d)(?:,? ${clock})?`,
  // Sat, 31 Jan 2026 10:20:30 GMT and 31 January 2026
  String.raw`(?:${weekday},? )?\d{1,2} ${month},? \d{4}(?:,? ${clock})?`,
  // Sat Jan 31 10:20:30 UTC 2026, January 31, 2026 10:20, and syslog's Jan 31 10:20:30
  String.raw`(?:${weekday},? )?${month} {1,2}\d{1,2}(?:, \d{4}(?:,? ${clock})?| \d\d:\d\d:\d\d(?: [A-Z]{3,4})?(?: \d{4})?)`,
].join("|");

/** Only endings that no code has: `logger.info`, `main.rs` and `os.name` are not names of hosts. */
const topLevel = "com|org|net|io|edu|gov|mil|local|internal|lan|localdomain|corp|cloud";
const country = "de|uk|fr|cn|jp|ru|br|eu|us|nl|ch|at|se|au|ca|tw|kr|es|it|pl";

/**
 * What changes from one report of a failure to the next, most specific first. Each pattern is anchored at a character
 * that cannot continue the match before it and repeats only classes that exclude what follows, or a bounded number of
 * times, so that the time grows with the text and nothing else. The kinds are those of Sentry's parameterisation
 * (`src/sentry/grouping/parameterization.py`); the patterns are our own.
 */
const variables: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'`<>()]+/gi, "<url>"],
  [/(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, "<email>"],
  [/(?<![\w-])[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?![\w-])/gi, "<trace>"],
  [/(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/gi, "<uuid>"],
  [/(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])/gi, "<mac>"],
  [new RegExp(String.raw`(?<![\w.])(?:${dates})(?!\d)`, "g"), "<date>"],
  [/(?<!\d)\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?!\d)/g, "<time>"],
  [/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5}|\/\d{1,2})?(?![\d.])/g, "<ip>"],
  [
    /(?<![\w:])(?=[0-9a-f:]{0,40}\d)(?:(?:(?:[0-9a-f]{1,4}:){1,7}|:)(?::[0-9a-f]{1,4}){1,7}|(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4})(?![\w:])/gi,
    "<ip>",
  ],
  [/(?<!\w)[bruf]{0,2}"[^"\n]*"(?!\w)/g, "<text>"],
  [/(?<!\w)[bruf]{0,2}'[^'\n]*'(?!\w)/g, "<text>"],
  [/(?<!\w)`[^`\n]*`(?!\w)/g, "<text>"],
  [/(?<!\w)“[^“”\n]*”/g, "<text>"],
  [/(?<![\w.@+~-])(?:[a-z]:)?(?:[\w.@+~-]+)?(?:[\\/][\w.@+~-]+){2,}[\\/]?(?:\?[\w%&=+.,;:@~-]*)?/gi, "<path>"],
  [
    new RegExp(
      String.raw`(?<![\w.-])(?:(?:[a-z0-9-]{1,63}\.){1,8}(?:${topLevel})|(?:[a-z0-9-]{1,63}\.){2,8}(?:${country}))(?![\w-]|\.\w)(?::\d{1,5})?`,
      "gi",
    ),
    "<host>",
  ],
  // A word alone after "user" may be any word; one with an equals sign before it, or with digits in it, is a name.
  [/(?<=\b(?:user|username|login|account)[=:])[\w.@\\-]+/gi, "<name>"],
  [/(?<=\b(?:for|invalid|unknown) user )[\w.@\\-]+/gi, "<name>"],
  [/(?<=\buser )(?=[a-z.-]{0,60}[\d_])[a-z][\w.-]*/gi, "<name>"],
  [/\b0x[0-9a-f]+\b/gi, "<hex>"],
  [/(?<=[\w>\])]@)[0-9a-f]{4,16}\b/gi, "<hex>"],
  [/\b(?=[0-9]*[a-f])(?=[a-f]*\d)[0-9a-f]{7,128}\b/gi, "<hex>"],
  [/(?<![\w.])(?:\d{1,12}(?:\.\d{1,12})?(?:ns|[uµ]s|ms|s|m|h|d)){1,6}(?!\w)/g, "<duration>"],
  [/(?<==)(?:true|false)\b/gi, "<bool>"],
  [/(?:(?<=^|[\s=(,:[])[+-])?(?<![A-Za-z\d])\d+(?:[.,]\d+)*(?:e[+-]?\d{1,4})?/gi, "<number>"],
  [/(?<=[A-Za-z])\d{4,}\b/g, "<number>"],
];

const placeholder = new RegExp([...new Set(variables.map(([, name]) => name))].join("|"));

/** Longer texts are cut before a pattern sees them. */
const maxInput = 20_000;

/**
 * A message without what is particular to one occurrence: `user 7 not found` and `user 12 not found` give the same
 * text. It rather leaves two messages apart than calls different ones the same. White space collapses.
 */
export function parameterise(message: string): string {
  let text = message.slice(0, maxInput);
  for (const [pattern, name] of variables) text = text.replace(pattern, name);
  return text.replaceAll(/\s+/g, " ").trim();
}

/** The constant parts of a message, in order: what must be found again where the same failure is printed. */
export function constantParts(message: string): string[] {
  return parameterise(message)
    .split(placeholder)
    .map((part) => part.trim())
    .filter((part) => /\p{L}/u.test(part));
}
