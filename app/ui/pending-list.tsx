// Owns what stands in a list's place while another page or filter of it is on its way.
import { useLocation, useNavigation } from "@remix-run/react";
import { type ReactNode, useEffect, useState } from "react";
import { SkeletonRows } from "./skeleton.tsx";

/** Quick answers show no shapes at all. */
const PATIENCE_MS = 250;

export function PendingList({ label, rows, children }: { label: string; rows: number; children: ReactNode }) {
  const { pathname } = useLocation();
  const { state, location, formMethod } = useNavigation();
  const pending = state === "loading" && formMethod !== "POST" && location.pathname === pathname;
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!pending) return setLate(false);
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [pending]);
  if (!late) return <>{children}</>;
  return (
    <div className="rounded border border-line bg-surface">
      <SkeletonRows rows={Math.max(3, rows)} label={label} />
    </div>
  );
}
