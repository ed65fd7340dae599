/** Collects when something was under way, to tell how long at least one of it was. */
export class Intervals {
  readonly #spans: [from: number, to: number][] = [];

  async during<T>(work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.#spans.push([from, performance.now()]);
    }
  }

  add(from: number, to: number): void {
    this.#spans.push([from, to]);
  }

  /** Milliseconds covered by at least one span between two moments. */
  covered(from: number, to: number): number {
    const spans = this.#spans.map(([a, b]) => [Math.max(a, from), Math.min(b, to)] as const).filter(([a, b]) => b > a);
    spans.sort(([a], [b]) => a - b);
    let [total, end] = [0, from];
    for (const [a, b] of spans) {
      total += Math.max(0, b - Math.max(a, end));
      end = Math.max(end, b);
    }
    return total;
  }
}

/** Wraps every method of an object, so that each call counts as a span; what it gives back may be wrapped in turn. */
export function timed<T extends object>(
  target: T,
  intervals: Intervals,
  wrap: (value: unknown) => unknown = (value) => value,
): T {
  return new Proxy(target, {
    get(of, name, self) {
      const member: unknown = Reflect.get(of, name, self);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(member, of, args);
        return result instanceof Promise ? intervals.during(async () => wrap(await result)) : result;
      };
    },
  });
}
