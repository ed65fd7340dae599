import type { Handler, RepositoryHandler } from "../reply.ts";
import { actionsHandlers } from "./actions.ts";
import { appHandlers } from "./app.ts";
import { checkHandlers } from "./checks.ts";
import { contentHandlers } from "./contents.ts";
import { gitDataHandlers } from "./git-data.ts";
import { issueHandlers } from "./issues.ts";
import { organizationHandlers } from "./organizations.ts";
import { pullHandlers } from "./pulls.ts";
import { reactionHandlers } from "./reactions.ts";
import { repositoryHandlers } from "./repositories.ts";
import { reviewHandlers } from "./reviews.ts";
import { rulesetHandlers } from "./rulesets.ts";
import { settingsHandlers } from "./settings.ts";

/** By operation id. Those of a repository get it found and its permissions checked. */
export const handlers: Record<string, Handler> = { ...appHandlers, ...organizationHandlers };
export const handlersInRepository: Record<string, RepositoryHandler> = {
  ...actionsHandlers,
  ...checkHandlers,
  ...contentHandlers,
  ...gitDataHandlers,
  ...issueHandlers,
  ...pullHandlers,
  ...reactionHandlers,
  ...repositoryHandlers,
  ...reviewHandlers,
  ...rulesetHandlers,
  ...settingsHandlers,
};
