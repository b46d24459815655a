// Words with which people wrap a question without asking for anything by them. Postgres' stop words don't hold them.

const FILLER = new Set(
  [
    "hi hello hey please thanks thank tell know wonder wondering want wanted need like question ask asking explain",
    "could would can might shall got get help looking find somebody someone anyone anybody",
    "hallo bitte danke sagen wissen möchte moechte möchten gerne brauche frage fragen erklären kann können könnte",
    "bonjour salut merci svp voudrais aimerais savoir dire peux peut pouvez pourriez besoin question expliquer",
    "hola gracias favor quisiera quiero quería saber decir puedo puede pueden podría necesito pregunta explicar",
    "ciao grazie vorrei sapere dire posso può ho bisogno domanda",
  ].flatMap((line) => line.split(" ")),
);

const WORD = /[\p{L}\p{N}\p{M}'’]+/gu;

/** The query without filler words; unchanged where nothing else would be left. */
export function withoutFiller(query: string): string {
  let kept = 0;
  const cleaned = query.replace(WORD, (word) => {
    if (FILLER.has(word.toLowerCase())) return "";
    kept += 1;
    return word;
  });
  return kept > 0 ? cleaned : query;
}
