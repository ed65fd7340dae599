import { isVendor } from "./frames.ts";
import type { RawFrame, StackLanguage } from "./stack-trace.ts";

/** Packages that come with Java's platform or its usual frameworks. Only whole segments count. */
const foreignJava =
  /^(?:javax?|jdk|sun|com\.sun|jakarta|kotlinx?|scala|groovy|clojure|android[x]?|dalvik|libcore|com\.android|com\.google\.(?:common|inject|gson|protobuf|android|firebase)|org\.(?:springframework|apache|hibernate|eclipse|mortbay|junit|jboss|wildfly|postgresql|slf4j|gradle|codehaus|mockito|testng|aopalliance|jetbrains|h2|mariadb|quartz|thymeleaf|glassfish|yaml|json|aspectj|assertj|hamcrest|scala)|com\.(?:fasterxml|zaxxer|mysql|mongodb|squareup|netflix|ibm\.ws|oracle|microsoft|datastax|rabbitmq|intellij)|io\.(?:netty|micronaut|quarkus|vertx|reactivex|projectreactor|micrometer|undertow|grpc|ktor|lettuce|opentelemetry|smallrye)|reactor|okhttp3|okio|retrofit2|akka|play\.(?:api|core)|net\.(?:sf\.|bytebuddy)|ch\.qos|junit|lombok|_COROUTINE|worker\.org\.gradle)(?:\.|$)/;

/** Namespaces, libraries and applications of other platforms, in the same sense. */
const foreignModules: Partial<Record<StackLanguage, RegExp>> = {
  java: foreignJava,
  kotlin: foreignJava,
  csharp:
    /^(?:System|Microsoft|Windows|Mono|MS|Newtonsoft|NUnit|Xunit|Npgsql|MySql|Dapper|Serilog|NLog|Autofac|AutoMapper|MediatR|Castle|Moq|Polly|Grpc|Google|StackExchange|UnityEngine|UnityEditor|lambda_method|Swashbuckle|FluentValidation|MassTransit|Hangfire|Quartz|RestSharp)(?:\.|$)/,
  swift:
    /^(?:lib[\w.+-]*|Swift|Foundation\w*|CoreFoundation|UIKit\w*|AppKit|SwiftUI\w*|Combine|CFNetwork|GraphicsServices|QuartzCore|CoreData|dyld\w*|\?{3}|Dispatch|NIO\w*|\[system\]|.*\.dylib|.*\.so[\d.]*)$/,
  elixir: /^(?:elixir|stdlib|kernel|erts|ex_unit|mix|iex|logger|compiler|crypto|ssl|inets)$/,
};

/** The standard library, and the crates that call a program's own code: runtimes and frameworks. */
const foreignRust =
  /^(?:<*(?:&mut |&|dyn )?(?:std|core|alloc|backtrace|proc_macro|test|tokio|futures|hyper|axum|actix_\w+|tower|rayon|serde|serde_json|anyhow|eyre|color_eyre)::|__rustc|_?_?rust_|rust_|_start$|__libc|_?main$|start_thread|clone\d?$|<(?:usize|\[T\]|T as))/;

/** The first directories of Go's standard library, as built with `-trimpath` or seen in a function's name. */
const goStandard =
  /^(?:archive|bufio|bytes|cmp|compress|container|context|crypto|database|debug|embed|encoding|errors|expvar|flag|fmt|go|hash|html|image|internal|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|sync|syscall|testing|text|time|unicode|unique|unsafe)(?:\/|$)/;

/**
 * Whether the repository's own people may have written a frame. A sender that says so knows better. Without a file only
 * Java, .NET, Swift and Rust name their packages well enough to tell.
 */
export function isInApp(language: StackLanguage, frame: RawFrame & { inApp?: boolean }): boolean {
  if (frame.inApp !== undefined) return frame.inApp;
  if (isForeign(language, frame) || (frame.file !== undefined && isVendor({ file: frame.file }))) return false;
  return frame.file === undefined ? !frame.native && namesPackages(language, frame) : true;
}

function isForeign(language: StackLanguage, { module = "", file = "", function: name = "" }: RawFrame): boolean {
  if (language === "go") return isGoStandard(module, file);
  // Only gems are named; of the program's own frames the path says enough.
  if (language === "ruby") return module !== "";
  if (language === "rust") return foreignRust.test(name) && !/^(?:\.\/|src\/)/.test(file);
  // Elixir names dependencies with their version, but the program itself too: only those of the platform are known.
  return file.startsWith("deps/") || foreignModules[language]?.test(module) === true;
}

/** A package of the program's own may be called like one of the library's, but then its file lies elsewhere. */
function isGoStandard(module: string, file: string): boolean {
  return goStandard.test(module) && (file.startsWith(`${module}/`) || file.includes(`/src/${module}/`));
}

/** Java's and .NET's frames name a class even where the file was left out, Swift's a library, Rust's a crate. */
function namesPackages(language: StackLanguage, { module = "", function: name = "" }: RawFrame): boolean {
  return language === "rust" ? name.includes("::") : byModule.has(language) && module !== "";
}

const byModule: ReadonlySet<StackLanguage> = new Set(["java", "kotlin", "csharp", "swift"]);
