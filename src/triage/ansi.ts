/**
 * Terminal control sequences: colours and cursor (CSI), titles and links (OSC), and single escapes. ECMA-48. An OSC
 * sequence that nobody ends takes its line along, no more.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const sequences = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B\n]*(?:\u0007|\u001B\\)?|[@-Z\\^_])/g;

/** Text as it would be read, without colours and the like. */
export function withoutAnsi(text: string): string {
  return text.replaceAll(sequences, "");
}
