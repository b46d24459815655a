// Owns the open tooltip. Only tooltip.tsx imports it, lazily.
import * as Radix from "radix-ui/tooltip";
import type { ReactElement } from "react";

export interface TooltipBubbleProps {
  text: string;
  side: "top" | "right" | "bottom" | "left";
  children: ReactElement;
}

export function TooltipBubble({ text, side, children }: TooltipBubbleProps) {
  return (
    <Radix.Provider delayDuration={300}>
      <Radix.Root defaultOpen>
        <Radix.Trigger asChild>
          <span className="inline-flex">{children}</span>
        </Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            side={side}
            sideOffset={6}
            collisionPadding={8}
            className="z-50 max-w-64 animate-fade-in rounded-sm bg-ink px-2 py-1 text-xs text-page shadow-overlay"
          >
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
