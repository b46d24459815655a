// A local server that speaks the part of Supabase Auth's wire protocol (GoTrue) that our client uses, with state:
// people, passwords, one-time tokens, and the mails that it would have sent.
// https://github.com/supabase/auth/blob/master/openapi.yaml
import { randomBytes, randomUUID } from "node:crypto";
import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { z } from "zod";

export interface SimulatedMail {
  to: string;
  type: "signup" | "recovery";
  /** As the template's {{ .TokenHash }} would give it. */
  tokenHash: string;
}

interface Person {
  id: string;
  email: string;
  password: string;
  confirmedAt: string | null;
  data: Record<string, unknown>;
}

export interface SupabaseSimulator {
  url: string;
  anonKey: string;
  /** Mails in the order in which they were sent. */
  mails: SimulatedMail[];
  /** Answers the next requests to a path, e.g. `/token`, with this status and error code. */
  fail(path: string, status: number, errorCode: string, times?: number): void;
  close(): Promise<void>;
}

export interface SimulatorOptions {
  port?: number;
  /** As a project with "Confirm email" switched off. */
  autoconfirm?: boolean;
}

const Credentials = z.object({
  email: z.string(),
  password: z.string(),
  data: z.record(z.string(), z.unknown()).nullish(),
});
const Address = z.object({ email: z.string() });
const Verification = z.object({ type: z.enum(["signup", "email", "recovery"]), token_hash: z.string() });
const Change = z.object({ password: z.string().optional() });

/** Listens on loopback until it is closed. */
export async function startSupabaseSimulator(options: SimulatorOptions = {}): Promise<SupabaseSimulator> {
  const anonKey = "simulated-anon-key";
  const people = new Map<string, Person>();
  const tokens = new Map<string, { person: Person; type: SimulatedMail["type"] }>();
  const sessions = new Map<string, Person>();
  const mails: SimulatedMail[] = [];
  const faults: { path: string; status: number; errorCode: string; left: number }[] = [];

  function send(person: Person, type: SimulatedMail["type"]): void {
    const tokenHash = randomBytes(28).toString("hex");
    tokens.set(tokenHash, { person, type });
    mails.push({ to: person.email, type, tokenHash });
  }

  const app = new Hono().basePath("/auth/v1");

  app.use(async (c, next) => {
    const fault = faults.find(({ path, left }) => left > 0 && c.req.path.endsWith(path));
    if (fault) {
      fault.left--;
      return refuse(c, fault.status, fault.errorCode, "Simulated fault");
    }
    if (c.req.header("apikey") !== anonKey) return c.json({ message: "Invalid API key" }, 401);
    await next();
  });

  app.post("/signup", async (c) => {
    const { email, password, data } = Credentials.parse(await c.req.json());
    const known = people.get(email);
    if (known?.confirmedAt && options.autoconfirm)
      return refuse(c, 422, "user_already_exists", "User already registered");
    // A proved address is answered as if it were new, with an id that belongs to nobody and no identities.
    if (known?.confirmedAt)
      return c.json({ ...userOf({ ...known, id: randomUUID(), confirmedAt: null }), identities: [] });
    if (known) {
      send(known, "signup");
      return c.json(userOf(known));
    }
    const confirmedAt = options.autoconfirm ? new Date().toISOString() : null;
    const person: Person = { id: randomUUID(), email, password, confirmedAt, data: data ?? {} };
    people.set(email, person);
    if (options.autoconfirm) return c.json(openSession(person));
    send(person, "signup");
    return c.json(userOf(person));
  });

  app.post("/token", async (c) => {
    if (c.req.query("grant_type") !== "password") return refuse(c, 400, "validation_failed", "Unsupported grant type");
    const { email, password } = Credentials.parse(await c.req.json());
    const person = people.get(email);
    if (!person || person.password !== password)
      return refuse(c, 400, "invalid_credentials", "Invalid login credentials");
    if (!person.confirmedAt) return refuse(c, 400, "email_not_confirmed", "Email not confirmed");
    return c.json(openSession(person));
  });

  app.post("/recover", async (c) => {
    const { email } = Address.parse(await c.req.json());
    const person = people.get(email);
    if (person) send(person, "recovery");
    return c.json({});
  });

  app.post("/resend", async (c) => {
    const { email } = Address.parse(await c.req.json());
    const person = people.get(email);
    if (person && !person.confirmedAt) send(person, "signup");
    return c.json({});
  });

  app.post("/verify", async (c) => {
    const { type, token_hash: tokenHash } = Verification.parse(await c.req.json());
    const token = tokens.get(tokenHash);
    const suits = token && (token.type === type || (token.type === "signup" && type === "email"));
    if (!token || !suits) return refuse(c, 403, "otp_expired", "Email link is invalid or has expired");
    tokens.delete(tokenHash);
    token.person.confirmedAt ??= new Date().toISOString();
    return c.json(openSession(token.person));
  });

  app.get("/user", (c) => {
    const person = bearerOf(c);
    return person
      ? c.json(userOf(person))
      : refuse(c, 401, "no_authorization", "This endpoint requires a Bearer token");
  });

  app.put("/user", async (c) => {
    const person = bearerOf(c);
    if (!person) return refuse(c, 401, "no_authorization", "This endpoint requires a Bearer token");
    const { password } = Change.parse(await c.req.json());
    if (password !== undefined && password === person.password) {
      return refuse(c, 422, "same_password", "New password should be different from the old password.");
    }
    if (password !== undefined) person.password = password;
    return c.json(userOf(person));
  });

  app.post("/logout", (c) => {
    const person = bearerOf(c);
    for (const [token, holder] of sessions) if (holder === person) sessions.delete(token);
    return c.body(null, 204);
  });

  function openSession(person: Person) {
    const accessToken = unsignedToken({ sub: person.id, email: person.email, role: "authenticated" });
    sessions.set(accessToken, person);
    return {
      access_token: accessToken,
      token_type: "bearer",
      expires_in: 3600,
      expires_at: Math.floor(Date.now() / 1000) + 3600,
      refresh_token: randomBytes(9).toString("base64url"),
      user: userOf(person),
    };
  }

  function bearerOf(c: Context): Person | undefined {
    return sessions.get(c.req.header("authorization")?.replace(/^Bearer /i, "") ?? "");
  }

  const server = await new Promise<ReturnType<typeof serve>>((ready) => {
    const started = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: options.port ?? 0 }, () => ready(started));
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}`,
    anonKey,
    mails,
    fail: (path, status, errorCode, times = 1) => faults.push({ path, status, errorCode, left: times }),
    close: () => new Promise((done) => server.close(() => done())),
  };
}

function userOf({ id, email, confirmedAt, data }: Person) {
  const now = new Date().toISOString();
  return {
    id,
    aud: "authenticated",
    role: "authenticated",
    email,
    phone: "",
    ...(confirmedAt && { email_confirmed_at: confirmedAt, confirmed_at: confirmedAt }),
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: data,
    identities: [{ identity_id: id, id, user_id: id, provider: "email", identity_data: { email, sub: id } }],
    created_at: now,
    updated_at: now,
  };
}

/** GoTrue's error body since its API version 2024-01-01. */
function refuse(c: Context, status: number, errorCode: string, message: string): Response {
  c.header("x-supabase-api-version", "2024-01-01");
  return c.newResponse(JSON.stringify({ code: errorCode, message }), {
    status: status as 400,
    headers: { "content-type": "application/json" },
  });
}

/** In the form of a JWT, since the client looks into it; nobody checks the signature here. */
function unsignedToken(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const issued = Math.floor(Date.now() / 1000);
  const payload = { ...claims, iat: issued, exp: issued + 3600, session_id: randomUUID() };
  return `${part({ alg: "HS256", typ: "JWT" })}.${part(payload)}.${randomBytes(32).toString("base64url")}`;
}
