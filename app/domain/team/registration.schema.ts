// The forms of signing up, in, and resetting. Zod only.
import { z } from "zod";

export const BUSINESS_TYPES = [
  ["healthcare", "Healthcare"],
  ["wellness", "Wellness"],
  ["corporate", "Corporate"],
  ["education", "Education"],
  ["hospitality", "Hospitality"],
  ["home_services", "Home services"],
  ["other", "Other"],
] as const;
export type BusinessType = (typeof BUSINESS_TYPES)[number][0];
export const BUSINESS_TYPE_VALUES = BUSINESS_TYPES.map(([value]) => value) as [BusinessType, ...BusinessType[]];

const text = (max: number, missing: string) =>
  z.string({ error: missing }).trim().min(1, missing).max(max, `At most ${max} characters.`);
const optionalText = (max: number) => z.string().trim().max(max, `At most ${max} characters.`).optional();

export const Email = z
  .string({ error: "Enter your email address." })
  .trim()
  .toLowerCase()
  .max(320, "This address is too long.")
  .pipe(z.email("Enter an address like name@example.com."));

const COMMON = new Set(
  "password123 1234567890 qwertyuiop passwordpassword 0123456789 iloveyou123 letmein123 welcome123 administrator changeme123 qwerty12345 password1234 12345678910".split(
    " ",
  ),
);

/** Length beats composition (NIST SP 800-63B §3.1.1.2); what everybody tries first is refused. */
export const Password = z
  .string({ error: "Choose a password." })
  .min(10, "Use at least 10 characters.")
  .max(200, "Use at most 200 characters.")
  .refine((value) => !COMMON.has(value.toLowerCase()), "This password is one of the first that anybody would try.")
  .refine((value) => new Set(value).size > 3, "Use more than a few different characters.");

export const Company = z.object({
  companyName: text(120, "Enter your company's name."),
  businessType: z.enum(BUSINESS_TYPE_VALUES, { error: "Choose what fits best." }),
  industry: optionalText(80),
  region: optionalText(80),
  expectedUsers: z.coerce.number().int().min(1, "At least 1.").max(1_000_000, "At most 1,000,000.").optional(),
  contactPhone: optionalText(40),
  timeZone: z
    .string()
    .max(64)
    .optional()
    .transform((zone) => (zone && isTimeZone(zone) ? zone : "UTC")),
});
export type Company = z.infer<typeof Company>;

/** A further organisation. The attempt is the form's own secret: sent again, it gives the organisation it gave before. */
export const FurtherCompany = Company.extend({ attempt: z.string().max(64).optional() });
export type FurtherCompany = z.infer<typeof FurtherCompany>;

export const SignUp = Company.extend({
  displayName: text(80, "Enter your name."),
  email: Email,
  password: Password,
}).superRefine((value, context) => {
  const password = value.password.toLowerCase();
  if (password === value.email || password.includes(value.email.split("@")[0] ?? " ".repeat(9))) {
    context.addIssue({ code: "custom", path: ["password"], message: "Don't use your address as your password." });
  }
});
export type SignUp = z.infer<typeof SignUp>;

export const SignIn = z.object({
  email: Email,
  password: z.string({ error: "Enter your password." }).min(1, "Enter your password.").max(1000),
  next: z.string().max(500).optional(),
});

export const ForgotPassword = z.object({ email: Email });

export const ResetPassword = z.object({ password: Password });

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
