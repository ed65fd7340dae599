/**
 * One kind of text that must not be kept. Every pattern takes time in proportion to the text: repetitions are bounded, and
 * a lookbehind lets long runs be tried once. None matches over a NUL or takes away a line break before one, which is how
 * `scrub` keeps texts apart. Without its `hint` in the text a pattern is not tried.
 */
type Pattern = { hint?: string; pattern: RegExp; replace: (match: string, ...rest: string[]) => string };

export const patterns: readonly Pattern[] = [
  {
    // Up to its end, or that of the text where that was cut.
    hint: "PRIVATE KEY",
    pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[^\0]*?(?:-----END [A-Z0-9 ]{0,40}-----|(?=\n\0)|$)/g,
    replace: () => "[private key]",
  },
  {
    hint: "://",
    pattern: /(?<=[a-z][a-z\d+.-]{0,19}:\/\/)[^\s\0/?#"'`<>]{1,300}@/gi,
    replace: () => "[secret]@",
  },
  {
    hint: "eyJ",
    pattern: /(?<![\w-])eyJ[\w-]{8,4000}\.eyJ[\w-]{8,16000}(?:\.[\w-]{0,4000})?/g,
    replace: () => "[token]",
  },
  {
    // The rest of the line: a header's value has spaces and semicolons.
    pattern:
      /((?:authorization|cookie|x-api-key|x-auth-token)\\?["']?[ \t]{0,3}[:=][ \t]{0,3}\\?["']?)[^\r\n\0"'\\]{1,4000}/gi,
    replace: (_, name = "") => `${name}[secret]`,
  },
  {
    pattern: /\b(bearer|token)([ \t]{1,3})([\w.~+/=-]{12,4000})/gi,
    replace: (match, name = "", space = "", value = "") => (looksRandom(value) ? `${name}${space}[secret]` : match),
  },
  {
    pattern: /\b(basic)([ \t]{1,3})([a-z\d+/]{8,4000}={0,2})/gi,
    replace: (match, name = "", space = "", value = "") => (looksRandom(value) ? `${name}${space}[secret]` : match),
  },
  {
    // `password=x`, `"token": "x"`, `?access_token=x`, `Password=x;`, also inside a text that is JSON itself.
    pattern:
      /((?:password|passwd|passphrase|secret|(?<!public[_-]?key)token|api[_-]?key|access[_-]?key|private[_-]?key|account[_-]?key|session[_-]?id|signature|credential|(?<![a-z])(?:pwd|sig|jwt))(\\?["']?[ \t]{0,3}(?:=>|[:=])(?![=>])[ \t]{0,3}))(\\?["'])?([^\s\0"'`;,&<>(){}[\]\\]{1,2000})(?=([(]| [a-z])?)/gi,
    replace: (match, before = "", ...[sign = "", quote = "", value = "", after = ""]) =>
      isWords({ sign, quote, value, after }) ? match : `${before}${quote}[secret]`,
  },
  {
    // Shapes that services give to their keys.
    pattern:
      /(?<![a-z\d])(?:(?:A3T[A-Z\d]|AKIA|ASIA|AROA|AIDA)[A-Z\d]{16}|AIza[\w-]{35}|gh[pousr]_[a-z\d]{20,255}|github_pat_\w{20,255}|glpat-[\w-]{20,64}|xox[a-z]-[\w-]{10,255}|sk-[\w-]{20,255}|[srp]k_(?:live|test)_[a-z\d]{10,255}|npm_[a-z\d]{36}|SG\.[\w-]{16,64}\.[\w-]{16,64}|hv[sb]\.[\w-]{20,255})/gi,
    replace: () => "[secret]",
  },
  {
    // `conc@v0.3.0/wait.go`, `express@4.18.2` and `render@app.js:1:2` are frames; `git@github.com` is nobody.
    hint: "@",
    pattern:
      /(?<![\w.+-])(?!git@)[a-z\d][\w.+-]{0,63}@(?!v?\d{1,6}\.)(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}(?![\w@-]|\.[\w-]|:\d|\/)/gi,
    replace: () => "[email]",
  },
  {
    pattern: /(?<![\w./-]|(?:id|project)=)\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g,
    replace: (match) => (isCard(match.replaceAll(/[ -]/g, "")) ? "[card]" : match),
  },
];

/** Words have no digits, no signs and no capitals in their middle. */
function looksRandom(value: string): boolean {
  return value.length >= 32 || /\d|[a-z][A-Z]|[=+/]/.test(value);
}

const nothing = /^(?:null|undefined|none|nil|true|false|nan|\[secret|\*+$)/i;
const dotted = /^[a-z_$][\w$]*(?:\.[a-z_$][\w$]*)+$/i;

/** Whether what follows a secret's name is prose or code rather than a secret: `Unexpected token: end of input`, `token = read()`. */
function isWords({
  sign,
  quote,
  value,
  after,
}: {
  sign: string;
  quote: string;
  value: string;
  after: string;
}): boolean {
  if (nothing.test(value)) return true;
  if (quote !== "") return false;
  if (after === "(") return true;
  if (sign.includes(" ") && dotted.test(value)) return true;
  return sign.includes(":") && !/[\d!#$%^*+_-]/.test(value) && after !== "";
}

/** The first digits of the card schemes, and the checksum that all of them use (ISO/IEC 7812). */
function isCard(digits: string): boolean {
  if (!/^(?:3[0-9]|4|5[0-8]|6[0-9]|2[2-7])/.test(digits)) return false;
  const backwards = digits.split("").toReversed();
  const sum = backwards.reduce((total, digit, at) => total + luhn(Number(digit), at), 0);
  return sum % 10 === 0;
}

function luhn(digit: number, at: number): number {
  const weighed = at % 2 === 0 ? digit : digit * 2;
  return weighed > 9 ? weighed - 9 : weighed;
}
