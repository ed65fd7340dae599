import type { CommandName } from "./command.ts";

/** Buttons on the gate's check run; each is a command. GitHub's limits: 3, of 20 and 40 characters. */
export const gateButtons = [
  { label: "Retry", description: "Make another attempt at the fix", identifier: "retry" },
  { label: "Hold", description: "Let it rest until somebody says go", identifier: "hold" },
  { label: "Explain", description: "Say why, condition by condition", identifier: "explain" },
] as const satisfies readonly { label: string; description: string; identifier: CommandName }[];

/** The `external_id` of the gate of one pull request. */
export function gateExternalId(number: number): string {
  return `gate/${number}`;
}

export function pullOfGate(externalId: string): number | undefined {
  const number = /^gate\/([1-9]\d{0,9})$/.exec(externalId)?.[1];
  return number === undefined ? undefined : Number(number);
}
