/** A table that is bundled as its text. */
declare module '*.tsv' {
  const text: string;
  export default text;
}
