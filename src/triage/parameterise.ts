/**
 * What changes from one report of a failure to the next, most specific first. Each pattern is anchored at a character
 * that cannot continue the match before it and repeats only classes that exclude what follows, so that the time grows
 * with the text and nothing else.
 */
const variables: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'`<>()]+/gi, "<url>"],
  [/(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, "<email>"],
  [/(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/gi, "<uuid>"],
  [/(?<!\d)\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)/g, "<date>"],
  [/(?<!\d)\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?!\d)/g, "<time>"],
  [/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\d.])/g, "<ip>"],
  [/(?<!\w)"[^"\n]*"(?!\w)/g, "<text>"],
  [/(?<!\w)'[^'\n]*'(?!\w)/g, "<text>"],
  [/(?<!\w)`[^`\n]*`(?!\w)/g, "<text>"],
  [/(?<!\w)“[^“”\n]*”/g, "<text>"],
  [/(?<![\w.@+~-])(?:[a-z]:)?(?:[\w.@+~-]+)?(?:[\\/][\w.@+~-]+){2,}[\\/]?/gi, "<path>"],
  [/\b0x[0-9a-f]+\b/gi, "<hex>"],
  [/\b(?=[0-9]*[a-f])(?=[a-f]*\d)[0-9a-f]{7,128}\b/gi, "<hex>"],
  [/(?<![A-Za-z_\d])\d+(?:[.,]\d+)*(?:e[+-]?\d{1,4})?/gi, "<number>"],
];

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
    .split(/<(?:url|email|uuid|date|time|ip|text|path|hex|number)>/)
    .map((part) => part.trim())
    .filter((part) => /\p{L}/u.test(part));
}
