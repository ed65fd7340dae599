import { rulesOf } from "./log-rule.ts";
import type { LogRule } from "./log-rule.ts";

/** Services outside the code: credentials, git, the network, containers. */
export const outsideRules: readonly LogRule[] = [
  ...rulesOf("network-external", {
    "rate-limit": {
      cues: "rate limit|toomanyrequests|too many requests|429",
      pattern:
        /\brate limit(?:ed)? (?:exceeded|for)|exceeded .{0,60}rate limit|\bTOOMANYREQUESTS\b|\btoomanyrequests: |\b429:? ?\(?Too Many Requests|(?:HTTP|status|code|error)[^\d]{0,20}429\b|You have reached your pull rate limit/i,
      yes: '"message": "API rate limit exceeded for user ID 1."',
      no: "rate limiting is tested",
    },
  }),
  ...rulesOf("auth-permission", {
    "github-token": {
      cues: "not accessible by|bad credentials|must have admin|requires authentication|could not read username|oidc|id-token|denied to",
      pattern:
        /Resource not accessible by (?:integration|personal access token)|\bBad credentials\b|Must have (?:admin|push) (?:rights|access)|could not read Username for 'https|Permission to \S{1,200} denied to|refusing to allow a|Could not assume role with OIDC|Unable to get ACTIONS_ID_TOKEN|Authentication failed for 'http/,
      yes: "HttpError: Resource not accessible by integration",
      no: "resources accessible by everybody",
    },
    credentials: {
      cues: "credential|accessdenied|access denied|expiredtoken|expired token|token has expired|unauthorized|not authorized|unrecognizedclient|invalidclienttoken|invalid_grant|signaturedoesnotmatch|loginerror|authentication|security token|npm err! code e401|e403|e401|eneedauth",
      pattern:
        /(?:Unable to locate|Could not load|[Nn]o valid|Missing|Invalid|Failed to (?:load|get|retrieve)) credentials?\b|[Cc]redentials? (?:could not be|not found|are (?:invalid|missing)|ha(?:ve|s) expired)|Could not load (?:AWS |default )?credentials|\bAccessDenied(?:Exception)?\b|\bExpiredToken(?:Exception)?\b|[Tt]oken (?:has|is|included in the request is) (?:expired|invalid)|\b(?:UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|invalid_grant)\b|is not authorized to perform|^npm (?:ERR!|error) code (?:E401|E403|ENEEDAUTH)|unauthorized: (?:authentication required|access|incorrect|unauthenticated)|denied: (?:requested access|permission|User)|no basic auth credentials|authentication failed\b/,
      yes: "Error: Credentials could not be loaded, please check your action inputs",
      no: "loading credentials",
    },
    "http-forbidden": {
      cues: "403|401",
      pattern:
        /\b(?:HTTP(?:\/\d(?:\.\d)?)?(?: Error| error| status)?:?|status(?:[ _]code)?:?|error:?|code:?|returned error:|Client Error:|HttpError:)\s{0,2}\(?(?:401|403)\b|\b(?:401 Unauthorized|403 Forbidden|401 Client Error|403 Client Error)\b/i,
      yes: "curl: (22) The requested URL returned error: 403",
      no: "took 403 ms",
    },
    permission: {
      cues: "permission denied|eacces|operation not permitted|eperm|host key verification",
      pattern:
        /Permission denied \((?:publickey|password)|\bPermission denied\s*$|: Permission denied\b|\bEACCES\b|^Host key verification failed|Operation not permitted\s*$|\bEPERM\b/,
      yes: "bash: ./run.sh: Permission denied",
      no: "asserts that permission denied is shown",
    },
  }),
  ...rulesOf("dependency", {
    "docker-image": {
      cues: "manifest unknown|manifest for|pull access denied|not found: manifest|no matching manifest|repository does not exist|name unknown|failed to resolve source metadata|errimagepull|imagepullbackoff",
      pattern:
        /\bmanifest unknown\b|[Mm]anifest for \S{1,300} not found|pull access denied|no matching manifest for|repository does not exist|\bname unknown\b|failed to resolve source metadata|\b(?:ErrImagePull|ImagePullBackOff)\b/,
      yes: "Error response from daemon: manifest for acme/app:9 not found: manifest unknown: manifest unknown",
      no: "the manifest for apples",
    },
  }),
  ...rulesOf("network-external", {
    dns: {
      cues: "could not resolve host|temporary failure in name resolution|enotfound|eai_again|name or service not known|no such host|getaddrinfo|nameresolutionerror|temporary failure resolving|unknownhostexception",
      pattern:
        /Could not resolve host|[Tt]emporary failure (?:in name resolution|resolving)|\b(?:ENOTFOUND|EAI_AGAIN)\b|[Nn]ame or service not known|\bno such host\b|getaddrinfo failed|NameResolutionError|UnknownHostException/,
      yes: "curl: (6) Could not resolve host: example.org",
      no: "resolving host names",
    },
    tls: {
      cues: "certificate|ssl|tls",
      pattern:
        /CERTIFICATE_VERIFY_FAILED|certificate (?:has expired|verify failed|is not yet valid|signed by unknown)|SSL certificate problem|\bSSLError\b|SSLHandshakeException|x509: certificate|(?:TLS|SSL) handshake (?:timeout|failed)|gnutls_handshake\(\) failed|SSL_ERROR_SYSCALL|UNABLE_TO_VERIFY_LEAF_SIGNATURE/,
      yes: "fatal: unable to access 'https://example.org/': SSL certificate problem: certificate has expired",
      no: "uploads the certificate",
    },
    connection: {
      cues: "connection|econn|etimedout|epipe|enetunreach|network|socket hang up|timed out|rpc failed|early eof|hung up|fetch failed|readtimeout|i/o timeout|curl: (|broken pipe|ehostunreach|condahttperror",
      pattern:
        /\b(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|EPIPE|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b|[Cc]onnection (?:was )?(?:reset|refused|timed out|aborted|closed by remote|broken)|\bsocket hang up\b|\b(?:Connect(?:ion)?|Read)Timeout(?:Error)?\b|\b(?:ConnectionError|ConnectTimeoutException|NewConnectionError|MaxRetryError|ProtocolError)\b|RPC failed; |\bearly EOF\b|remote end hung up unexpectedly|\bi\/o timeout\b|^CondaHTTPError: |^(?:TypeError: )?fetch failed|Network is unreachable|curl: \((?:5|7|16|18|28|35|52|55|56|92)\)|Failed to connect to \S{1,200} port/,
      yes: "curl: (56) Recv failure: Connection reset by peer",
      no: "opens a connection",
    },
    "server-error": {
      cues: "50|52|bad gateway|service unavailable|gateway time-out|gateway timeout|internal server error",
      pattern:
        /\b(?:HTTP(?:\/\d(?:\.\d)?)?(?: Error| error| status)?:?|status(?:[ _]code)?:?|returned error:|Server Error:|HttpError:|code:?)\s{0,2}\(?5(?:0[0234]|2[0-4])\b|\b5(?:00 Internal Server Error|02 Bad Gateway|03 Service (?:Temporarily )?Unavailable|04 Gateway Time-?out|0\d Server Error)/i,
      yes: "curl: (22) The requested URL returned error: 503",
      no: "took 502 ms",
    },
    "fetch-archives": {
      cues: "failed to fetch|unable to fetch|hash sum mismatch|failed to download|download failed|failed to retrieve|artifact|cache service|unexpected end of file|error downloading",
      pattern:
        /^E: (?:Failed to fetch|Unable to fetch)|Hash Sum mismatch|\b[Ff]ailed to (?:download|retrieve) (?!artifacts? list)\S|[Ee]rror downloading |^Download failed|(?:Unable to (?:download|find any)|Failed to (?:Create|Finalize|List)\s?)[Aa]rtifact|^Artifact not found for name/,
      yes: "E: Failed to fetch http://deb.example.org/x.deb  Hash Sum mismatch",
      no: "retries a failed download",
    },
  }),
  ...rulesOf("infra-runner", {
    docker: {
      cues: "docker daemon|docker api|error response from daemon|oci runtime|failed to create shim|containerd|docker: |failed to solve|dockerfile parse",
      pattern:
        /Cannot connect to the Docker daemon|Error response from daemon: |OCI runtime (?:create|exec) failed|failed to create shim task|error during connect: |failed to connect to the docker API/,
      yes: "docker: Error response from daemon: driver failed programming external connectivity.",
      no: "docker: pulling",
    },
    kubernetes: {
      cues: "evicted|crashloopbackoff|pod |insufficient|node(s)|failedscheduling|backofflimit",
      pattern:
        /\bCrashLoopBackOff\b|\bFailedScheduling\b|\bThe node was low on resource|\bBackoffLimitExceeded\b|Insufficient (?:cpu|memory|nvidia\.com\/gpu)|^Error: UPGRADE FAILED|pod \S{1,200} (?:was evicted|failed)/i,
      yes: "0/5 nodes are available: 5 Insufficient memory. FailedScheduling",
      no: "an insufficient answer",
    },
    hardware: {
      cues: "nvidia|cuda error|cuda driver|nvml|no cuda|rocm|hip error|xid",
      pattern:
        /NVIDIA-SMI has failed|Failed to initialize NVML|CUDA driver (?:version is insufficient|initialization failed)|No CUDA GPUs are available|CUDA error: (?:unknown error|all CUDA-capable devices are busy|an? (?:uncorrectable|hardware))|couldn't communicate with the NVIDIA driver/i,
      yes: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
      no: "nvidia is fine",
    },
  }),
  ...rulesOf("compile", {
    dockerfile: {
      cues: "failed to solve|dockerfile parse|failed to compute cache key|did not complete successfully",
      pattern:
        /^(?:ERROR: )?(?:failed to (?:build|solve): |failed to compute cache key)|dockerfile parse error|^ERROR: process ".{1,600}" did not complete successfully/i,
      yes: 'ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
      no: "docker failed",
    },
  }),
  ...rulesOf("unknown", {
    // A program that runs git prints what git said above or below its own error, which tells what was tried.
    "git-command": {
      cues: "returned non-zero|exit status|exited with|failed with",
      pattern:
        /^(?:[\w.]{1,100}(?:Error|Exception)|Error|Exception): .{0,100}\bgit\b.{0,400}(?:returned non-zero|exit status|exited with|failed with)/,
      yes: "RuntimeError: Command `git -C /src cherry-pick -x 1234abc` returned non-zero exit code 1",
      no: "RuntimeError: Command `make all` returned non-zero exit code 1",
    },
    "git-conflict": {
      cues: "conflict|automatic merge failed|could not apply|patch does not apply|patch failed|cherry-pick",
      pattern:
        /^CONFLICT \(|^Automatic merge failed|^error: (?:could not apply |patch failed: |.{1,300}: patch does not apply)|\bMerge conflict in |Can't merge|cannot be (?:automatically )?(?:merged|rebased)/,
      take: "first",
      yes: "CONFLICT (content): Merge conflict in src/a.ts",
      no: "checks for conflicts",
    },
    git: {
      cues: "fatal: |[rejected]|remote rejected|error: failed to push|pathspec",
      pattern:
        /^(?:##\[error\])?fatal: (?!\s*$)\S|^ ! \[(?:remote )?rejected\]|^error: (?:failed to push some refs|pathspec '|Your local changes to)|^remote: (?:error|fatal): /,
      yes: "fatal: couldn't find remote ref refs/heads/gone",
      no: "a fatal: mistake",
    },
  }),
];
