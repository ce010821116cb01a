import text from "../../../../docs/glossary.md?raw";

export interface Word {
  word: string;
  meaning: string;
}

const ROW = /^\| (.+?) \| (.+) \|$/;

/** The rows of docs/glossary.md, as plain words. */
export function readGlossary(markdown: string): Word[] {
  return markdown
    .split("\n")
    .map((line) => ROW.exec(line))
    .filter((row) => row !== null)
    .map(([, word = "", meaning = ""]) => ({ word: plain(word), meaning: plain(meaning) }))
    .filter(({ word }) => word !== "Word");
}

const plain = (words: string) => words.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll(/[`*]/g, "");

export const GLOSSARY: Word[] = readGlossary(text);
