// The embedded sign-in: our own users table, passwords by argon2id.
import type { Db } from "#app/platform/db.ts";
import { sha256Hex } from "#app/platform/ids.ts";
import { hashPassword, pretendToVerify, verifyPassword } from "./passwords.ts";
import { proveAddress, queueVerification } from "./people.ts";
import type { IdentityProvider } from "./ports.ts";

export function embeddedIdentity(db: Db): IdentityProvider {
  return {
    name: "embedded",
    async signIn(email, password) {
      const candidates = await db.gate<{ userId: string; encryptedPassword: string }[]>`
        select * from app.sign_in_candidates(${email})`;
      if (candidates.length === 0) await pretendToVerify(password);
      // All at once, so that how many there are can hardly be timed.
      const fits = await Promise.all(candidates.map((one) => verifyPassword(password, one.encryptedPassword)));
      const match = candidates[fits.indexOf(true)];
      return match ? { userId: match.userId } : null;
    },
    async signUp({ password }) {
      return { userId: null, passwordHash: await hashPassword(password) };
    },
    async requestPasswordReset(email) {
      await db.gate`select app.request_password_reset(${email})`;
    },
    async resetPassword(token, password) {
      const hash = await hashPassword(password);
      const [row] = await db.gate<{ outcome: "done" | "invalid" }[]>`
        select app.reset_password(${await sha256Hex(token)}, ${hash}) as outcome`;
      return row?.outcome ?? "invalid";
    },
    verifyEmail: (token) => proveAddress(db, token),
    requestVerification: (actor) => queueVerification(db, actor),
  };
}
