// The contact details that a visitor leaves.
import { z } from "zod";

export const CaptureLead = z
  .object({
    name: z.string().trim().max(120).optional(),
    email: z.string().trim().toLowerCase().max(320).pipe(z.email()).optional(),
    phone: z.string().trim().min(5).max(40).optional(),
    note: z.string().trim().max(1000).optional(),
  })
  .refine(
    (lead) => lead.email !== undefined || lead.phone !== undefined,
    "An e-mail address or a phone number is needed.",
  );
export type CaptureLead = z.infer<typeof CaptureLead>;
