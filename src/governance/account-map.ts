import type { Named } from "../domain/people.ts";

/** Something about each of some accounts; an account is found by every other one that `sameAccount` takes for it. */
export type AccountMap<T> = {
  get(account: Named): T | undefined;
  /** The first one about an account stays. */
  add(account: Named, value: T): void;
  /** In lower case. */
  logins(): string[];
};

/** A map, because comparing each with each would let a pull request with many commits take very long. */
export function createAccountMap<T>(): AccountMap<T> {
  const byId = new Map<number, T>();
  const byLogin = new Map<string, T>();
  /** Those of whom only the login is known: they may be any account of that name. */
  const withoutId = new Map<string, T>();
  return {
    get({ id, login }) {
      if (id === undefined) return byLogin.get(keyOf(login));
      return byId.get(id) ?? withoutId.get(keyOf(login));
    },
    add({ id, login }, value) {
      const key = keyOf(login);
      keepFirst(byLogin, key, value);
      if (id === undefined) keepFirst(withoutId, key, value);
      else keepFirst(byId, id, value);
    },
    logins: () => [...byLogin.keys()],
  };
}

function keepFirst<K, T>(map: Map<K, T>, key: K, value: T): void {
  if (!map.has(key)) map.set(key, value);
}

/** Logins differ in case only where they name the same account. */
export function keyOf(login: string): string {
  return login.toLowerCase();
}
