// Owns the page that asks before a sender's mails end, and says so when they have.
import { Form } from "@remix-run/react";
import type { ReactNode } from "react";
import type { ThemeTokens } from "#app/domain/branding/theme.schema.ts";
import { themeStylesheet } from "#app/domain/branding/theme.ts";
import type { Subscription } from "#app/domain/sequences/subscriptions.ts";
import { Brand } from "./brand.tsx";
import { Button } from "./button.tsx";
import { useDocument } from "./document-context.ts";

export interface UnsubscribePageProps {
  /** Null: the link leads to nobody. */
  subscription: Subscription | null;
  done: boolean;
}

export function UnsubscribePage({ subscription, done }: UnsubscribePageProps) {
  if (!subscription) {
    return (
      <Shell title="This link doesn't lead anywhere">
        It may have been cut off. Open it from the mail once more, or reply to the mail and say that you want no more.
      </Shell>
    );
  }
  const { sender, senderName, unsubscribed, theme } = subscription;
  const from = theme ? { name: senderName, theme } : null;
  const still =
    sender === "operator"
      ? "Mails about your account, such as invoices and passwords, still reach you."
      : "If you write to them again, they can still answer you.";
  if (done || unsubscribed) {
    return (
      <Shell title="You get no more of these mails" from={from}>
        {senderName} won't write to you like this again. {still}
      </Shell>
    );
  }
  return (
    <Shell title={`No more mails from ${senderName}?`} from={from}>
      <p>One press of the button, and they end. {still}</p>
      <Form method="post" className="mt-6">
        <Button type="submit" variant="primary" className="w-full">
          Yes, no more mails
        </Button>
      </Form>
    </Shell>
  );
}

interface ShellProps {
  title: string;
  /** Whose mails they are, where they aren't the operator's own: the page is in their colours then. */
  from?: { name: string; theme: ThemeTokens } | null;
  children: ReactNode;
}

function Shell({ title, from = null, children }: ShellProps) {
  const { nonce } = useDocument();
  return (
    <div className="flex min-h-dvh flex-col items-center bg-page px-4 py-8 text-ink sm:py-16">
      {from ? (
        // biome-ignore lint/security/noDangerouslySetInnerHtml: a stylesheet of validated tokens; React would escape its quotes.
        <style nonce={nonce} dangerouslySetInnerHTML={{ __html: themeStylesheet(from.theme) }} />
      ) : null}
      <header className="max-w-full text-lg font-semibold wrap-anywhere">{from?.name ?? <Brand />}</header>
      <main id="main" className="mt-8 w-full max-w-[416px] sm:mt-12">
        <h1 className="text-center font-title text-xl font-medium tracking-tight wrap-anywhere">{title}</h1>
        <div className="mt-6 rounded border border-line bg-surface p-5 text-muted sm:p-8">{children}</div>
      </main>
    </div>
  );
}
