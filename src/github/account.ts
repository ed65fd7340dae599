import { Account } from "../domain/snapshot.ts";

/** GitHub shows this user in the place of accounts that were deleted. */
const ghost = "ghost";

/** An account as the domain names it; `null` where it was deleted, or where GitHub knows none (`{}` in some answers). */
export function accountOf(user: object | null | undefined): Account | null {
  if (!user || !("login" in user) || typeof user.login !== "string" || user.login === ghost) return null;
  const type = Account.shape.type.safeParse("type" in user ? user.type : undefined);
  const { data: id } = Account.shape.id.safeParse("id" in user ? user.id : undefined);
  return { ...(id !== undefined && { id }), login: user.login, type: type.data ?? "Unknown" };
}
