// A person at a browser, as far as HTTP goes: keeps cookies, sends forms from our own pages, follows nothing by itself.
import type { Answer } from "../setup/web.ts";
import type { Fields } from "./http-recipe.ts";
import { encode } from "./http-recipes.ts";
import type { HttpServer } from "./http-server.ts";

export interface Browser {
  /** The session's token, once signed in. */
  token: string | null;
  /** The try to sign up, from its page on. */
  attempt: string | null;
  open(path: string): Promise<Answer>;
  submit(path: string, fields: Fields, headers?: Record<string, string>): Promise<Answer>;
}

/** @param from address of the sender, as a trusted proxy would state it */
export function browser(web: Pick<HttpServer, "send" | "origin">, from?: string): Browser {
  const secure = web.origin.startsWith("https:");
  const name = secure ? "__Host-foyer_session" : "foyer_session";
  const tryName = secure ? "__Host-foyer_attempt" : "foyer_attempt";
  const surroundings = (): Record<string, string> => ({
    accept: "text/html",
    cookie: [self.token && `${name}=${self.token}`, self.attempt && `${tryName}=${self.attempt}`]
      .filter(Boolean)
      .join("; "),
    ...(from && { "x-forwarded-for": from }),
  });
  const keep = (answer: Answer): Answer => {
    for (const cookie of answer.headers["set-cookie"] ?? []) {
      const [, value] = new RegExp(`^${name}=([^;]*)`).exec(cookie) ?? [];
      if (value !== undefined) self.token = value || null;
      const [, kept] = new RegExp(`^${tryName}=([^;]+)`).exec(cookie) ?? [];
      if (kept) self.attempt = kept;
    }
    return answer;
  };
  const self: Browser = {
    token: null,
    attempt: null,
    open: async (path) => keep(await web.send(path, { headers: surroundings() })),
    submit: async (path, fields, headers = {}) => {
      const form = await encode(fields);
      const sent = { ...surroundings(), ...form.headers, origin: web.origin, ...headers };
      return keep(await web.send(path, { method: "POST", headers: sent, body: form.body }));
    },
  };
  return self;
}

/** A filled sign-up form. */
export function signUpForm(email: string, password: string, companyName = "A Company"): Fields {
  return { companyName, businessType: "other", displayName: "Ada", email, password, timeZone: "UTC" };
}
