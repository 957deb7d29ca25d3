// Every page in one language, on one width, with or without JavaScript: one step of `cargo xtask soak pages`.

import { after, before, test } from 'node:test';
import { startCity } from '../lib/city.mjs';
import { openBrowser, person } from '../lib/eyes.mjs';
import { doorPages, residentPages } from '../lib/places.mjs';
import { bookVisit, cancelVisit, findVisit, signIn, walkTheRail } from '../lib/walks.mjs';

const locale = process.env.YOKOGUSHI_SOAK_LOCALE ?? 'ja';
const width = Number(process.env.YOKOGUSHI_SOAK_WIDTH ?? 390);
const script = (process.env.YOKOGUSHI_SOAK_SCRIPT ?? 'on') === 'on';
const name = `soak-${locale}-${width}-js-${script ? 'on' : 'off'}`;
let city;
let browser;

before(async () => {
  city = await startCity();
  browser = await openBrowser();
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await city?.stop();
});

/** Somebody for one test. */
async function withPerson(walk) {
  const me = await person(browser, { city, width, script, locale, name });
  try {
    await walk(me);
  } catch (error) {
    await me.witness();
    throw error;
  } finally {
    await me.close();
  }
}

for (const [what, path] of [...residentPages, ...doorPages]) {
  test(`${name}: ${what}`, () => withPerson(async (me) => {
    await me.go(path);
    await me.look(what);
  }));
}

test(`${name}: the story`, () => withPerson(async (me) => {
  const { address } = await bookVisit(me, { mistakes: true, email: 'hanako@example.jp' });
  await cancelVisit(me, address);
  await findVisit(me, 'hanako@example.jp');
}));

for (const login of ['morimoto', 'ishigami', 'takeda', 'ozawa']) {
  test(`${name}: the rail of ${login}`, () => withPerson(async (me) => {
    await signIn(me, city, login);
    await walkTheRail(me);
  }));
}
