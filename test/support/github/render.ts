import type { Account, CheckApp, InstallationState, Repository, World } from "./world.ts";
import type { Json } from "./types.ts";

/** GitHub's dates have no milliseconds. */
export const stamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
export const stampOrNull = (date: Date | undefined): string | null => (date ? stamp(date) : null);

const encodeLogin = (login: string) => encodeURIComponent(login);

/** Whom GitHub names where an account that is gone did something and the schema wants somebody. */
const ghost = { login: "ghost", id: 10137, nodeId: "MDQ6VXNlcjEwMTM3", type: "User" } as const;

/** An author; `null` when the account is gone. */
export const renderAuthor = (world: World, account: Account): Json | null =>
  account.deleted ? null : renderAccount(world, account);

export function renderAccount(world: World, known: Account): Json {
  const account = known.deleted ? ghost : known;
  const url = `${world.url}/users/${encodeLogin(account.login)}`;
  const suffixes = [
    "followers",
    "gists{/gist_id}",
    "starred{/owner}{/repo}",
    "subscriptions",
    "repos",
    "events{/privacy}",
    "received_events",
  ];
  const urls = suffixes.map((suffix) => [`${/^\w+/.exec(suffix)?.[0]}_url`, `${url}/${suffix}`]);
  return {
    login: account.login,
    id: account.id,
    node_id: account.nodeId,
    avatar_url: `${world.url}/avatars/u/${account.id}`,
    gravatar_id: "",
    url,
    html_url: `${world.url}/${account.type === "Bot" ? `apps/${account.login.replace("[bot]", "")}` : account.login}`,
    ...Object.fromEntries(urls),
    following_url: `${url}/following{/other_user}`,
    organizations_url: `${url}/orgs`,
    type: account.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** `GET /users/{login}` and `GET /user`. */
export function renderProfile(world: World, account: Account): Json {
  const unknown = Object.fromEntries(["company", "location", "email", "hireable", "bio"].map((key) => [key, null]));
  const counts = Object.fromEntries(["public_repos", "public_gists", "followers", "following"].map((key) => [key, 0]));
  const createdAt = stamp(account.createdAt);
  return {
    ...renderAccount(world, account),
    name: account.name,
    blog: "",
    ...unknown,
    ...counts,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

export function renderOrganization(world: World, account: Account): Json {
  const url = `${world.url}/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: account.nodeId,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/u/${account.id}`,
    description: null,
  };
}

const collections =
  `archive{archive_format}{/ref} assignees{/user} git/blobs{/sha} branches{/branch} collaborators{/collaborator}
comments{/number} commits{/sha} compare/{base}...{head} contents/{+path} contributors deployments downloads events forks
git/commits{/sha} git/refs{/sha} git/tags{/sha} hooks issues/comments{/number} issues/events{/number} issues{/number}
keys{/key_id} labels{/name} languages merges milestones{/number} notifications{?since,all,participating} pulls{/number}
releases{/id} stargazers statuses/{sha} subscribers subscription tags teams git/trees{/sha}`.split(/\s+/);

/** `git/blobs{/sha}` is called `blobs_url`, `issues/comments{/number}` `issue_comment_url`. */
function urlName(suffix: string): string {
  const [path = ""] = /^[a-z/]+[a-z]/.exec(suffix) ?? [];
  const special: Record<string, string> = {
    "git/commits": "git_commits",
    "git/refs": "git_refs",
    "git/tags": "git_tags",
    "issues/comments": "issue_comment",
    "issues/events": "issue_events",
  };
  return `${special[path] ?? path.replace(/^git\//, "")}_url`;
}

function repositoryUrls(world: World, { fullName }: Repository): Json {
  const url = `${world.url}/repos/${fullName}`;
  return {
    html_url: `${world.url}/${fullName}`,
    url,
    ...Object.fromEntries(collections.map((suffix) => [urlName(suffix), `${url}/${suffix}`])),
    git_url: `git://${new URL(world.url).host}/${fullName}.git`,
    ssh_url: `git@${new URL(world.url).hostname}:${fullName}.git`,
    clone_url: `${world.url}/${fullName}.git`,
    svn_url: `${world.url}/${fullName}`,
  };
}

export function renderRepository(world: World, repository: Repository): Json {
  const open = repository.issues.filter(({ state }) => state === "open").length;
  const zero = [
    "size",
    "stargazers_count",
    "watchers_count",
    "forks_count",
    "forks",
    "watchers",
    "network_count",
    "subscribers_count",
  ];
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: repository.fullName,
    private: repository.private,
    owner: renderAccount(world, repository.owner),
    description: null,
    fork: false,
    ...repositoryUrls(world, repository),
    created_at: stamp(repository.createdAt),
    updated_at: stamp(repository.pushedAt),
    pushed_at: stamp(repository.pushedAt),
    homepage: null,
    language: null,
    mirror_url: null,
    license: null,
    ...Object.fromEntries(zero.map((key) => [key, 0])),
    ...Object.fromEntries(["issues", "projects", "wiki", "downloads"].map((key) => [`has_${key}`, true])),
    has_pages: false,
    has_discussions: false,
    archived: repository.archived,
    disabled: false,
    open_issues_count: open,
    open_issues: open,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? "private" : "public",
    default_branch: repository.defaultBranch,
  };
}

export function renderApp(world: World, app: CheckApp): Json {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: app.nodeId,
    owner: renderAccount(world, app.owner),
    name: app.name,
    description: "",
    external_url: `${world.url}/${app.slug}`,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: stamp(app.createdAt),
    updated_at: stamp(app.createdAt),
    permissions: { metadata: "read", ...app.permissions },
    events: app.events,
  };
}

export function renderInstallation(world: World, installation: InstallationState): Json {
  const { account, id } = installation;
  const kind = account.type === "Organization" ? `organizations/${account.login}/` : "";
  return {
    id,
    account: renderAccount(world, account),
    repository_selection: "selected",
    access_tokens_url: `${world.url}/app/installations/${id}/access_tokens`,
    repositories_url: `${world.url}/installation/repositories`,
    html_url: `${world.url}/${kind}settings/installations/${id}`,
    app_id: world.app.id,
    client_id: world.app.clientId,
    app_slug: world.app.slug,
    target_id: account.id,
    target_type: account.type === "Organization" ? "Organization" : "User",
    permissions: { metadata: "read", ...installation.permissions },
    events: world.app.events,
    created_at: stamp(installation.createdAt),
    updated_at: stamp(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspendedAt ? renderAccount(world, account) : null,
    suspended_at: stampOrNull(installation.suspendedAt),
  };
}
