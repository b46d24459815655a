// A delivery's signature as providers make it: HMAC-SHA-256 over the raw bytes, hex.
declare const Deno: { serve(handler: (request: Request) => Promise<Response>): unknown };

const SECRET = new TextEncoder().encode("bench-secret");
const key = crypto.subtle.importKey("raw", SECRET, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);

export interface Delivery {
  id: string;
  type: string;
}

/** Serves a webhook: verifies the raw bytes, then hands the event over. */
export function serveWebhook(take: (event: Delivery) => Promise<unknown>): void {
  Deno.serve(async (request) => {
    const bytes = await request.arrayBuffer();
    const signature = Uint8Array.fromHex(request.headers.get("x-signature") ?? "");
    if (!(await crypto.subtle.verify("HMAC", await key, signature, bytes))) return new Response(null, { status: 401 });
    await take(JSON.parse(new TextDecoder().decode(bytes)));
    return new Response(null, { status: 204 });
  });
}

declare global {
  interface Uint8ArrayConstructor {
    fromHex(text: string): Uint8Array<ArrayBuffer>;
  }
}
