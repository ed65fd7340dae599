/** Calls `tick` again and again until the function it gives back is called. Tests pass one they drive by hand. */
export type Every = (ms: number, tick: () => void) => () => void;

/** Does not keep the process alive. */
export const every: Every = (ms, tick) => {
  const timer = setInterval(tick, ms).unref();
  return () => clearInterval(timer);
};
