// Owns one rendering of every shell; the app's holds all primitives. Tests and pictures are made of it.
import House from "lucide-react/icons/house";
import MessagesSquare from "lucide-react/icons/messages-square";
import Settings from "lucide-react/icons/settings";
import type { ReactNode } from "react";
import { AppShell, type AppShellProps } from "#app/ui/app-shell.tsx";
import { Badge } from "#app/ui/badge.tsx";
import { Banner } from "#app/ui/banner.tsx";
import { Button } from "#app/ui/button.tsx";
import { Card } from "#app/ui/card.tsx";
import { Field } from "#app/ui/field.tsx";
import { FocusShell } from "#app/ui/focus-shell.tsx";
import { Input } from "#app/ui/input.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { TextLink } from "#app/ui/text-link.tsx";
import { WizardShell } from "#app/ui/wizard-shell.tsx";
import { FormGallery, ListGallery, longWord, StateGallery } from "./gallery-parts.tsx";

const shell: Omit<AppShellProps, "children"> = {
  tenant: { id: "t1", name: "Acme Dental", detail: "acme.foyer.example" },
  tenants: [
    { id: "t1", name: "Acme Dental", detail: "acme.foyer.example" },
    { id: "t2", name: `Globex ${longWord}`, detail: "globex.foyer.example" },
  ],
  user: { name: "Ada Lovelace", email: "ada@acme.example" },
  nav: [
    { to: "/home", label: "Home", icon: House, key: "h" },
    { to: "/conversations", label: "Conversations", icon: MessagesSquare, key: "c", count: 12 },
    { to: "/settings/company", label: "Settings", icon: Settings, key: "s" },
  ],
  commands: [{ id: "add", label: "Add a website", to: "/knowledge" }],
  searches: [{ label: "Search conversations", to: (query) => `/conversations?q=${encodeURIComponent(query)}` }],
  banner: (
    <Banner tone="warning" title="Verify your email." action={<Button size="sm">Send again</Button>}>
      We sent a link to ada@acme.example.
    </Banner>
  ),
};

/** Everything that stands on a page of the app, inside its shell. */
export function AppGallery() {
  return (
    <AppShell {...shell}>
      <PageHeader
        title="Every part"
        description="One rendering of each primitive."
        back={{ to: "/home", label: "Home" }}
        badge={<Badge tone="success">Live</Badge>}
        actions={<Button variant="primary">New conversation</Button>}
      />
      <div className="flex flex-col gap-6">
        <FormGallery />
        <StateGallery />
        <ListGallery />
      </div>
    </AppShell>
  );
}

export function FocusGallery() {
  return (
    <FocusShell
      title="Sign in"
      intro="Good to see you again."
      footer={
        <>
          New here? <TextLink to="/sign-up">Start free trial</TextLink>
        </>
      }
    >
      <form className="flex flex-col gap-4">
        <Field label="Email">
          <Input name="email" type="email" autoComplete="email" />
        </Field>
        <Field label="Password" aside={<TextLink to="/forgot-password">Forgot it?</TextLink>}>
          <Input name="password" type="password" autoComplete="current-password" />
        </Field>
        <Button type="submit" variant="primary">
          Sign in
        </Button>
      </form>
    </FocusShell>
  );
}

export function WizardGallery({ preview }: { preview?: ReactNode }) {
  return (
    <WizardShell
      current="address"
      steps={[
        { key: "company", label: "Company", to: "/onboarding/company", done: true },
        { key: "address", label: "Address and look", to: "/onboarding/address", done: false },
        { key: "plan", label: "Plan", done: false },
        { key: "knowledge", label: "Knowledge", done: false },
        { key: "try", label: "Try it", done: false },
      ]}
      title="Choose your address and look"
      intro="Your agent lives here from the first minute. You can change the look at any time."
      back="/onboarding/company"
      aside={<TextLink to="/home">Finish later</TextLink>}
      preview={preview ?? <Card title="Preview">Your page as visitors see it.</Card>}
    >
      <form className="flex flex-col gap-5">
        <Field label="Address" hint="Letters, digits and hyphens.">
          <Input name="slug" defaultValue="acme" suffix=".foyer.example" />
        </Field>
        <Button type="submit" variant="primary" className="self-start">
          Continue
        </Button>
      </form>
    </WizardShell>
  );
}
