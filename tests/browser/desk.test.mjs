// A morning at the counter: clerks on a PC and on a phone, the resident's telephone and the call board beside it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCity } from './lib/city.mjs';
import { openBrowser, withPeople } from './lib/eyes.mjs';
import { act, addWalkIn, bookByPhone, callNext, press, signIn, sitDown } from './lib/walks.mjs';

const counter = 'shimin';
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

for (const width of [1280, 390]) {
  for (const script of [true, false]) {
    const name = `desk-${width}-js-${script ? 'on' : 'off'}`;
    test(`a walk-in is called, served and asked: ${name}`, () => withPeople(browser, city, [
      { width, script, name },
      { width: 390, script, name: `${name}-resident` },
      { width: 1920, script, name: `${name}-board` },
    ], async (clerk, resident, board) => {
      await signIn(clerk, city, 'morimoto', { looking: true });
      await sitDown(clerk, counter);
      // Somebody who came before ours, to be called first and found absent.
      await addWalkIn(clerk, counter);
      const { ticket, link } = await addWalkIn(clerk, counter, { mistakes: true });
      await resident.go(link);
      await resident.look('waiting');
      assert.match(await resident.page.locator('main').innerText(), new RegExp(ticket, 'u'));

      // Whoever is next by the counter's rule is called until it is our person's turn.
      await clerk.go(`/staff/visits/${counter}`);
      let called = '';
      for (let turn = 0; turn < 60 && called !== ticket; turn += 1) {
        called = await callNext(clerk);
        if (turn === 0) {
          await clerk.look('called');
          await board.go(`/board/${counter}`);
          await board.look('calls');
          assert.match(await board.page.locator('main').innerText(), new RegExp(called, 'u'));
          await act(clerk, 'absent');
          await clerk.look('absent');
        } else if (called !== ticket) {
          await act(clerk, 'start');
          await act(clerk, 'finish');
        }
      }
      assert.equal(called, ticket, 'a walk-in is never called');

      await resident.go(link);
      await resident.look('called');
      await act(clerk, 'start');
      await clerk.look('serving');
      await act(clerk, 'finish');
      await clerk.look('finished');

      await resident.go(link);
      await resident.look('finished');
      await resident.page.locator('main a.btn[href*="/voice"]').click();
      await resident.page.waitForURL('**/voice**');
      await resident.look('voice');
      await resident.page.locator('.faces label.choice').first().click();
      await resident.page.locator('#line').fill('とても わかりやすかったです。');
      await press(resident.page, resident.page.locator('main form .go-row button'));
      await resident.look('thanks');
      assert.equal(await resident.page.locator('.faces').count(), 0, 'asked again after the answer');
    }));
  }
}

test('two clerks who press at once never call the same person', () => withPeople(browser, city, [
  { width: 1280, name: 'two-clerks-a' },
  { width: 1280, name: 'two-clerks-b' },
], async (one, other) => {
  await signIn(one, city, 'morimoto');
  await signIn(other, city, 'ishigami');
  // Enough for both in every round, whoever else is waiting.
  for (let extra = 0; extra < 6; extra += 1) await addWalkIn(one, counter);
  await sitDown(one, counter);
  await sitDown(other, counter, 2);
  for (let round = 0; round < 3; round += 1) {
    const [a, b] = await Promise.all([callNext(one), callNext(other)]);
    assert.notEqual(a, b);
    await act(one, 'start');
    await act(one, 'finish');
    await act(other, 'start');
    await act(other, 'finish');
  }
}));

test('a booking is checked in by its number, typed with the input method on', () => withPeople(browser, city, [
  { width: 1280, name: 'check-in' },
], async (clerk) => {
  await signIn(clerk, city, 'morimoto');
  const { day, number } = await bookByPhone(clerk, counter);
  const today = (await city.now()).day;
  await sitDown(clerk, counter);
  const { page } = clerk;
  const waiting = await page.locator('table.visits th.no').count();
  const wide = number.replace(/[!-~]/gu, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
  await page.locator('input[name=scan]').fill(wide);
  await Promise.all([page.waitForEvent('framenavigated'), page.locator('input[name=scan]').press('Enter')]);
  await page.waitForLoadState('load');
  await clerk.look('checked-in');
  const said = await page.locator('.undo:visible').first().innerText();
  if (day === today) {
    // In the hall now, with a ticket; nobody was added who was not on the list.
    assert.match(said, /A-\d+ ?で受付しました/u);
    assert.equal(await page.locator('table.visits th.no').count(), waiting);
  } else {
    // Late in the evening no time of today is left: then a person who comes too early is told so, and does not wait.
    assert.match(said, /その予約は今日ではありません/u);
    assert.ok(said.includes(`${Number(day.slice(5, 7))}月${Number(day.slice(8))}日`), said);
    assert.equal(await page.locator('table.visits th.no').count(), waiting);
  }
}));

test('the board and the resident follow without a reload', () => withPeople(browser, city, [
  { width: 1280, name: 'live-clerk' },
  { width: 1920, name: 'live-board' },
], async (clerk, board) => {
  await signIn(clerk, city, 'ishigami');
  await sitDown(clerk, counter);
  await addWalkIn(clerk, counter);
  await board.go(`/board/${counter}`);
  await clerk.go(`/staff/visits/${counter}`);
  const ticket = await callNext(clerk);
  await board.page.locator('main', { hasText: ticket }).waitFor({ timeout: 5000 });
  await board.look('followed');
}));
