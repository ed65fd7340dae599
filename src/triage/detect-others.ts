import { present } from "./ecosystem.ts";
import type { Ecosystem } from "./ecosystem.ts";

const minitest = `bundle exec ruby -Ilib:test -e 'ARGV.each { |file| require "./#{file}" }' {files}`;

export const ruby: Ecosystem = {
  manifests: ["Gemfile"],
  detect({ files, paths }) {
    const gems = files.get("Gemfile");
    if (gems === undefined) return undefined;
    const some = /^\s*(?:gem|gemspec)\b/m.test(gems);
    const setup = some ? ["bundle install"] : [];
    const lockFiles = some
      ? [...present(paths, ["Gemfile", "Gemfile.lock"]), ...[...paths].filter((path) => /^[^/]+\.gemspec$/.test(path))]
      : [];
    const within = (directory: string) => [...paths].some((path) => path.startsWith(directory));
    if (/\brspec\b/.test(gems) || paths.has(".rspec"))
      return { setup, lockFiles, verify: ["bundle exec rspec"], reproduce: "bundle exec rspec {files}" };
    if (paths.has("bin/rails") && within("test/"))
      return { setup, lockFiles, verify: ["bin/rails test"], reproduce: "bin/rails test {files}" };
    if (paths.has("Rakefile") && within("test/"))
      return { setup, lockFiles, verify: ["bundle exec rake test"], reproduce: minitest };
    return { setup, lockFiles, verify: [] };
  },
};

export const composer: Ecosystem = {
  manifests: ["composer.json"],
  detect({ files, paths }) {
    const manifest = files.get("composer.json");
    if (manifest === undefined) return undefined;
    const some = /"require(?:-dev)?"\s*:\s*\{\s*"/.test(manifest);
    const pest = /"pestphp\/pest"/.test(manifest);
    const known =
      pest || /"phpunit\/phpunit"/.test(manifest) || present(paths, ["phpunit.xml", "phpunit.xml.dist"]).length > 0;
    const runner = pest ? "vendor/bin/pest" : "vendor/bin/phpunit";
    return {
      setup: some ? ["composer install --no-interaction --no-scripts --no-progress"] : [],
      lockFiles: some ? present(paths, ["composer.json", "composer.lock"]) : [],
      verify: known ? [runner] : [],
      // PHPUnit takes one file at a time.
      ...(known && { reproduce: `for file in {files}; do ${runner} "$file" || exit 1; done` }),
    };
  },
};

/** `src/test/java/a/CartTest.java,…` as `CartTest,…`, which is how Maven names test classes. */
const classes = `"$(for file in {files}; do basename "\${file%.*}"; done | paste -sd, -)"`;

export const maven: Ecosystem = {
  manifests: ["pom.xml"],
  detect({ files, paths }) {
    if (!files.has("pom.xml")) return undefined;
    const tool = paths.has("mvnw") ? "./mvnw" : "mvn";
    return {
      setup: [`${tool} -B -q dependency:go-offline`],
      lockFiles: [...paths].filter((path) => /(?:^|\/)pom\.xml$/.test(path)),
      verify: [`${tool} -B -q -o test`],
      reproduce: `${tool} -B -q -o test -Dsurefire.failIfNoSpecifiedTests=false -Dtest=${classes}`,
    };
  },
};

/** No `reproduce`: which subproject a test belongs to is not to be seen from its path. */
export const gradle: Ecosystem = {
  manifests: ["build.gradle", "build.gradle.kts"],
  detect({ files, paths }) {
    if (!files.has("build.gradle") && !files.has("build.gradle.kts")) return undefined;
    const tool = paths.has("gradlew") ? "./gradlew" : "gradle";
    return {
      setup: [`${tool} --no-daemon -q testClasses`],
      lockFiles: [...paths].filter((path) =>
        /\.gradle(?:\.kts)?$|(?:^|\/)gradle\.(?:properties|lockfile)$|\.versions\.toml$/.test(path),
      ),
      verify: [`${tool} --no-daemon -q --offline test`],
    };
  },
};
