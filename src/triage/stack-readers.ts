import { browser } from "./stack-browser.ts";
import { csharp } from "./stack-csharp.ts";
import { dart } from "./stack-dart.ts";
import { elixir } from "./stack-elixir.ts";
import { go } from "./stack-go.ts";
import { java } from "./stack-java.ts";
import { javascript } from "./stack-javascript.ts";
import { php } from "./stack-php.ts";
import { python } from "./stack-python.ts";
import { ruby } from "./stack-ruby.ts";
import { rust } from "./stack-rust.ts";
import { swift } from "./stack-swift.ts";
import type { StackReader } from "./stack-trace.ts";

/**
 * Every reader. A line starts at most one language's trace by its form; where two languages print alike (`at …`,
 * `#0 …`, `Traceback …`) their readers look at the lines that follow. So the order says nothing about which is right.
 */
export const stackReaders: readonly StackReader[] = [
  javascript,
  java,
  csharp,
  python,
  go,
  ruby,
  php,
  rust,
  dart,
  swift,
  elixir,
  browser,
];
