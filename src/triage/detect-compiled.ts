import { present } from "./ecosystem.ts";
import type { Ecosystem } from "./ecosystem.ts";

/** Go tests packages, not files: the files' directories are its arguments. */
const packagesOfFiles = '$(for file in {files}; do dirname "./$file"; done | sort -u)';

export const go: Ecosystem = {
  manifests: ["go.mod"],
  detect({ files, paths }) {
    if (!files.has("go.mod")) return undefined;
    const locked = paths.has("go.sum");
    return {
      setup: locked ? ["go mod download"] : [],
      lockFiles: locked ? ["go.mod", "go.sum"] : [],
      verify: ["go test ./..."],
      reproduce: `go test ${packagesOfFiles}`,
    };
  },
};

/** No `reproduce`: most Rust tests stand in the sources, so the whole suite is what shows a failure. */
export const rust: Ecosystem = {
  manifests: ["Cargo.toml"],
  detect({ files, paths }) {
    const manifest = files.get("Cargo.toml");
    if (manifest === undefined) return undefined;
    const lockFiles = present(paths, ["Cargo.lock", ...[...paths].filter((path) => /(?:^|\/)Cargo\.toml$/.test(path))]);
    const depends = /^\[(?:[\w.'"()=, -]*\.)?(?:dev-|build-)?dependencies(?:\.[\w-]+)?\]|^\[workspace\]/m.test(
      manifest,
    );
    return {
      setup: depends ? [`cargo fetch${paths.has("Cargo.lock") ? " --locked" : ""}`] : [],
      lockFiles: depends ? lockFiles : [],
      verify: ["cargo test"],
    };
  },
};
