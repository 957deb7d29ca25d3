// The checks themselves must be able to fail: a page with every fault, and one with none.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { openBrowser, person } from './lib/eyes.mjs';

const pages = {
  '/good': '<!doctype html><html lang="ja"><title>よい</title><meta name="viewport" content="width=device-width"><main><h1>よい</h1><p>文</p></main></html>',
  '/wide': '<!doctype html><html lang="ja"><title>広い</title><meta name="viewport" content="width=device-width"><main><h1>広い</h1><p style="width:3000px">あ</p></main></html>',
  '/narrow': '<!doctype html><html lang="ja"><title>狭い</title><main><h1>狭い</h1><p style="width:1em">一文字ずつ縦に並ぶ</p></main></html>',
  '/key': '<!doctype html><html lang="ja"><title>鍵</title><main><h1>鍵</h1><p>shell-help-title</p></main></html>',
  '/pale': '<!doctype html><html lang="ja"><title>薄い</title><main><h1>薄い</h1><p style="color:#ccc;background:#fff">読めない</p></main></html>',
  '/broken': '<!doctype html><html lang="ja"><title>壊れた</title><main><h1>壊れた</h1></main><script>nothing.here()</script></html>',
  '/scripted': '<!doctype html><html lang="ja"><title>動く</title><meta name="viewport" content="width=device-width"><main><h1>動く</h1><p id="p">読めなくなる</p></main>'
    + '<script>p.style.color = "#ccc"</script><script defer src="data:text/javascript,p.style.color=`%23ccc`"></script>'
    + '<script type="module">p.style.color = "#ccc"</script></html>',
};
let server;
let browser;
let city;

before(async () => {
  server = createServer((ask, answer) => {
    answer.setHeader('content-type', 'text/html; charset=utf-8');
    answer.end(pages[ask.url] ?? '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  city = { url: `http://127.0.0.1:${server.address().port}` };
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  server?.close();
});

async function looking(path, { script = true, times = 1 } = {}) {
  const somebody = await person(browser, { city, width: 390, script, name: 'checks' });
  try {
    for (let time = 0; time < times; time += 1) {
      await somebody.go(path);
      await somebody.look(path.slice(1));
    }
  } finally {
    await somebody.close();
  }
}

test('a good page passes', () => looking('/good'));

for (const [path, reason] of [
  ['/wide', /wider than the screen/u],
  ['/narrow', /squeezed/u],
  ['/key', /message key is shown/u],
  ['/pale', /color-contrast/u],
  ['/broken', /nothing is not defined/u],
]) {
  test(`a page with a fault is found: ${path}`, () => assert.rejects(looking(path), reason));
}

test('axe judges pages without JavaScript, too', () => assert.rejects(looking('/pale', { script: false }), /color-contrast/u));

// The page's scripts would make its words pale: they run with JavaScript, and without it not even while axe does, or afterwards.
test('a page with scripts is judged with what they did', () => assert.rejects(looking('/scripted'), /color-contrast/u));
test('a page without JavaScript is judged as it stands', () => looking('/scripted', { script: false, times: 3 }));
