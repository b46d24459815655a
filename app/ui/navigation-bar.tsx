// Owns the thin line at the top that says a page is on its way. It waits a moment, so that quick pages show nothing.
import { useNavigation } from "@remix-run/react";

export function NavigationBar() {
  const busy = useNavigation().state !== "idle";
  return (
    <div role="progressbar" aria-label="Loading page" hidden={!busy} className="navigation-bar">
      <span />
    </div>
  );
}
