// Sign-in by Supabase Auth (GoTrue) in place of our own passwords. It knows who somebody is; sessions, tenants and
// claims stay ours. The project must have "Confirm email" switched on, since a confirmed address is taken as proved, and
// its mail templates must link to {SiteURL}/verify-email/{TokenHash} and {SiteURL}/reset-password/{TokenHash}.
// https://supabase.com/docs/guides/auth/auth-email-templates
import { type AuthError, createClient, type SupabaseClient, type User } from "@supabase/supabase-js";
import { adoptPerson, endSessions, proveAddress, queueVerification } from "#app/domain/team/people.ts";
import type { IdentityProvider } from "#app/domain/team/ports.ts";
import type { Db } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";

export interface SupabaseSettings {
  url: string;
  anonKey: string;
}

/** The tokens of our own mails; GoTrue's are hexadecimal digests, with or without a prefix. */
const OUR_TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** @param appUrl origin to which the provider's mails lead back */
export function supabaseIdentity(settings: SupabaseSettings, appUrl: string, db: Db): IdentityProvider {
  // A client holds one person's session, so that each call has its own.
  const connect = (): SupabaseClient =>
    createClient(settings.url, settings.anonKey, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    });

  function adopt(user: User): Promise<void> {
    const name: unknown = user.user_metadata.display_name;
    return adoptPerson(db, {
      userId: user.id,
      email: user.email ?? "",
      confirmed: Boolean(user.email_confirmed_at),
      displayName: typeof name === "string" ? name : "",
    });
  }

  return {
    name: "supabase",
    async signIn(email, password) {
      const { data, error } = await connect().auth.signInWithPassword({ email, password });
      if (error?.code === "invalid_credentials" || error?.code === "user_banned") return null;
      if (error?.code === "email_not_confirmed") {
        throw new AppError("forbidden", "Please confirm your address first: open the link that we sent you.");
      }
      if (error) throw failure(error);
      await adopt(data.user);
      return { userId: data.user.id };
    },

    async signUp({ email, password, displayName }) {
      const { data, error } = await connect().auth.signUp({
        email,
        password,
        options: { data: { display_name: displayName }, emailRedirectTo: appUrl },
      });
      if (error && error.code !== "user_already_exists" && error.code !== "email_exists") throw failure(error);
      if (data.session) throw new Error('Supabase Auth signs people up unproved: switch on "Confirm email" there.');
      const user = data.user;
      // An address that has an account gives a made-up user without identities: whoever signs up gets a provisional
      // account, which the mail's reader can join. While it is unproved, it gives the first one's id; registration
      // lets nobody enter that.
      const fresh = user && (user.identities?.length ?? 0) > 0;
      return { userId: fresh ? user.id : null, passwordHash: null };
    },

    async requestPasswordReset(email) {
      const { error } = await connect().auth.resetPasswordForEmail(email, { redirectTo: appUrl });
      // What it says about one address, for example that a mail went out just now, is not passed on.
      if (error && isOutage(error)) throw failure(error);
    },

    async resetPassword(token, password) {
      const { auth } = connect();
      const proof = await auth.verifyOtp({ type: "recovery", token_hash: token });
      if (proof.error) return refused(proof.error);
      const change = await auth.updateUser({ password });
      if (change.error?.code === "weak_password") throw weak(change.error);
      // The same password again is as good as a new one to whoever had forgotten it.
      if (change.error && change.error.code !== "same_password") throw failure(change.error);
      await auth.signOut({ scope: "global" });
      if (proof.data.user) {
        await adopt(proof.data.user);
        await endSessions(db, proof.data.user.id);
      }
      return "done";
    },

    async verifyEmail(token) {
      if (OUR_TOKEN.test(token)) return proveAddress(db, token);
      const { data, error } = await connect().auth.verifyOtp({ type: "email", token_hash: token });
      if (error) return refused(error);
      if (data.user) await adopt(data.user);
      return "verified";
    },

    async requestVerification(actor, email) {
      const { error } = await connect().auth.resend({ type: "signup", email, options: { emailRedirectTo: appUrl } });
      if (error && isOutage(error)) throw failure(error);
      // Where the provider has nobody waiting, the account is a provisional one of ours.
      await queueVerification(db, actor);
    },
  };
}

function refused(error: AuthError): "invalid" {
  if (isOutage(error) || error.status === 429) throw failure(error);
  return "invalid";
}

function isOutage({ status }: AuthError): boolean {
  return status === undefined || status === 0 || status >= 500;
}

function weak(cause: AuthError): AppError {
  const message = "This password is too easy to guess. Choose a longer one.";
  return new AppError("unprocessable", message, { cause, fields: { password: [message] } });
}

function failure(error: AuthError): AppError {
  if (error.status === 429) {
    return new AppError("rate_limited", "Too many tries. Please wait a minute, then try again.", {
      cause: error,
      retryAfter: 60,
    });
  }
  if (error.code === "weak_password") return weak(error);
  return new AppError("unavailable", "Signing in isn't possible at the moment. Please try again in a minute.", {
    cause: error,
    retryAfter: 60,
  });
}
