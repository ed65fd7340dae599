import { rulesOf } from "./log-rule.ts";
import type { LogRule } from "./log-rule.ts";

/**
 * Compilers, linkers and build tools. Where a compiler works through one unit the first error causes the rest; C and C++
 * builds compile many at once and stop after the last.
 */
export const compileRules: readonly LogRule[] = [
  ...rulesOf("compile", {
    rustc: {
      cues: "error[e",
      pattern: /^\s*error\[E\d{4}\]: /,
      take: "first",
      yes: "error[E0308]: mismatched types",
      no: "error[E308]: x",
    },
    msvc: {
      cues: "error c|error lnk|error rc|error msb|error cs|error fs|error bc|error nu|error netsdk|error ca|error ide",
      pattern: /(?:^|[\s:)])(?:fatal )?error (?:C|LNK|RC|MSB|CS|FS|BC|NETSDK|CVT|D)\d{3,5} ?: /,
      yes: "C:\\src\\a.cpp(12): error C2065: 'x': undeclared identifier",
      no: "note: error C code follows",
    },
    linker: {
      cues: "undefined reference to|undefined symbol|duplicate symbol|multiple definition of|ld returned|linker command failed|symbol(s) not found|cannot find -l|library not found for|linking with",
      pattern:
        /: undefined reference to [`']|\bld(?:\.lld|\.gold|64)?: (?:error: )?(?:undefined symbol|duplicate symbol|library not found|cannot find -l|symbol\(s\) not found|multiple definition)|: multiple definition of [`']|^error: linking with `/,
      yes: "main.c:(.text+0x1d): undefined reference to `helper'",
      no: "docs: an undefined reference to the old guide",
    },
    gcc: {
      cues: "error: ",
      pattern:
        /^(?:In file included from .{0,200}|.{0,60}\s)?(?:[A-Za-z]:)?[^\s:(][^:(]{0,300}\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inl|inc|m|mm|cu|cuh|cl|f|f90|F90|s|S|ino|y|l|def|ipp|tpp|hip)(?::\d{1,7}(?::\d{1,5})?:|\(\d{1,7}\):) (?:fatal |internal compiler )?error: /,
      yes: "src/a.cpp:3:12: error: 'x' was not declared in this scope",
      no: "src/a.py:3: error: Incompatible types",
    },
    "gcc-driver": {
      cues: "fatal error: |error: linker|error: unable to execute|internal compiler error|error: unrecognized command|error: unknown argument",
      pattern:
        /^(?:cc1|cc1plus|gcc|g\+\+|clang(?:\+\+)?(?:-\d+)?|c\+\+|cc|x86_64-linux-gnu-\S{1,40}|nvcc|nvcc fatal) ?: (?:fatal |internal compiler )?error: |^\S{0,200}: internal compiler error: |^nvcc fatal\s+: /,
      yes: "clang++: error: unable to execute command: Segmentation fault",
      no: "g++ reported a fatal error: no",
    },
    go: {
      cues: ".go:",
      pattern:
        /^(?:vet: )?(?:\.{0,2}\/)?[\w./@-]{1,300}\.go:\d{1,7}:\d{1,5}: (?!.{0,200}\((?:[a-z]{3,20}|[A-Z]{1,3}\d{3,5})\)$)\S/,
      take: "first",
      yes: "./main.go:7:2: undefined: x",
      no: "main.go:7:2: Error return value is not checked (errcheck)",
    },
    javac: {
      cues: ".java:",
      pattern:
        /^(?:\[ERROR\] )?(?:\[javac\]\s+)?(?:[A-Za-z]:)?[^\s:]{1,300}\.java:(?:\d{1,7}: error: |\[\d{1,7},\d{1,5}\] )/,
      take: "first",
      yes: "src/A.java:12: error: cannot find symbol",
      no: "src/A.java:12: warning: [deprecation] old",
    },
    kotlinc: {
      cues: "e: ",
      pattern: /^\s*e: (?:file:\/\/)?(?:[A-Za-z]:)?[^\s:]{1,300}\.kts?: ?\(?\d{1,7}[,:]/,
      take: "first",
      yes: "e: file:///src/A.kt:12:5 Unresolved reference: x",
      no: "w: file:///src/A.kt:12:5 unused",
    },
    scalac: {
      cues: ".scala:",
      pattern:
        /^(?:\[error\]|error:|\[ERROR\])?\s*(?:-- .{0,60}Error: )?[^\s:]{1,300}\.scala:\d{1,7}(?::\d{1,5})?:? (?:error: )?(?!warning)\S/,
      take: "first",
      yes: "[error] /src/A.scala:10:5: not found: value x",
      no: "[warn] /src/A.scala:10:5: unused import",
    },
    swiftc: {
      cues: ".swift:",
      pattern: /^[^\s:]{1,300}\.swift:\d{1,7}:\d{1,5}: (?:fatal )?error: (?!-\[)/,
      take: "first",
      yes: "/src/A.swift:10:5: error: cannot find 'x' in scope",
      no: "/src/A.swift:10:5: warning: unused",
    },
    "c-like-others": {
      cues: "error",
      pattern:
        /^(?:[A-Za-z]:)?[^\s:(]{1,300}\.(?:hs|ml|zig|d|nim|v|sv|vhd|ex|exs|erl|cr|dart|pas|adb|ads|sol|proto|thrift|vala|gleam|elm|hx|jl)(?::\d{1,7}(?::\d{1,5})?:? |\(\d{1,7}(?:,? ?\d{1,5})?\):? )\s*(?:fatal )?[Ee]rror\b/,
      take: "first",
      yes: "src/Main.hs:5:3: error: Variable not in scope: x",
      no: "src/main.hs is without error",
    },
    "elixir-compile": {
      cues: "compilation error in file|(compileerror)|(syntaxerror)|(tokenmissingerror)",
      pattern: /^== Compilation error in file |^\*\* \((?:CompileError|SyntaxError|TokenMissingError)\) /,
      yes: "== Compilation error in file lib/a.ex ==",
      no: "** (RuntimeError) compile error",
    },
    "dart-solidity": {
      cues: "error: |parsererror|declarationerror|typeerror",
      pattern: /^lib\/[\w./-]{1,200}\.dart:\d{1,7}:\d{1,5}: Error: |^(?:Parser|Declaration)Error: /,
      take: "first",
      yes: "lib/main.dart:3:5: Error: Undefined name 'x'.",
      no: "TypeError: x is not a function",
    },
    syntax: {
      cues: "syntaxerror|syntax error|indentationerror|taberror|parse error|parseerror",
      pattern:
        /^\s*(?:E\s{2,4})?(?:\w+: )?(?:SyntaxError|IndentationError|TabError): |\bsyntax error(?:, unexpected|:? near|: unexpected)|PHP (?:Parse|Fatal) error: {1,2}(?:syntax|Uncaught|Cannot)|^\S{1,200}: line \d{1,7}: syntax error/,
      yes: "SyntaxError: Unexpected token '}'",
      no: "raises SyntaxError: see docs when broken? no",
    },
    "web-bundle": {
      cues: "module not found|could not resolve|rollup failed|failed to compile|build failed with|[error] |could not be resolved|unresolved import|error in ",
      pattern:
        /^(?:Module not found: |ERROR in |✘ \[ERROR\] |X \[ERROR\] |(?:error during build:|\[vite\]).{0,40}(?:Rollup failed|Could not resolve)|\[!\] )|Rollup failed to resolve import|^Error: Could not resolve '|^Build failed with \d{1,5} error/,
      take: "first",
      yes: "Module not found: Error: Can't resolve './x' in '/src'",
      no: "checking for module not found pages",
    },
    cmake: {
      cues: "cmake error",
      pattern: /^CMake Error(?: at |: | \(|$)/,
      take: "first",
      yes: "CMake Error at CMakeLists.txt:10 (find_package):",
      no: "no CMake Error was seen",
    },
    meson: {
      cues: "error: |error:",
      pattern: /^(?:[\w./-]{0,200})?meson\.build:\d{1,7}:\d{1,5}: ERROR: |^configure(?:\.ac:\d{1,7})?: error: /,
      yes: "configure: error: C compiler cannot create executables",
      no: "configured without error: yes",
    },
    protoc: {
      cues: ".proto:",
      pattern: /^[\w./-]{1,300}\.proto:\d{1,7}:\d{1,5}: (?!warning)/,
      take: "first",
      yes: 'a/b.proto:4:3: "Foo" is not defined.',
      no: "a/b.proto:4:3: warning: Import unused.",
    },
    bazel: {
      cues: "error: ",
      pattern:
        /^ERROR: (?:[\w./-]{1,300}(?:BUILD|WORKSPACE|MODULE|\.bzl|\.bazel)[\w.]{0,20}:\d{1,7}:\d{1,5}: |Analysis of target |no such (?:package|target) )/,
      yes: "ERROR: /src/BUILD:3:11: Compiling a.cc failed: (Exit 1): gcc failed",
      no: "ERROR: a test failed",
    },
    "gradle-maven": {
      cues: "failed to execute goal|could not compile|compilation failed|compilation error|what went wrong",
      pattern:
        /^\[ERROR\] (?:COMPILATION ERROR|Failed to execute goal .{0,200}(?:compile|Compilation failure))|^Execution failed for task '.{0,200}:compile|^> Compilation (?:error|failed)/,
      yes: "[ERROR] COMPILATION ERROR :",
      no: "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:test",
    },
    make: {
      cues: "*** ",
      pattern: /^[\w./-]{1,200}:\d{1,7}: \*\*\* |\*\*\* No rule to make target/,
      yes: "Makefile:10: *** missing separator.  Stop.",
      no: "make: *** [all] Error 2",
    },
  }),
];

/** Build tools that only repeat that something below them failed: better than nothing. */
export const buildToolRules: readonly LogRule[] = [
  ...rulesOf("compile", {
    ninja: {
      cues: "ninja: |failed: ",
      pattern: /^FAILED: (?:\[code=\d{1,5}\] )?\S|^ninja: (?:error|fatal): /,
      yes: "FAILED: CMakeFiles/a.dir/a.cpp.o",
      no: "FAILED 3 of 4",
    },
    cargo: {
      cues: "could not compile",
      pattern: /^error: could not compile `/,
      yes: 'error: could not compile `app` (bin "app") due to 1 previous error',
      no: "it could not compile",
    },
    "make-target": {
      cues: "*** [",
      pattern: /^(?:g?make|mingw32-make)(?:\[\d{1,3}\])?: \*\*\* \[/,
      take: "first",
      yes: "make[2]: *** [Makefile:10: a.o] Error 1",
      no: "*** [x]",
    },
    "xcode-msbuild": {
      cues: "build failed|xcodebuild",
      pattern: /^\*\* (?:BUILD|TEST|ARCHIVE) FAILED \*\*|^(?:Build FAILED\.|xcodebuild: error: )/,
      yes: "** BUILD FAILED **",
      no: "the build failed",
    },
  }),
];
