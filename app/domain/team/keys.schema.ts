// Forms around API keys and the widget key.
import { z } from "zod";

/** What a key may be allowed, as people choose it. */
export const API_SCOPE_NAMES = {
  chat: "Chat with the agent",
  "tenant:read": "See the organisation",
  "usage:read": "See what was used",
  "usage:write": "Report use of features",
  "billing:read": "See plan and invoices",
  "billing:write": "Change the plan and pay",
} as const;
export type ApiScope = keyof typeof API_SCOPE_NAMES;
export const API_SCOPES = Object.keys(API_SCOPE_NAMES) as [ApiScope, ...ApiScope[]];

export const CreateApiKey = z.object({
  name: z
    .string({ error: "Give the key a name." })
    .trim()
    .min(1, "Give the key a name.")
    .max(80, "At most 80 characters."),
  scopes: z
    .array(z.enum(API_SCOPES), { error: "Choose what the key may do." })
    .min(1, "Choose what the key may do.")
    .max(API_SCOPES.length),
  expiresInDays: z.coerce.number().int().min(1).max(3650).optional(),
});
export type CreateApiKey = z.infer<typeof CreateApiKey>;

export const RevokeApiKey = z.object({ keyId: z.uuid() });

/** An exact origin, `https://*.example.com` for all subdomains, or `*` for any page. */
const ORIGIN = /^(\*|https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?)$/;

export const SaveWidgetKey = z.object({
  allowedOrigins: z
    .string()
    .optional()
    .default("")
    .transform((text) => [
      ...new Set(
        text
          .split(/[\s,]+/)
          .map((line) => line.trim().toLowerCase().replace(/\/$/, ""))
          .filter(Boolean),
      ),
    ])
    .superRefine((origins, context) => {
      const wrong = origins.find((origin) => !ORIGIN.test(origin));
      if (wrong) {
        const message = `“${wrong.slice(0, 80)}” isn't an address. Write each as https://example.com, one a line.`;
        context.addIssue({ code: "custom", message });
      }
      if (origins.length > 50) context.addIssue({ code: "custom", message: "At most 50 addresses." });
    }),
});
export type SaveWidgetKey = z.infer<typeof SaveWidgetKey>;
