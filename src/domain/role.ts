import * as z from "zod";

/** GitHub's repository roles, from least to most. Custom roles count as the base role that they were made from. */
const roles = ["none", "read", "triage", "write", "maintain", "admin"] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/** Whether a role includes everything that another one may do. */
export function atLeast(role: Role, wanted: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(wanted);
}
