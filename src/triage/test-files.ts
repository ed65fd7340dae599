/** Directories whose files exist for tests, whatever they are: cases, fixtures, snapshots. */
const testDirectories = new Set([
  "test",
  "tests",
  "__tests__",
  "__mocks__",
  "__snapshots__",
  "__fixtures__",
  "e2e",
  "cypress",
  "testdata",
  "test-data",
  "test-fixtures",
  "testing-fixtures",
  "androidtest",
  "integration-tests",
  "integration_tests",
  "unit-tests",
]);

/** `spec/` holds tests in Ruby and JavaScript, and API descriptions elsewhere: there the ending decides. */
const specDirectories = new Set(["spec", "specs"]);
const specFile = /\.(?:rb|[cm]?[jt]sx?|cr|lua|moon|snap)$/;
const specSupport = new Set(["fixtures", "support", "factories", "cassettes"]);

const testNames: readonly RegExp[] = [
  /[._-](?:test|tests|spec|specs|e2e|cy)\.[cm]?[jt]sx?$/i,
  /\.(?:snap|storyshot)$/,
  /^test_.+\.py$|_test\.py$|^conftest\.py$/,
  /_test\.(?:go|exs?|dart|cc|cpp|c|rb|lua)$/,
  /_spec\.(?:rb|lua|cr)$/,
  /(?:Test|Tests|TestCase|[a-z]IT)\.(?:java|kt|kts|scala|groovy|php|cs|fs|vb|swift)$/,
  /(?:Spec|Specs|Suite)\.(?:scala|groovy|kt|swift)$/,
  /^Test[A-Z]\w*\.(?:java|kt|php|cs)$/,
  /^test-.+\.[cm]?[jt]sx?$|^test\.[cm]?[jt]sx?$/,
  /^tests?\.(?:py|rs)$|_tests?\.rs$/,
  /\.(?:bats|t)$|\.test-d\.ts$/,
];

/**
 * Whether a path of a repository (with slashes) is a test's: a case, a fixture, a snapshot or a helper in a test directory.
 * When in doubt it is one: a source taken for a test makes a proof fail, a test taken for a source could make one pass.
 */
export function isTestFile(path: string): boolean {
  const segments = path.split("/");
  const name = segments.pop() ?? "";
  return testNames.some((pattern) => pattern.test(name)) || isTestDirectory(segments, name);
}

function isTestDirectory(segments: readonly string[], name: string): boolean {
  const directories = segments.map((segment) => segment.toLowerCase());
  if (directories.some((directory) => testDirectories.has(directory) || /\.tests?$/.test(directory))) return true;
  if (!directories.some((directory) => specDirectories.has(directory))) return false;
  return specFile.test(name) || directories.some((directory) => specSupport.has(directory));
}

const supportNames =
  /^(?:index|setup|helpers?|utils?|common|constants|conftest|types)\.|\.d\.ts$|\.config\.[cm]?[jt]s$/i;
const supportDirectories =
  /^(?:__(?:mocks|snapshots|fixtures)__|fixtures?|support|helpers?|utils?|mocks?|data|testdata|factories|cassettes)$/;
const runnable = /\.(?:[cm]?[jt]sx?|py|rb|php|go|rs|java|kt|scala|groovy|exs|cs|swift|lua|dart|t|bats)$/;

/**
 * Whether a test file holds cases that a runner can be given by its path: not a fixture, a snapshot or a helper, which a
 * runner would refuse or execute.
 */
export function isTestCase(path: string): boolean {
  if (!isTestFile(path) || !runnable.test(path)) return false;
  const segments = path.split("/");
  const name = segments.pop() ?? "";
  if (supportNames.test(name)) return false;
  return (
    testNames.some((pattern) => pattern.test(name)) || !segments.some((segment) => supportDirectories.test(segment))
  );
}
