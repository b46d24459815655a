// Forms around API keys and the widget key.
import { z } from "zod";

export const API_SCOPES = ["chat"] as const;

export const CreateApiKey = z.object({
  name: z
    .string({ error: "Give the key a name." })
    .trim()
    .min(1, "Give the key a name.")
    .max(80, "At most 80 characters."),
  scopes: z.array(z.enum(API_SCOPES)).min(1).default(["chat"]),
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
