// A browser that looks closely: every page it visits is checked for what no page may have.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env.YOKOGUSHI_TEST_SCREENSHOTS
  ?? fileURLToPath(new URL('../../../target/screenshots', import.meta.url));

/** The first words of every message key, to notice one that is shown instead of its message. */
const catalogues = readdirSync(fileURLToPath(new URL('../../../locales/ja', import.meta.url)))
  .filter((file) => file.endsWith('.ftl'))
  .map((file) => file.replace('.ftl', ''));
const keyShown = new RegExp(`(?:^|[\\s>])((?:${catalogues.join('|')})-[a-z0-9]+-[a-z0-9-]+)`, 'u');

/** Starts Chromium; the flags keep it from looking for hosts that are not on this machine. */
export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.YOKOGUSHI_TEST_BROWSER ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--font-render-hinting=none',
    ],
  });
}

/**
 * A person with a device: a browser context that checks each page as it goes.
 * options: city, width, script (JavaScript on), locale, name (folder of its screenshots), dark
 */
export async function person(browser, options) {
  const { city, width, script = true, locale = 'ja', name, dark = false } = options;
  const context = await browser.newContext({
    baseURL: city.url,
    viewport: { width, height: width < 700 ? 844 : 900 },
    javaScriptEnabled: script,
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    hasTouch: width < 700,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  });
  if (locale !== 'ja') await context.addCookies([{ name: 'lang', value: locale, url: city.url }]);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const inspector = script ? null : await context.newCDPSession(page);
  const trouble = [];
  page.on('console', (message) => {
    // A refused form answers 4xx on purpose, and the console says so; everything else that is an error is one.
    const expected = /Failed to load resource: the server responded with a status of 4\d\d/u.test(message.text());
    if (message.type() === 'error' && !expected) trouble.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => trouble.push(`script: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) trouble.push(`${response.status()} from ${response.url()}`);
  });
  let number = 0;
  return {
    page,
    context,
    /** Goes to an address. */
    async go(path) {
      const answer = await page.goto(path, { waitUntil: 'load' });
      return answer?.status() ?? 0;
    },
    /** Looks at the page as it is now, keeps a picture of it, and fails on anything no page may have. */
    async look(what, { accessible = true } = {}) {
      number += 1;
      const found = [...trouble.splice(0), ...await faults(page)];
      const folder = join(shots, name);
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${String(number).padStart(2, '0')}-${what}.png`), fullPage: true });
      if (accessible) found.push(...await violations(page, inspector));
      assert.deepEqual(found, [], `${name} ${what} (${page.url()})`);
    },
    /** Keeps a picture of the moment something went wrong. */
    async witness() {
      const folder = join(shots, name);
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: join(folder, 'at-the-failure.png'), fullPage: true });
    },
    async close() {
      await context.close();
    },
  };
}

/** What is wrong with a page whatever it is about. */
async function faults(page) {
  const found = [];
  const seen = await page.evaluate(() => {
    const beyond = document.documentElement.scrollWidth - window.innerWidth;
    let widest = '';
    if (beyond > 0) {
      const wide = [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1 && !element.closest('.scroll'));
      widest = wide.slice(0, 3).map((element) => `${element.tagName.toLowerCase()}.${element.className}`).join(', ');
    }
    // A column so narrow that its words stand one character below the other.
    const squeezed = [...document.querySelectorAll('main p, main li, main dd, main dt, main td, main h1, main h2, main a, main b')]
      .filter((element) => {
        const style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        const upright = style.writingMode === 'horizontal-tb' && !element.closest('.vh, svg');
        const size = Number.parseFloat(style.fontSize);
        return upright && element.innerText?.trim().length > 6 && box.width > 0 && box.width < size * 2.5 && box.height > size * 6;
      })
      .slice(0, 3).map((element) => element.innerText.trim().slice(0, 20));
    return {
      squeezed,
      beyond,
      widest,
      words: document.body.innerText,
      headings: document.querySelectorAll('h1').length,
      title: document.title,
      lang: document.documentElement.lang,
      unnamed: [...document.images].filter((image) => !image.hasAttribute('alt')).length,
    };
  });
  if (seen.beyond > 0) found.push(`wider than the screen by ${seen.beyond} px: ${seen.widest}`);
  if (seen.squeezed.length > 0) found.push(`squeezed into a narrow column: ${seen.squeezed.join(' | ')}`);
  if (seen.headings !== 1) found.push(`${seen.headings} h1`);
  if (seen.title.trim() === '') found.push('no title');
  if (seen.lang === '') found.push('no lang');
  if (seen.unnamed > 0) found.push(`${seen.unnamed} pictures without alt`);
  const key = keyShown.exec(seen.words);
  if (key) found.push(`a message key is shown: ${key[1]}`);
  if (/\{\s*\$|\bundefined\b|\bNaN\b|\[object /u.test(seen.words)) found.push(`an unfilled message: ${seen.words.slice(0, 200)}`);
  return found;
}

/**
 * What axe finds, by WCAG 2.2 A and AA and its best practices.
 *
 * axe is a script itself and waits for timers, which do not run where scripts may not. A page without JavaScript is loaded without
 * it, so that none of our scripts has run; only then are scripts allowed, for axe alone, and forbidden again before the next step.
 * What axe sees is the page as it stands without JavaScript; that nothing of ours ran meanwhile is checked by eyes.test.mjs.
 */
async function violations(page, inspector) {
  const forbid = (value) => inspector?.send('Emulation.setScriptExecutionDisabled', { value });
  // The browser keeps what was said last, and a repetition says nothing: first the same again, then the change.
  await forbid(true);
  await forbid(false);
  try {
    return await judged(page);
  } finally {
    await forbid(true);
  }
}

async function judged(page) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe);
  // At its end nothing of a page lies under the bar that stays at the foot of a phone, as nothing does for a reader who scrolls.
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  const result = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
  }));
  return result.violations.map((one) =>
    `axe ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

/** People with devices of their own for the length of one test, which lies in one day: the hall empties at midnight. */
export async function withPeople(browser, city, devices, walk) {
  await city.keepsItsDay(120);
  const people = [];
  try {
    for (const device of devices) people.push(await person(browser, { city, ...device }));
    await walk(...people);
  } catch (error) {
    for (const one of people) await one.witness();
    throw error;
  } finally {
    for (const one of people) await one.close();
  }
}
