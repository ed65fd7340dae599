/**
 * Letters of other scripts that look like Latin ones. Only what can stand in a file name that we protect; a part of
 * Unicode's confusables table (UTS #39), to which NFKC adds full-width and styled letters.
 */
const lookAlikes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: "аɑα",
    b: "ьвʙβ",
    c: "сϲᴄ",
    d: "ԁ",
    e: "еҽєε",
    g: "ɡց",
    h: "һнη",
    i: "іıɩιӏ",
    j: "јϳ",
    k: "кκ",
    l: "ⅼ",
    m: "мμ",
    n: "ոп",
    o: "оοօσ",
    p: "рρ",
    q: "ԛ",
    r: "гʀ",
    s: "ѕꜱ",
    t: "тτ",
    u: "υսц",
    v: "ѵν",
    w: "ԝѡω",
    x: "хχ",
    y: "уγү",
    z: "ᴢζ",
    ".": "․。｡",
    "/": "∕⁄⧸",
    "-": "‐‑‒–—−",
    _: "ˍ",
  }).flatMap(([latin, others]) => Array.from(others, (other) => [other, latin] as const)),
);

/** Text without case, invisible characters and accents, with look-alikes made Latin. */
export function plain(text: string): string {
  const visible = text.normalize("NFKD").replaceAll(/[\p{Default_Ignorable_Code_Point}\p{M}\p{Cc}\p{Cf}]/gu, "");
  return Array.from(visible.toLowerCase(), (letter) => lookAlikes.get(letter) ?? letter).join("");
}

/**
 * What a path looks like to a careless reader or a forgiving file system. Two paths with the same skeleton may be the same
 * file to somebody.
 */
export function skeleton(path: string): string {
  const segments = plain(path).replaceAll("\\", "/").split("/").map(plainName);
  return segments.filter((segment) => segment !== "").join("/");
}

/** Windows drops dots and spaces from the end of a name, reads `name:stream` as `name`, and knows `.git` as `git~1` too. */
function plainName(segment: string): string {
  const name = (segment.split(":", 1)[0] ?? "").trim().replace(/[. ]{1,255}$/, "");
  return name.replace(/^(git(?:hub)?)~\d$/, ".$1");
}
