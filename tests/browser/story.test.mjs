// The story, on a phone and on a PC, with JavaScript on and off.

import { after, before, test } from 'node:test';
import { startCity } from './lib/city.mjs';
import { openBrowser, person } from './lib/eyes.mjs';
import { bookVisit, cancelVisit, findVisit } from './lib/walks.mjs';

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

for (const width of [390, 1280]) {
  for (const script of [true, false]) {
    const name = `story-${width}-js-${script ? 'on' : 'off'}`;
    test(`a resident books, looks and cancels: ${name}`, async () => {
      const me = await person(browser, { city, width, script, name });
      try {
        const { address } = await bookVisit(me, { mistakes: true, email: 'hanako@example.jp' });
        await cancelVisit(me, address);
        await findVisit(me, 'hanako@example.jp');
      } finally {
        await me.close();
      }
    });
  }
}
