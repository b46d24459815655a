// Forms of the sandbox page.
import { z } from "zod";

export const SwitchSandbox = z.object({
  on: z
    .enum(["true", "false"])
    .default("false")
    .transform((on) => on === "true"),
});
