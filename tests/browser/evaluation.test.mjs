// From a visit to a KPI: the programme's sheet on a PC and on a phone, with and without JavaScript; the number that moves when a
// visit is finished, and the facts behind it; a KPI somebody adds; what residents see of it all.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCity } from './lib/city.mjs';
import { openBrowser, withPeople } from './lib/eyes.mjs';
import { act, callNext, signIn, sitDown } from './lib/walks.mjs';

const counter = 'shimin';
const sheet = '/staff/evaluation/programmes/7204';
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

/** The KPI of the stay: today's number in words, and how many visits it stands for. */
async function stay(me) {
  const words = (await me.page.locator('.three [data-now]').first().innerText()).trim();
  const n = Number(/([\d,]+)件/u.exec(words)?.[1].replaceAll(',', ''));
  assert.ok(n > 0, `nothing was measured today: ${words}`);
  return { words, n };
}

/** Presses a button or link and waits for the page that answers. */
async function press(me, what) {
  await Promise.all([me.page.waitForEvent('framenavigated'), what.click()]);
  await me.page.waitForLoadState('load');
}

for (const width of [1280, 390]) {
  for (const script of [true, false]) {
    const name = `sheet-${width}-js-${script ? 'on' : 'off'}`;
    test(`a finished visit moves the KPI, and one click leads to its facts: ${name}`, () => withPeople(browser, city, [
      { width, script, name },
      { width: 1280, script, name: `${name}-clerk` },
    ], async (chief, clerk) => {
      await city.keepsItsDay(90);
      await signIn(clerk, city, 'morimoto');
      await sitDown(clerk, counter);
      await signIn(chief, city, 'ishigami');
      await chief.go(sheet);
      await chief.look('sheet');
      const text = await chief.page.locator('main').innerText();
      for (const words of ['評価対象', '実施', '反映', 'だれを、どうしたいか', '対象', '意図', '結果', '滞在時間', '自動集計', '担当課の説明']) {
        assert.ok(text.includes(words), `${words} is not on the sheet`);
      }
      assert.equal(await chief.page.locator('svg[role=img] title').count() > 2, true, 'the charts have no titles');
      const before = await stay(chief);

      await callNext(clerk);
      await act(clerk, 'start');
      await act(clerk, 'finish');

      // With JavaScript the open sheet follows by itself; without, a reload shows it.
      if (script) {
        await chief.page.waitForFunction(
          (old) => document.querySelector('.three [data-now]')?.textContent.trim() !== old,
          before.words,
          { timeout: 10_000 },
        );
      } else {
        await chief.go(sheet);
      }
      const moved = await stay(chief);
      assert.equal(moved.n, before.n + 1, 'one more visit is one more in the number');
      assert.notEqual(moved.words, before.words);
      await chief.look('moved');

      await press(chief, chief.page.locator('.three .evi a').first());
      await chief.look('evidence');
      assert.match(chief.page.url(), /\/staff\/evaluation\/metrics\/visits\.stay/u);
      const newest = chief.page.locator('#each tbody tr').first();
      assert.match(await newest.innerText(), /用事がすんだ/u);
      await press(chief, chief.page.locator('a.back'));
      assert.equal(new URL(chief.page.url()).pathname, sheet);
    }));
  }
}

test('a KPI is added, corrected and explained', () => withPeople(browser, city, [
  { width: 1280, name: 'kpi-form' },
], async (me) => {
  const { page } = me;
  await signIn(me, city, 'ishigami');
  await me.go(sheet);
  await press(me, page.locator('main a[href$="/kpis/new"]'));
  await me.look('new');
  await press(me, page.locator('main .go-row button'));
  assert.equal(await page.locator('.err-sum').count(), 1);
  await me.look('missing');
  await page.locator('#name_ja').fill('呼ばれるまでの時間(10人に9人)');
  await page.locator('label.choice:has(input[name=metric][value="visits.wait_p90"])').click();
  await page.locator('label.choice:has(input[name=better][value=lower])').click();
  await page.locator('#target_1').fill('少ない');
  await press(me, page.locator('main .go-row button'));
  assert.equal(await page.locator('#target_1[aria-invalid=true]').count(), 1);
  await page.locator('#target_1').fill('1');
  await press(me, page.locator('main .go-row button'));
  assert.equal(new URL(page.url()).pathname, sheet);
  const card = page.locator('.kpi-card', { hasText: '呼ばれるまでの時間(10人に9人)' });
  assert.equal(await card.count(), 1);
  assert.match(await card.innerText(), /目標に届いていません/u);
  await me.look('added');

  // Residents do not see a number that misses its target before the division has said something.
  await me.go('/city/programmes/7204');
  const held = page.locator('.kpi-card', { hasText: '呼ばれるまでの時間(10人に9人)' });
  assert.equal(await held.locator('svg.kpi').count(), 0);
  assert.match(await held.innerText(), /担当課の説明といっしょに公開します/u);

  await me.go(sheet);
  await press(me, card.locator('a[href$="/year"]'));
  await me.look('year');
  await press(me, page.locator('button[value=publish]'));
  assert.equal(await page.locator('.err-sum').count(), 1);
  await page.locator('#words').fill('年末の混雑に向けて、更新の受付を二つふやします。');
  await press(me, page.locator('button[value=publish]'));
  assert.match(await card.innerText(), /更新の受付を二つふやします/u);
  await me.look('explained');
  await me.go('/city/programmes/7204');
  assert.equal(await held.locator('svg.kpi').count(), 1);
  assert.match(await held.innerText(), /更新の受付を二つふやします/u);
  await me.look('public');
}));

for (const width of [1280, 390]) {
  test(`programmes are found, summed up and saved on ${width} px`, () => withPeople(browser, city, [
    { width, name: `programmes-${width}` },
  ], async (me) => {
    const { page } = me;
    await signIn(me, city, 'tokuda');
    await me.look('home');
    assert.match(await page.locator('main').innerText(), /今月の締切/u);
    await me.go('/staff/evaluation');
    await me.look('list');
    const all = await page.locator('table.programmes tbody tr').count();
    assert.ok(all >= 60, `only ${all} programmes`);
    await page.locator('#q').fill('窓口');
    await press(me, page.locator('form.filter button'));
    const found = await page.locator('table.programmes tbody tr').count();
    assert.ok(found > 0 && found < 10, `${found} programmes are about counters`);
    await me.look('found');
    for (const by of ['measure', 'bu', 'ka']) {
      await me.go(`/staff/evaluation?by=${by}`);
      assert.ok(await page.locator('table.totals tbody tr').count() > 5);
    }
    await me.look('totals');
    const csv = await page.evaluate(async () => (await fetch('/staff/evaluation/list.csv')).text());
    assert.equal(csv.trim().split('\r\n').length, all + 1);
  }));
}

test('everybody reads what was decided, and only that', () => withPeople(browser, city, [
  { width: 390, name: 'city-programmes' },
], async (me) => {
  const { page } = me;
  await me.go('/city');
  await press(me, page.locator('main a[href="/city/programmes"]'));
  await me.look('programmes');
  assert.doesNotMatch(await page.locator('main').innerText(), /未決定/u);
  await press(me, page.locator('table.programmes a').first());
  await me.look('programme');
  const open = await page.evaluate(async () => {
    const rows = await (await fetch('/api/v1/evaluation/programmes?limit=1000')).json();
    return rows.filter((row) => row.code === '3204' || row.code === '5303').map((row) => row.direction ?? null);
  });
  assert.deepEqual(open, [null, null], 'an undecided direction is told');
  const wrong = await page.evaluate(async () => {
    const answer = await fetch('/api/v1/evaluation/totals?year=reiwa');
    return [answer.status, answer.headers.get('content-type')];
  });
  assert.deepEqual(wrong, [422, 'application/problem+json']);
}));
