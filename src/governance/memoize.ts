/**
 * Remembers what a costly function made of the texts it was asked about last. The function must be pure and its results
 * must not be changed. `most` texts are kept, none longer than 100,000 characters, so that the memory is bounded. What it
 * throws is not kept.
 */
export function memoize<T>(compute: (text: string) => T, most = 1_000): (text: string) => T {
  const known = new Map<string, { value: T }>();
  return (text) => {
    const found = known.get(text);
    if (found) return found.value;
    const value = compute(text);
    if (text.length > 100_000) return value;
    if (known.size >= most) known.clear();
    known.set(text, { value });
    return value;
  };
}
