import { join } from "node:path";
import type { FakeGitHub } from "./github/types.ts";

/** The configuration that connects the App to the stand-ins, as environment variables. */
export function appEnv({
  github,
  model,
  directory,
}: {
  github: Pick<FakeGitHub, "app" | "url">;
  model: { url: string };
  directory: string;
}): Record<string, string> {
  return {
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.app.privateKey,
    WEBHOOK_SECRET: github.app.webhookSecret,
    HOST: "127.0.0.1",
    PORT: "0",
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: github.url,
    ANTHROPIC_API_KEY: "scripted",
    ANTHROPIC_BASE_URL: model.url,
    SELF_HEAL_DATA_DIR: join(directory, "data"),
    SELF_HEAL_SANDBOX_DIR: join(directory, "sandbox"),
  };
}
