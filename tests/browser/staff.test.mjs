// Every page of staff that links lead to, for each post, on a PC with JavaScript and on a phone without.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCity } from './lib/city.mjs';
import { openBrowser, person } from './lib/eyes.mjs';
import { staffRoutes } from './lib/places.mjs';
import { askForCall, bookByPhone, closeDay, signIn, walkTheHouse } from './lib/walks.mjs';

const reached = new Set();
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

/** Somebody signed in, for one test. */
async function withStaff(login, device, walk) {
  await city.keepsItsDay(120);
  const me = await person(browser, { city, ...device });
  try {
    await signIn(me, city, login);
    await walk(me);
  } catch (error) {
    await me.witness();
    throw error;
  } finally {
    await me.close();
  }
}

// What the pages below are about: a letter, a closed day, a wish. They are looked at by whoever comes to them.
test('a letter is written', () => withStaff('morimoto', { width: 390, name: 'house-letter' },
  (me) => bookByPhone(me, 'shimin', { email: 'hanako@example.jp' })));

test('a counter is closed for a day', () => withStaff('ishigami', { width: 390, script: false, name: 'house-closed' },
  (me) => closeDay(me, city, 'shimin')));

test('somebody asks to be called', async () => {
  await city.keepsItsDay(120);
  const me = await person(browser, { city, width: 390, script: false, name: 'house-call-back' });
  try {
    await askForCall(me);
  } catch (error) {
    await me.witness();
    throw error;
  } finally {
    await me.close();
  }
});

test('the first steps', () => withStaff('takeda', { width: 390, script: false, name: 'house-steps' }, async (me) => {
  assert.equal(await me.go('/staff/first-steps'), 200);
  await me.look('first-steps');
  reached.add('/staff/first-steps');
}));

for (const [width, script] of [[1280, true], [390, false]]) {
  for (const login of ['morimoto', 'ishigami', 'takeda', 'ozawa', 'tokuda']) {
    const name = `house-${login}-${width}-js-${script ? 'on' : 'off'}`;
    test(`every page that ${login} comes to: ${name}`, () => withStaff(login, { width, script, name }, async (me) => {
      for (const route of await walkTheHouse(me)) reached.add(route);
    }));
  }
}

test('no page of staff is left out', () => {
  assert.deepEqual(staffRoutes.filter((route) => !reached.has(route)), []);
});
