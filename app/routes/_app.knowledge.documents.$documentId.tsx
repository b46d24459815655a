// One document: the parts that answers are made of.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { getDocument } from "#app/domain/knowledge/documents.ts";
import { DocumentPage } from "#app/ui/knowledge/document-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: data ? `${data.document.title} · Foyer` : "Document · Foyer" },
];

export const loader = memberLoader("knowledge:read", async ({ tx, params, viewer }) => ({
  document: await getDocument(tx, params.documentId ?? ""),
  timeZone: viewer.timeZone,
}));

export const ErrorBoundary = PageProblem;

export default function Document() {
  return <DocumentPage {...useLoaderData<typeof loader>()} />;
}
