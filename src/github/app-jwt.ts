import { createPrivateKey, sign } from "node:crypto";

/**
 * The signed statement by which the App itself logs in, in the form that octokit's `createJwt` option takes. Octokit's
 * own reads the clock behind our back. Valid for nine and a half minutes, from half a minute ago: GitHub allows ten, and
 * clocks differ (GitHub docs, "Generating a JSON Web Token for a GitHub App").
 */
export function createAppJwt(
  privateKey: string,
  now: () => number,
): (appId: number | string, skewSeconds?: number) => Promise<{ jwt: string; expiresAt: string }> {
  // Keys often come through the environment, with their line ends escaped.
  const key = createPrivateKey(privateKey.replaceAll(String.raw`\n`, "\n"));
  return async (appId, skewSeconds = 0) => {
    const iat = Math.floor(now() / 1000) + skewSeconds - 30;
    const exp = iat + 600;
    const unsigned = [
      { alg: "RS256", typ: "JWT" },
      { iat, exp, iss: appId },
    ]
      .map(encode)
      .join(".");
    const signature = sign("RSA-SHA256", Buffer.from(unsigned), key).toString("base64url");
    return { jwt: `${unsigned}.${signature}`, expiresAt: new Date(exp * 1000).toISOString() };
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
