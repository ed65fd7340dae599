type Known = { value: Promise<unknown>; at: number };

/** By whom something is read with, and by a key. What is forgotten is read again. */
const known = new WeakMap<object, Map<string, Known>>();
const maxKeys = 2_000;

type Age = { maxAgeMs: number; now: number };

/**
 * Reads what many decisions share, once for all that ask within `maxAgeMs`: a sweep over a thousand pull requests of a
 * repository asks for its rules once a minute. A failure is not kept. `key` names what `read` gives, and its type.
 */
export async function lately<T>(
  reader: object,
  key: string,
  { maxAgeMs, now }: Age,
  read: () => Promise<T>,
): Promise<T> {
  const answers = known.get(reader) ?? new Map<string, Known>();
  known.set(reader, answers);
  const there = answers.get(key);
  // One key has one type: whoever asks for it passes the same `read`.
  if (there && now - there.at < maxAgeMs) return there.value as Promise<T>;
  const value = read();
  const answer = { value, at: now };
  answers.delete(key);
  answers.set(key, answer);
  const [oldest] = answers.keys();
  if (answers.size > maxKeys && oldest !== undefined) answers.delete(oldest);
  value.catch(() => answers.get(key) === answer && answers.delete(key));
  return value;
}
