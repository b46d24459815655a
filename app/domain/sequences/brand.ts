// Whose name and colours a mail carries: the operator's, or the tenant's own as its published theme says.
import type { InTenantTx } from "#app/platform/db.ts";
import { type Env, tenantOrigin } from "#app/platform/env.ts";
import { bareAddress } from "#app/platform/mail.ts";
import { defaultTheme } from "../branding/presets.ts";
import type { ThemeTokens } from "../branding/theme.schema.ts";
import { themeVariables } from "../branding/theme.ts";
import { publishedTheme } from "../branding/themes.ts";
import type { MailLook } from "../mail/look.ts";

/** The operator's name, as its mails show it. */
export function operatorName({ mailFrom }: Pick<Env, "mailFrom">): string {
  const name = /^(.*)<[^<>]*>\s*$/.exec(mailFrom)?.[1]?.trim().replaceAll(/^"|"$/g, "");
  return name || (bareAddress(mailFrom).split("@")[1] ?? "");
}

export function operatorLook(env: Pick<Env, "mailFrom">): MailLook {
  return lookOf(defaultTheme, operatorName(env), null);
}

/** @param tx confined to the tenant */
export async function tenantLook(tx: InTenantTx, env: Env, name: string, slug: string | null): Promise<MailLook> {
  return lookOf(await publishedTheme(tx), name, slug === null ? null : tenantOrigin(env, slug));
}

/** @param origin of the tenant's host, against which a logo's path is meant */
function lookOf(tokens: ThemeTokens, name: string, origin: string | null): MailLook {
  // Mail programs darken what they want to: mails are light.
  const colours = themeVariables(tokens, tokens.darkMode === "dark" ? "dark" : "light");
  const logo = tokens.logoUrl;
  return {
    name,
    logoUrl: logo?.startsWith("/") ? origin && origin + logo : logo,
    page: colours["--page"] ?? "",
    surface: colours["--surface"] ?? "",
    line: colours["--line"] ?? "",
    ink: colours["--ink"] ?? "",
    muted: colours["--muted"] ?? "",
    accent: colours["--accent"] ?? "",
    onAccent: colours["--on-accent"] ?? "",
    radius: tokens.radius,
    font: colours["--font-interface"] ?? "sans-serif",
  };
}
