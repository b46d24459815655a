// Owns the icon that goes with each tone.
import CircleAlert from "lucide-react/icons/circle-alert";
import CircleCheck from "lucide-react/icons/circle-check";
import Info from "lucide-react/icons/info";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import type { Tone } from "./tone.ts";

const icons = {
  neutral: Info,
  accent: Info,
  success: CircleCheck,
  warning: TriangleAlert,
  danger: CircleAlert,
} as const;

export function ToneIcon({ tone, className = "size-4" }: { tone: Tone; className?: string | undefined }) {
  const Icon = icons[tone];
  return <Icon aria-hidden className={`shrink-0 ${className}`} />;
}
