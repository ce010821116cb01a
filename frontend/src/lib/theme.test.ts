import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { paint, setTheme } from "./theme";

const root = document.documentElement;

/** The system says yes to these, as `(prefers-contrast: more)`. */
function systemIs(...queries: string[]) {
  vi.spyOn(window, "matchMedia").mockImplementation(
    (media) => ({ matches: queries.some((one) => media.includes(one)), media }) as MediaQueryList,
  );
}

const look = () => [root.dataset.theme, root.dataset.contrast];

afterEach(() => vi.restoreAllMocks());

describe("the theme", () => {
  it("follows the system in light and dark, and in contrast, until one chooses", () => {
    systemIs("dark", "contrast: more");
    paint();
    expect(look()).toEqual(["dark", "more"]);
    setTheme("light");
    expect(look()).toEqual(["light", undefined]);
    setTheme("system");
    expect(look()).toEqual(["dark", "more"]);
  });

  it("has high contrast in the system's light or dark", () => {
    systemIs();
    setTheme("contrast");
    expect(look()).toEqual(["light", "more"]);
    systemIs("dark");
    paint();
    expect(look()).toEqual(["dark", "more"]);
  });

  it("is the same before the first paint", () => {
    const early = () => new Function(readFileSync("public/theme.js", "utf8"))();
    for (const [choice, system] of [
      ["system", ["dark"]],
      ["system", ["contrast: more"]],
      ["light", ["dark", "contrast: more"]],
      ["contrast", ["dark"]],
      ["dark", []],
    ] as const) {
      systemIs(...system);
      localStorage.setItem("loanark.theme", choice);
      paint();
      const later = look();
      delete root.dataset.theme;
      delete root.dataset.contrast;
      early();
      expect(look(), `${choice} where the system is ${system}`).toEqual(later);
    }
  });
});

type Tokens = Record<string, [lightness: number, chroma: number, hue: number]>;

function tokensOf(selector: string): Tokens {
  const css = readFileSync("src/tokens.css", "utf8");
  const block = css.slice(css.indexOf(`\n${selector} {`)).split("}", 1)[0] ?? "";
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)].map(([, name, ...numbers]) => [
      name,
      numbers.map(Number) as Tokens[string],
    ]),
  );
}

/** WCAG's relative luminance: OKLCH to linear sRGB by its definition, cut to what a screen can show. */
function luminance([lightness, chroma, hue]: Tokens[string]): number {
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const cut = (channel: number) => Math.min(1, Math.max(0, channel));
  const red = cut(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = cut(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = cut(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(tokens: Tokens, one: string, other: string): number {
  const [text, ground] = [tokens[one], tokens[other]];
  if (!text || !ground) throw new Error(`no token ${one} or ${other}`);
  const [dark, light] = [luminance(text), luminance(ground)].sort((first, second) => first - second);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const GROUNDS = ["canvas", "surface", "sunken", "hover", "selected"];
const HUES = ["hubspot", "loanark", "ok", "ask", "warn", "bad"];

function worst(tokens: Tokens): number {
  const texts = ["ink", "ink-2", "muted", ...HUES.map((hue) => `${hue}-ink`)];
  const onGrounds = texts.flatMap((text) =>
    GROUNDS.slice(0, 4).map((ground) => contrast(tokens, text, ground)),
  );
  const onWashes = HUES.map((hue) => contrast(tokens, `${hue}-ink`, `${hue}-wash`));
  return Math.min(...onGrounds, ...onWashes, contrast(tokens, "on-ink", "ink"));
}

describe("the tokens", () => {
  it.each([":root", '[data-theme="dark"]'])("%s: every text is readable", (selector) => {
    expect(worst(tokensOf(selector))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['[data-contrast="more"]', '[data-contrast="more"][data-theme="dark"]'])(
    "%s: every text has 7 : 1, every line and field 3 : 1",
    (selector) => {
      const tokens = tokensOf(selector);
      expect(worst(tokens)).toBeGreaterThanOrEqual(7);
      for (const line of ["line", "line-strong", "field-line", ...HUES])
        expect(contrast(tokens, line, "surface"), line).toBeGreaterThanOrEqual(3);
    },
  );
});
