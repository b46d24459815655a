// Owns the mark of the sandbox, which stands on every screen while it is on: what is seen and done here is test data.
import { paths } from "#app/paths.ts";
import { Banner } from "./banner.tsx";
import { LinkButton } from "./button.tsx";
import { useChanges } from "./use-changes.ts";

export interface SandboxBannerProps {
  on: boolean;
}

export function SandboxBanner({ on }: SandboxBannerProps) {
  // Somebody else may turn it on or off while this page is open.
  useChanges(["sandbox"]);
  if (!on) return null;
  return (
    <Banner
      tone="warning"
      title="Sandbox."
      action={
        <LinkButton size="sm" to={paths.settingsSandbox()}>
          Sandbox settings
        </LinkButton>
      }
    >
      You see and make test data. Nothing is billed, and nobody outside gets mail.
    </Banner>
  );
}
