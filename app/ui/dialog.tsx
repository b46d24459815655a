// Owns windows over the page: a centred dialog, and a sheet from below for phones.
// About 10 kB gzip: import it lazily where it opens rarely.
import { clsx } from "clsx";
import X from "lucide-react/icons/x";
import * as Radix from "radix-ui/dialog";
import type { ReactNode } from "react";
import { buttonClass } from "./button.tsx";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons at the end. */
  footer?: ReactNode;
  /** "sheet" rises from the bottom edge. */
  shape?: "centre" | "sheet" | undefined;
  /** Keeps the title for screen readers only. */
  hideTitle?: boolean | undefined;
  width?: "md" | "lg" | undefined;
}

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  shape = "centre",
  hideTitle = false,
  width = "md",
}: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade-in bg-scrim" />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          className={clsx(
            "fixed z-50 flex flex-col overflow-hidden border border-line bg-surface shadow-overlay focus:outline-none",
            shape === "centre" &&
              "top-[12vh] left-1/2 max-h-[76vh] w-[calc(100vw-32px)] -translate-x-1/2 animate-rise-in rounded",
            shape === "centre" && (width === "lg" ? "max-w-2xl" : "max-w-md"),
            shape === "sheet" &&
              "inset-x-0 bottom-0 max-h-[85vh] animate-sheet-in rounded-t border-x-0 border-b-0 pb-[env(safe-area-inset-bottom)]",
          )}
        >
          <div className={clsx("pt-4 pr-14 pl-5", hideTitle && "sr-only")}>
            <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
            {description ? <Radix.Description className="mt-1 text-muted">{description}</Radix.Description> : null}
          </div>
          {children ? (
            <div className={clsx("min-h-0 flex-1 overflow-y-auto", !hideTitle && "px-5 py-4")}>{children}</div>
          ) : null}
          {footer ? (
            <div className="flex flex-col-reverse gap-2 px-5 pt-1 pb-5 sm:flex-row sm:justify-end">{footer}</div>
          ) : null}
          {/* Last, so that what the dialog is about gets the focus first. */}
          <Radix.Close
            aria-label="Close"
            className={clsx(
              buttonClass({ variant: "quiet", size: "sm", iconOnly: true }),
              hideTitle ? "sr-only" : "absolute top-3 right-3",
            )}
          >
            <X aria-hidden />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
