// Bundles style sheets, scripts, fonts and pictures into one folder that the Rust crate `assets` embeds.
//   node build.mjs OUT_DIR
// Besides the files it writes two lists: list.tsv (name, address, content type, immutable, has .gz) and icons.tsv (name, markup).
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { icons } from "./icons.mjs";
import { appIcon, appIconSvg } from "./mark.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "dist");
const require = createRequire(import.meta.url);
const target = ["chrome109", "edge109", "firefox115", "safari16"];

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "assets"), { recursive: true });

/** @type {{name: string, url: string, type: string, immutable: boolean, gzip: boolean}[]} */
const list = [];

/** Writes one file. A hashed address never changes its content, so browsers may keep it for ever. */
function emit(name, content, type, hashed = true) {
  const bytes = Buffer.from(content);
  const { name: stem, ext } = parse(name);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const url = hashed ? `/assets/${stem}.${hash}${ext}` : `/${name}`;
  writeFileSync(join(out, url), bytes);
  const packed = /^(text|application)\/|svg/.test(type) ? gzipSync(bytes, { level: 9 }) : undefined;
  const gzip = packed !== undefined && packed.length < bytes.length * 0.9;
  if (gzip) writeFileSync(join(out, `${url}.gz`), packed);
  list.push({ name, url, type, immutable: hashed, gzip });
  return url;
}

/** Drops the design tokens no rule asks for: the package brings two hundred, we use about twenty. */
function withoutUnusedTokens(css) {
  let before;
  do {
    before = css;
    const used = new Set([...css.matchAll(/var\((--[\w-]+)/g)].map((m) => m[1]));
    css = css.replace(/(--(?:color|font|line|elevation|radius|border|shadow)[\w-]*):[^;{}]*(;|(?=\}))/g, (all, name) => (used.has(name) ? all : ""));
  } while (css !== before);
  return css;
}

async function bundle(entry, options = {}) {
  const result = await build({
    entryPoints: [join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    target,
    charset: "utf8",
    legalComments: "none",
    format: "iife",
    logLevel: "warning",
    ...options,
  });
  return result.outputFiles[0].text;
}

/** One @font-face for each weight and slice, so a page fetches only the characters it shows. */
function fonts() {
  const root = dirname(require.resolve("@fontsource/biz-udpgothic/package.json"));
  const ranges = JSON.parse(readFileSync(join(root, "unicode.json"), "utf8"));
  const files = readdirSync(join(root, "files")).filter((f) => f.endsWith(".woff2"));
  let css = "";
  const count = {};
  for (const weight of [400, 700]) {
    for (const [subset, range] of Object.entries(ranges)) {
      const slice = subset.replace(/[[\]]/g, "");
      const file = `biz-udpgothic-${slice}-${weight}-normal.woff2`;
      if (!files.includes(file)) throw new Error(`the font package has no ${file}`);
      const url = emit(`udp-${slice}-${weight}.woff2`, readFileSync(join(root, "files", file)), "font/woff2");
      css += `@font-face{font-family:"BIZ UDPGothic";font-weight:${weight};font-display:swap;src:url(${url}) format("woff2");unicode-range:${range}}`;
      count[weight] = (count[weight] ?? 0) + 1;
    }
  }
  if (count[400] !== count[700] || count[400] < 100) throw new Error(`unexpected number of font slices: ${JSON.stringify(count)}`);
  return emit("fonts.css", css, "text/css; charset=utf-8");
}

const shell = [];
shell.push(fonts());
for (const name of ["app", "staff", "board"]) {
  const css = withoutUnusedTokens(await bundle(`css/${name}.css`));
  const url = emit(`${name}.css`, css, "text/css; charset=utf-8");
  if (name === "app") shell.push(url);
}
for (const name of ["app", "staff", "board"]) {
  const url = emit(`${name}.js`, await bundle(`ts/${name}.ts`), "text/javascript; charset=utf-8");
  if (name === "app") shell.push(url);
}
shell.push(emit("favicon.svg", appIconSvg(), "image/svg+xml"));
for (const [name, size, padding] of [["icon-32.png", 32, 0], ["icon-192.png", 192, 0], ["icon-512.png", 512, 0], ["icon-maskable-512.png", 512, 0.14], ["icon-180.png", 180, 0.08]]) {
  const url = emit(name, appIcon(size, padding), "image/png");
  if (name === "icon-192.png") shell.push(url);
}
emit("favicon.ico", appIcon(32, 0), "image/png", false);

// The service worker knows the addresses of everything above, so a new build is a new worker.
const version = createHash("sha256").update(list.map((a) => a.url).join()).digest("hex").slice(0, 10);
emit("sw.js", await bundle("ts/sw.ts", { define: { SHELL_FILES: JSON.stringify(shell), SHELL_VERSION: JSON.stringify(version) } }), "text/javascript; charset=utf-8", false);

const tsv = (rows) => rows.map((r) => r.join("\t")).join("\n") + "\n";
writeFileSync(join(out, "list.tsv"), tsv(list.map((a) => [a.name, a.url, a.type, a.immutable ? 1 : 0, a.gzip ? 1 : 0, shell.includes(a.url) ? 1 : 0])));
writeFileSync(join(out, "icons.tsv"), tsv(Object.entries(icons).map(([name, inner]) => [name, `<svg class="i" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${inner}</svg>`])));
