// Files of plain text that are sent as they are made.

/**
 * A download. What fails before the first piece is an ordinary failure; what fails later ends the download visibly.
 * @param first the piece that was already made
 * @param rest makes the others, each when the client has room for it
 */
export function textFile(name: string, first: IteratorResult<string>, rest: AsyncIterator<string>): Response {
  const encoder = new TextEncoder();
  let next: IteratorResult<string> | null = first;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = next ?? (await rest.next());
      next = null;
      if (piece.done) controller.close();
      else controller.enqueue(encoder.encode(piece.value));
    },
    async cancel() {
      await rest.return?.();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
