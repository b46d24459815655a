// What a deployment provider tells unasked, from its bytes to our terms.
import { describe, expect, test } from "vitest";
import { verifyDeploymentCallback } from "#app/integrations/deployments/callback.ts";
import { signedHeaders } from "#app/platform/standard-webhooks.ts";
import { CALLBACK_SECRET, SECRET } from "../../support/deployments.ts";

const now = new Date(1_700_000_000_000);
const told = {
  id: "dep_1",
  deployment_id: "01890a5d-ac96-774b-bcce-b302099a8057",
  tenant_id: "01890a5d-ac96-774b-bcce-b302099a8058",
  status: "failed",
  progress: 45,
  reason: "No space left.",
  at: "2023-11-14T22:13:20.123Z",
};

async function arrives(data: object, message: object = {}, secret = CALLBACK_SECRET) {
  const body = new TextEncoder().encode(JSON.stringify({ type: "deployment.status", data, ...message }));
  const headers = new Headers(await signedHeaders({ id: "msg_1", at: now, body }, [secret]));
  return verifyDeploymentCallback(body, headers, [CALLBACK_SECRET], now);
}

describe("a status callback", () => {
  test("says whose deployment it is, how far it has come, and since when", async () => {
    expect(await arrives(told, { timestamp: "2023-11-14T22:13:20Z", more: true })).toEqual({
      messageId: "msg_1",
      deploymentId: told.deployment_id,
      tenantId: told.tenant_id,
      externalId: "dep_1",
      report: { status: "failed", progress: 45, reason: "No space left.", at: new Date(told.at) },
    });
  });

  test("signed with another secret is refused before it is read", async () => {
    await expect(arrives(told, {}, SECRET)).rejects.toMatchObject({ code: "invalid", reason: "signature_invalid" });
    expect(await arrives(told)).toMatchObject({ externalId: "dep_1" });
  });

  test.each([
    ["a status that we don't know", { ...told, status: "exploded" }, {}],
    ["an id that is none of ours", { ...told, deployment_id: "1' or '1'='1" }, {}],
    ["no time", { ...told, at: "yesterday" }, {}],
    ["another type", told, { type: "deployment.requested" }],
  ])("with %s isn't taken for one", async (_what, data, message) => {
    await expect(arrives(data, message)).rejects.toMatchObject({ code: "unprocessable", reason: "callback_unknown" });
  });

  test("signed bytes that are no JSON aren't taken for one", async () => {
    const body = new Uint8Array([0xff, 0x7b]);
    const headers = new Headers(await signedHeaders({ id: "msg_1", at: now, body }, [CALLBACK_SECRET]));
    await expect(verifyDeploymentCallback(body, headers, [CALLBACK_SECRET], now)).rejects.toMatchObject({
      reason: "callback_unknown",
    });
  });

  test("loses what a page or a database couldn't take, and nothing else", async () => {
    const { report } = await arrives({ ...told, progress: 140.4, reason: `a\u0000b\tc\u001b[31m ${"é".repeat(600)}` });
    expect(report.progress).toBe(100);
    expect(report.reason).toMatch(/^ab\tc\[31m é+$/);
    expect(report.reason).toHaveLength(500);
  });

  test("without a reason has none", async () => {
    const { reason: _left, ...without } = told;
    expect((await arrives(without)).report.reason).toBeNull();
  });
});
