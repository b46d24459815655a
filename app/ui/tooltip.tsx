// Owns the short word over an icon, for eyes only: the element names itself. The bubble (Radix, about 18 kB gzip) is
// fetched on the first hover or focus.
import { lazy, type ReactElement, Suspense, useState } from "react";

const load = () => import("./tooltip-bubble.tsx");
const TooltipBubble = lazy(async () => ({ default: (await load()).TooltipBubble }));

export interface TooltipProps {
  text: string;
  side?: "top" | "right" | "bottom" | "left" | undefined;
  /** One focusable element that names itself, for example a button with `aria-label`. */
  children: ReactElement;
}

export function Tooltip({ text, side = "top", children }: TooltipProps) {
  const [armed, setArmed] = useState(false);
  const plain = (
    // biome-ignore lint/a11y/noStaticElementInteractions: only listens for what reaches the element inside
    <span className="inline-flex" onPointerEnter={() => setArmed(true)} onFocus={() => setArmed(true)}>
      {children}
    </span>
  );
  if (!armed) return plain;
  return (
    <Suspense fallback={plain}>
      <TooltipBubble text={text} side={side}>
        {children}
      </TooltipBubble>
    </Suspense>
  );
}
