// Every page by its address, in every language, on a phone and on a PC: nothing missing, nothing too wide, nothing axe minds.

import { after, before, test } from 'node:test';
import { startCity } from './lib/city.mjs';
import { openBrowser, person } from './lib/eyes.mjs';
import { doorPages, residentPages } from './lib/places.mjs';

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

for (const locale of ['ja', 'easy', 'en']) {
  for (const width of [390, 1280]) {
    for (const [what, path] of [...residentPages, ...doorPages]) {
      test(`${what} in ${locale} on ${width} px`, async () => {
        const somebody = await person(browser, { city, width, locale, name: `pages-${locale}-${width}` });
        try {
          await somebody.go(path);
          await somebody.look(what);
        } finally {
          await somebody.close();
        }
      });
    }
  }
}

for (const [what, path] of residentPages) {
  test(`${what} in the dark`, async () => {
    const somebody = await person(browser, { city, width: 390, name: 'pages-dark', dark: true });
    try {
      await somebody.go(path);
      await somebody.look(what);
    } finally {
      await somebody.close();
    }
  });
}
