import { present } from "./ecosystem.ts";
import type { Commands, Ecosystem, Facts } from "./ecosystem.ts";

const requirements = [
  "requirements.txt",
  "requirements-dev.txt",
  "requirements-test.txt",
  "requirements_dev.txt",
  "dev-requirements.txt",
  "test-requirements.txt",
];
const projects = ["pyproject.toml", "setup.py", "setup.cfg"];
const manifests = [...projects, ...requirements, "pytest.ini", "tox.ini"];

/** How commands are run, and what must be installed first. */
type Setting = Pick<Commands, "setup" | "lockFiles"> & { python: string };

export const python: Ecosystem = {
  manifests,
  detect(facts) {
    if (!manifests.some((path) => facts.files.has(path)) && !hasTests(facts)) return undefined;
    const { python: interpreter, setup, lockFiles } = setting(facts);
    const runner = runnerOf(facts, interpreter);
    return { setup, lockFiles, verify: [], ...runner };
  },
};

function runnerOf(facts: Facts, interpreter: string): Pick<Commands, "verify" | "reproduce"> | undefined {
  const { files, paths } = facts;
  const text = [...files.values()].join("\n");
  if (/\bpytest\b/.test(text) || present(paths, ["pytest.ini", "conftest.py", "tests/conftest.py"]).length > 0)
    return { verify: [`${interpreter} -m pytest -q`], reproduce: `${interpreter} -m pytest -q {files}` };
  if (paths.has("manage.py")) return { verify: [`${interpreter} manage.py test`] };
  if (!hasTests(facts)) return undefined;
  return { verify: [`${interpreter} -m unittest discover`], reproduce: `${interpreter} -m unittest {files}` };
}

function hasTests({ paths }: Facts): boolean {
  return [...paths].some((path) => /(?:^|\/)(?:test_[^/]+|[^/]+_test)\.py$/.test(path));
}

/** A lock file's tool is taken as it is; requirements go into an environment of the work tree's own. */
function setting({ files, paths }: Facts): Setting {
  if (paths.has("uv.lock"))
    return { setup: ["uv sync --frozen"], lockFiles: ["pyproject.toml", "uv.lock"], python: "uv run --frozen python" };
  if (paths.has("poetry.lock")) {
    const lockFiles = ["pyproject.toml", "poetry.lock"];
    return { setup: ["poetry install --no-interaction"], lockFiles, python: "poetry run python" };
  }
  const lists = requirements.filter((path) => /^\s*[^\s#]/m.test(files.get(path) ?? ""));
  const installable = projects.some((path) => declaresDependencies(files.get(path) ?? ""));
  if (lists.length === 0 && !installable) return { setup: [], lockFiles: [], python: "python3" };
  const wanted = [...lists.map((path) => `-r ${path}`), ...(installable ? ["-e ."] : [])].join(" ");
  return {
    setup: ["python3 -m venv .venv", `.venv/bin/python -m pip install --disable-pip-version-check -q ${wanted}`],
    lockFiles: [...lists, ...present(paths, projects)],
    python: ".venv/bin/python",
  };
}

/** `dependencies = ["x"]`, `install_requires`, Poetry's table: anything that needs more than the standard library. */
function declaresDependencies(project: string): boolean {
  return /^\s*dependencies\s*=\s*\[\s*["']|install_requires|^\[tool\.poetry\.dependencies\]/m.test(project);
}
