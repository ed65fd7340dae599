import { actOf } from "../access.ts";
import { text } from "../json.ts";
import { created, found, nothing, ok, page } from "../reply.ts";
import type { RepositoryCall, RepositoryHandler, Reply } from "../reply.ts";
import {
  changeRuleset,
  createRuleset,
  removeRuleset,
  renderRuleset,
  renderRulesetSimple,
  rulesOf,
} from "../rulesets.ts";
import type { Json, Ruleset } from "../types.ts";

/** Rulesets, the rules that follow from them, and how they were evaluated. */
export const rulesetHandlers: Record<string, RepositoryHandler> = {
  "repos/get-branch-rules": (call) => page(call, rulesOf(call.repository, call.params["branch"] ?? "")),
  "repos/get-repo-rulesets": (call) => {
    const { world, repository, query } = call;
    const targets = query["targets"]?.split(",");
    const shown = visible(call).filter(({ target }) => targets?.includes(target) ?? true);
    return page(
      call,
      shown.map((ruleset) => renderRulesetSimple(world, repository, ruleset)),
    );
  },
  "repos/get-repo-ruleset": (call) => ok(render(call, found(visible(call).find(isNamed(call))))),
  "repos/create-repo-ruleset": (call) => {
    const fields = fieldsOf(call.body);
    return created(render(call, createRuleset(actOf(call), { ...fields, name: text(call.body["name"]) })));
  },
  "repos/update-repo-ruleset": (call) => {
    const ruleset = own(call);
    changeRuleset(actOf(call), ruleset, fieldsOf(call.body));
    return ok(render(call, ruleset));
  },
  "repos/delete-repo-ruleset": (call) => {
    removeRuleset(actOf(call), own(call));
    return nothing();
  },
  "repos/get-repo-rule-suites": listSuites,
  "repos/get-repo-rule-suite": ({ repository, params }) =>
    ok(found(repository.settings.ruleSuites.find(({ id }) => String(id) === params["rule_suite_id"]))),
};

const render = ({ world, repository, caller }: RepositoryCall, ruleset: Ruleset): Json =>
  renderRuleset(world, repository, ruleset, caller);

const isNamed =
  ({ params }: RepositoryCall) =>
  ({ id }: Ruleset): boolean =>
    String(id) === params["ruleset_id"];

/** With those of the organization, unless asked not to. */
const visible = ({ repository, query }: RepositoryCall): Ruleset[] =>
  repository.settings.rulesets.filter(
    ({ source_type: from }) => query["includes_parents"] !== "false" || from === "Repository",
  );

/** An organization's is not to be changed here. */
const own = (call: RepositoryCall): Ruleset =>
  found(call.repository.settings.rulesets.filter(({ source_type: from }) => from === "Repository").find(isNamed(call)));

/** What the description allows in a body; it was checked against that. */
function fieldsOf(body: Json): Partial<Ruleset> {
  const names = ["name", "target", "enforcement", "bypass_actors", "conditions", "rules"];
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}

const hours: Record<string, number> = { hour: 1, day: 24, week: 24 * 7, month: 24 * 30 };

/** Newest first, and of the last day unless asked otherwise: as on GitHub. */
function listSuites(call: RepositoryCall): Reply {
  const { world, repository, query } = call;
  const since = world.now().getTime() - (hours[query["time_period"] ?? "day"] ?? 24) * 3_600_000;
  const wants = (key: string, value: unknown) =>
    query[key] === undefined || query[key] === "all" || query[key] === value;
  const shown = repository.settings.ruleSuites.filter(
    (suite) =>
      (typeof suite["pushed_at"] !== "string" || new Date(suite["pushed_at"]).getTime() >= since) &&
      wants("rule_suite_result", suite["result"]) &&
      wants("actor_name", suite["actor_name"]) &&
      (wants("ref", suite["ref"]) || `refs/heads/${query["ref"]}` === suite["ref"]),
  );
  return page(call, shown.toReversed().map(simpleSuite));
}

/** Without the single evaluations; and a verdict that is null is left out. */
function simpleSuite(suite: Json): Json {
  return Object.fromEntries(
    Object.entries(suite).filter(([key, value]) => key !== "rule_evaluations" && value !== null),
  );
}
