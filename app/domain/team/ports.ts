// What may stand behind sign-in: our own users, or an outside identity provider. Both end in the same sessions and claims.
import type { UserActor } from "#app/platform/actor.ts";

export interface SignUpRequest {
  email: string;
  password: string;
  displayName: string;
}

export interface IdentityProvider {
  readonly name: "embedded" | "supabase";
  /** Who this is, or null. Takes the same time whether or not the address is known. */
  signIn(email: string, password: string): Promise<{ userId: string } | null>;
  /** Prepares an account. `userId` null: registration makes one; `passwordHash` null: the provider keeps it. */
  signUp(request: SignUpRequest): Promise<{ userId: string | null; passwordHash: string | null }>;
  /** Has a reset mail sent where there is an account; says nothing either way. */
  requestPasswordReset(email: string): Promise<void>;
  /** Sets a password by the token of a reset mail and ends every session. */
  resetPassword(token: string, password: string): Promise<"done" | "invalid">;
  /** Proves an address by the token of a verification mail. `joined`: it belongs to an earlier account now. */
  verifyEmail(token: string): Promise<"verified" | "joined" | "invalid">;
  /** Has the verification mail sent again to a signed-in person who hasn't proved their address. */
  requestVerification(actor: UserActor, email: string): Promise<void>;
}
