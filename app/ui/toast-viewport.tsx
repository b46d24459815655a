// Owns the place where toasts appear. Only toast.tsx imports it, lazily.
import { clsx } from "clsx";
import X from "lucide-react/icons/x";
import * as Radix from "radix-ui/toast";
import { buttonClass } from "./button.tsx";
import type { ShownToast } from "./toast.tsx";
import { toneInk } from "./tone.ts";
import { ToneIcon } from "./tone-icon.tsx";

export function ToastViewport({ toasts, onDismiss }: { toasts: ShownToast[]; onDismiss: (id: number) => void }) {
  return (
    <Radix.Provider duration={6000} swipeDirection="down">
      {toasts.map((toast) => (
        <Radix.Root
          key={toast.id}
          type={toast.tone === "danger" ? "foreground" : "background"}
          onOpenChange={(open) => {
            if (!open) onDismiss(toast.id);
          }}
          className="flex animate-rise-in items-start gap-3 rounded border border-line bg-surface p-4 shadow-overlay"
        >
          <span className={clsx("mt-0.5", toneInk[toast.tone ?? "neutral"])}>
            <ToneIcon tone={toast.tone ?? "neutral"} />
          </span>
          <div className="min-w-0 flex-1">
            <Radix.Title className="font-medium">{toast.title}</Radix.Title>
            {toast.detail ? <Radix.Description className="text-muted">{toast.detail}</Radix.Description> : null}
          </div>
          {toast.action ? (
            <Radix.Action
              altText={toast.action.label}
              onClick={toast.action.onSelect}
              className={buttonClass({ variant: "secondary", size: "sm" })}
            >
              {toast.action.label}
            </Radix.Action>
          ) : null}
          <Radix.Close
            aria-label="Dismiss"
            className={clsx(buttonClass({ variant: "quiet", size: "sm", iconOnly: true }), "-my-1 -mr-2")}
          >
            <X aria-hidden />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed inset-x-4 bottom-4 z-50 flex flex-col gap-2 sm:right-6 sm:bottom-6 sm:left-auto sm:w-96" />
    </Radix.Provider>
  );
}
