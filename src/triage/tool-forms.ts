/** One way in which tools write a place on one line; the pattern is global. `sure`: nothing but a place looks like this, whatever the file. */
export type Form = { id: string; pattern: RegExp; sure: boolean; example: string };

// No spaces, quotes or brackets: ends where a sentence would go on.
const file = String.raw`(?<file>(?:file:\/\/\/?)?(?:[A-Za-z]:[\\/])?[^\s:"'\x60<>|*?()[\]{},;=#│•]{1,400})`;
// Brackets are part of some frameworks' file names ([id].tsx); only where something else ends the path.
const bracketed = String.raw`(?<file>(?:file:\/\/\/?)?(?:[A-Za-z]:[\\/])?[^\s:"'\x60<>|*?]{1,400})`;
// Absolute paths may hold spaces: where they start is known.
const absolute = String.raw`(?<file>(?:[A-Za-z]:[\\/]|\/)[^:\t"'<>|*?(]{1,400}\.\w{1,16})`;
const quoted = String.raw`["'\x60](?<file>[^"'\x60:]{1,400}|[A-Za-z]:[^"'\x60:]{1,400})["'\x60]`;
const line = String.raw`(?<line>\d{1,7})`;
const column = String.raw`(?<column>\d{1,5})`;
const start = String.raw`(?:^|[\s("'\x60[=>@│|])`;
// Before a path that may hold brackets: none of its own characters, or each of them would be tried as its start.
const apart = String.raw`(?:^|[\s"'\x60>@│|])`;
const end = String.raw`(?=$|[\s:,;)\]"'\x60|.>-])(?!\.\d|:\d{1,5}\.\d)`;
const rest = String.raw`(?<rest>.{0,2000})$`;

/** Tried in this order: the more a form delimits its parts, the earlier it comes. */
export const forms: readonly Form[] = [
  form(
    "python",
    String.raw`\b[Ff]ile ${quoted}(?:, |:| on | at | )line:? ${line}(?:, (?:col(?:umn)?|characters?) ${column})?,?${rest}`,
    'File "a/b.py", line 3, in f',
  ),
  form(
    "arrow",
    String.raw`^[\s│|]{0,12}(?:-{1,3}>|╭─+\[ ?|┌─+|└─+|,-\[|╰─+) ?${bracketed}:${line}:${column}${rest}`,
    "  --> src/a.rs:3:5",
  ),
  form("arrow-line", String.raw`^\s{0,12}(?:-{2,3}>|└─+) ?${bracketed}:${line}${end}${rest}`, "    └─ lib/a.ex:3"),
  form(
    "absolute-colon",
    String.raw`^\s{0,12}${absolute}:${line}:${column}${end}${rest}`,
    "/home/me/my app/a.c:3:5: error: x",
  ),
  form(
    "absolute-paren",
    String.raw`^\s{0,12}(?:\d{1,3}>)?${absolute} ?\(${line}(?:,\s?${column})?(?:[,-][\d,\s-]{1,20})?\)${end}${rest}`,
    "C:\\My App\\a.cpp(3,5): error C1: x",
  ),
  form(
    "github",
    String.raw`^::(?<severity>error|warning|notice) (?=[^:]{0,600}\bfile=(?<file>[^,:]{1,400}))(?=[^:]{0,1000}\bline=${line})(?:(?=[^:]{0,1000}\bcol(?:umn)?=${column}))?[^:]{0,1000}::${rest}`,
    "::error file=a.js,line=3,col=5::bad",
  ),
  form(
    "paren",
    String.raw`${apart}${bracketed} ?\(${line}(?:[,:]\s?${column})?(?:[,-][\d,\s-]{1,20})?\)${end}${rest}`,
    "src/a.ts(3,5): error TS1: x",
    false,
  ),
  form(
    "paren-colon",
    String.raw`${start}${file}: ?[[(]${line}, ?${column}[\])](?:-\(\d{1,7},\d{1,5}\))?:?${rest}`,
    "e: /src/A.kt: (3, 5): bad",
  ),
  form("square", String.raw`${start}${file}\[${line}(?:, ?${column})?\]:?${rest}`, "ERROR: src/a.ts[3, 5]: bad"),
  form(
    "dart-machine",
    String.raw`^(?<severity>ERROR|WARNING|INFO|HINT)\|\w{1,60}\|(?<code>\w{1,80})\|(?<file>[^|]{1,400})\|${line}\|${column}\|\d{1,6}\|${rest}`,
    "ERROR|STATIC|X|/a.dart|3|5|1|bad",
  ),
  form(
    "line-column",
    String.raw`${start}${file}:? ?[([]?(?:on |at )?[Ll]ine:? ?${line},? (?:col(?:umn)?|char(?:acter)?):? ?${column}[)\]]?${rest}`,
    "a.js: line 3, col 5, Error - bad",
  ),
  form(
    "colon-dot",
    String.raw`${start}"?${file}"?:${line}\.${column}(?:-\d{1,7}(?:\.\d{1,5})?)?:${rest}`,
    "a.y:3.5-9: error: bad",
  ),
  form("colon", String.raw`${start}${file}:${line}:${column}${end}${rest}`, "a.c:3:5: bad"),
  form("char", String.raw`\bAt ${absolute}:${line} char:${column}${rest}`, "At C:\\a b\\x.ps1:3 char:5"),
  form("space-colon", String.raw`${start}${file} ${line}:${column}${end}${rest}`, "ERROR in ./src/a.ts 3:5", false),
  form("colon-space", String.raw`${start}${file}: ?${line}:${column}${end}${rest}`, "a.css: 3:5 bad", false),
  form(
    "cannot-parse",
    String.raw`^error: cannot format (?<file>.{1,400}): Cannot parse.{0,60}?: ${line}:${column}:${rest}`,
    "error: cannot format /a b/c.py: Cannot parse: 3:5: x",
  ),
  form(
    "said-behind",
    String.raw`^\s{0,8}(?:\[?\w{1,30}\]?:? ){0,2}${file}: (?<message>.{0,400}?) \(${line}:${column}\)$`,
    "SyntaxError: /src/a.js: Unexpected token (3:5)",
    false,
  ),
  form("colon-line", String.raw`${start}${file}:${line}${end}(?! \d{1,2}:\d)${rest}`, "a.rb:3: bad", false),
  form("colon-line-bracketed", String.raw`^\s{0,12}${bracketed}:${line}:${rest}`, "app/[id]/page.tsx:3: bad", false),
  form(
    "key-values",
    String.raw`^(?<severity>error|warning|info) file=(?<file>.{1,400}?) message=(?<message>.{0,600}?) line=${line}(?: column=${column})?`,
    "warning file=/a.scala message=bad line=3 column=5",
  ),
  form(
    "on-line-of",
    String.raw`\bline ${line} of (?:file )?["'\x60]?${file}`,
    "Syntax error on line 3 of /etc/a.conf",
    false,
  ),
  form(
    "in-on-line",
    String.raw`\b(?:in|at|on|In|from) ["'\x60]?${file}["'\x60]?,?:? ?(?:on |at )?\(?[Ll]ine:? ${line}\b(?:,? (?:in|col(?:umn)?)\b:? ?${column})?${rest}`,
    "PHP Parse error: bad in a.php on line 3",
    false,
  ),
  form(
    "line-word",
    String.raw`^\s{0,8}(?:\w{1,20}: )?${file}:? (?:\()?[Ll]ine:? ${line}\)?[:,]?${rest}`,
    "a.sh: line 3: syntax error",
    false,
  ),
  form(
    "trailing-line",
    String.raw`^\s{0,8}${file}:? - (?<severity>\w{1,20}): (?<message>.{1,600}?) (?:found )?on line ${line}\b`,
    "a.pp - WARNING: bad on line 3",
    false,
  ),
  form("colon-spaces", String.raw`^(?:\w{1,20}: )?${file}: ${line}: ${rest}`, "a.sh: 3: Syntax error: bad", false),
  form("hash", String.raw`${start}${file}#L?${line}(?:-L?\d{1,7})?${end}${rest}`, "a.sol#3-5 bad", false),
  form(
    "table",
    String.raw`^\s{0,4}${file}(?:\t| {2,40}| {1,4}\| {1,4})\s{0,40}${line}(?:[:\s]{1,3}${column})?(?:\t| {2,}| \|)${rest}`,
    "/app/a.rb    3    Bad",
    false,
  ),
  form("csv", String.raw`^"?${file}"?,"?${line}"?(?:,"?${column}"?)?,${rest}`, "/app/a.go,3,bad", false),
];

function form(id: string, pattern: string, example: string, sure = true): Form {
  return { id, pattern: new RegExp(pattern, "gu"), example, sure };
}
