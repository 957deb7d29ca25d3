// The story as people walk it. Each step looks at the page it stands on.

import assert from 'node:assert/strict';
import { staffRoute } from './places.mjs';
import { readQr } from './qr.mjs';

/** The button that sends the form of a page. */
const send = (page) => page.locator('main form button.btn[type=submit], main form .go-row button.btn').first();

/** Presses a button that sends a form and waits for the page that answers, to its end. */
export async function press(page, button) {
  await Promise.all([page.waitForEvent('framenavigated'), button.click()]);
  await page.waitForLoadState('load');
}

/** Sends the form and waits for the next page. */
const submit = (page) => press(page, send(page));

/** The same on a page that has a form for looking, too. */
const sendPost = (page) => press(page, page.locator('main form[method=post] .go-row button.btn').first());

/** A form sent without its answer comes back with its errors listed on top. */
async function refused(me, what) {
  await submit(me.page);
  assert.equal(await me.page.locator('.err-sum').count(), 1, `${what}: no error summary`);
  await me.look(what);
}

/**
 * Books a visit from the first page to the page of the booking; answers with number and address.
 * options: code (a procedure), mistakes (also try what goes wrong), email
 */
export async function bookVisit(me, options = {}) {
  const { code, mistakes = false, email = '' } = options;
  const { page } = me;
  await me.go('/');
  await me.look('home');
  await page.locator('main a[href="/visits"]').first().click();
  await page.waitForURL('**/visits');
  await me.look('procedures');
  const door = code === undefined
    ? page.locator('main a.door[href^="/visits/services/"]').first()
    : page.locator(`main a.door[href="/visits/services/${code}"]`);
  await door.click();
  await page.waitForURL('**/visits/services/*');
  await me.look('procedure');
  await page.locator('main a.btn[href$="/who"]').click();
  await page.waitForURL('**/who');
  await me.look('who');
  if (mistakes) await refused(me, 'who-missing');
  await page.locator('label.choice:has(input[value=self])').click();
  await submit(page);
  await page.waitForURL('**/needs');
  await me.look('needs');
  if (mistakes) {
    await page.locator('label.choice:has(input[value=interpreter])').click();
    await refused(me, 'needs-language-missing');
    await page.locator('#language').fill('Tiếng Việt');
    await page.locator('label.choice:has(input[value=wheelchair])').click();
  }
  await submit(page);
  await page.waitForURL('**/time*');
  await me.look('time');
  await page.locator('p.links a').first().click();
  await page.waitForURL('**view=list*');
  await me.look('time-list');
  await page.goBack();
  if (mistakes) {
    const checked = page.locator('input[name=slot]:checked');
    if (await checked.count() === 0) await refused(me, 'time-missing');
  }
  const days = page.locator('table.cal a.day');
  await days.nth(Math.min(2, await days.count() - 1)).click();
  await page.waitForLoadState('load');
  await page.locator('[data-times] label.slot').first().waitFor();
  await me.look('time-day');
  await page.locator('[data-times] label.slot').first().click();
  await submit(page);
  await page.waitForURL('**/contact');
  await me.look('contact');
  if (mistakes) {
    await page.locator('#email').fill('これは宛先ではない');
    await refused(me, 'contact-email-wrong');
    await page.locator('#email').fill('');
  }
  await page.locator('#name').fill('横道 花子');
  if (email !== '') await page.locator('#email').fill(email);
  await submit(page);
  await page.waitForURL('**/check');
  await me.look('check');
  if (mistakes) {
    // 「変更」 leads to the one question and back again.
    await page.locator('.change a[href*="/who"]').click();
    await page.waitForURL('**/who?back=check');
    await submit(page);
    await page.waitForURL('**/check');
  }
  await submit(page);
  await page.waitForURL('**/visits/bookings/**');
  await me.look('booked');
  const number = (await page.locator('.done-number b').first().innerText()).trim();
  assert.match(number, /^[0-9A-Z]{2,4}-[0-9A-Z]{2,4}$/u);
  return { number, address: page.url().replace('&new=1', '') };
}

/** Cancels on the page of the booking; looking alone cancels nothing. */
export async function cancelVisit(me, address) {
  const { page } = me;
  await page.goto(address);
  await page.locator('main a[href*="/cancel"]').first().click();
  await page.waitForURL('**/cancel*');
  await me.look('cancel');
  await page.goto(address);
  assert.equal(await page.locator('main a[href*="/cancel"]').count() > 0, true, 'looking at the page cancelled the booking');
  await page.locator('main a[href*="/cancel"]').first().click();
  await page.waitForURL('**/cancel*');
  await submit(page);
  await page.waitForURL('**/visits/bookings/**');
  await me.look('cancelled');
  assert.equal(await page.locator('main a[href*="/cancel"]').count(), 0);
}

/** Asks for a lost link. */
export async function findVisit(me, email) {
  const { page } = me;
  await me.go('/visits/find');
  await refused(me, 'find-missing');
  await page.locator('#email').fill(email);
  await submit(page);
  await me.look('find-sent');
}

/** Signs in as a member of the demo city's staff, with the password and a code printed at the first start. */
export async function signIn(me, city, login, { looking = false } = {}) {
  const { page } = me;
  const { password, code } = city.signIn(login);
  await me.go('/staff/sign-in');
  if (looking) {
    await page.locator('#login').fill(login);
    await page.locator('#password').fill('wrong words');
    await refused(me, 'sign-in-refused');
  }
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(password);
  await submit(page);
  await page.waitForURL('**/staff/sign-in/code**');
  if (looking) {
    await me.look('sign-in-code');
    await page.locator('#code').fill('AAAA-AAAA-AAAA');
    await refused(me, 'sign-in-code-wrong');
  }
  await page.locator('#code').fill(code);
  await submit(page);
  await page.waitForURL('**/staff');
  await me.look('staff-home');
}

/**
 * Opens the counter's day and sits down at a desk. Whoever is called to it or served there from before is seen off first, as a
 * clerk does who takes over from a colleague: how many desks of the demo hall are taken depends on the hour.
 */
export async function sitDown(me, counter, desk = 1) {
  const { page } = me;
  await me.go(`/staff/visits/${counter}?desk=change`);
  await press(page, page.locator(`#desk button[name=desk][value="${desk}"]`));
  const mine = page.locator('a.btn.call:visible');
  for (let turn = 0; turn < 5 && await mine.count() > 0; turn += 1) {
    await me.go(await mine.first().getAttribute('href'));
    if (await page.locator('#pane button[name=act][value=start]').count() > 0) await act(me, 'start');
    await act(me, 'finish');
    await me.go(`/staff/visits/${counter}`);
  }
  assert.equal(await page.locator('button.call:visible').count(), 1, 'nobody can be called without a desk');
  await me.look('day');
}

/** Calls the next person; their number. */
export async function callNext(me) {
  const { page } = me;
  await press(page, page.locator('button.call:visible').first());
  const label = await page.locator('#pane .no').first().innerText();
  return label.trim();
}

/** Presses one of the buttons of the open person. */
export async function act(me, what) {
  await press(me.page, me.page.locator(`#pane button[name=act][value="${what}"]`).first());
}

/** Adds somebody who came without a booking; the number and the link on the slip, read as a telephone's camera reads it. */
export async function addWalkIn(me, counter, { mistakes = false } = {}) {
  const { page } = me;
  await me.go(`/staff/visits/${counter}/walk-in`);
  await me.look('walk-in');
  if (mistakes) await refused(me, 'walk-in-missing');
  await page.locator('label.choice:has(input[name=service])').first().click();
  await page.locator('label.choice:has(input[name=who][value=self])').click();
  await submit(page);
  await page.waitForURL('**/slip?**');
  await me.look('slip');
  const ticket = (await page.locator('main section .done-number b').innerText()).trim();
  return { ticket, link: await readQr(page.locator('main section .qr img')) };
}

/** Books by telephone, at the last free time of the first day that has one; the number and the day. */
export async function bookByPhone(me, counter, { email = '' } = {}) {
  const { page } = me;
  await me.go(`/staff/visits/${counter}/book`);
  await me.look('phone');
  const day = await page.locator('main form[method=post] input[name=day]').getAttribute('value');
  await page.locator('main label.slot').last().click();
  await page.locator('label.choice:has(input[name=who][value=self])').click();
  if (email !== '') await page.locator('#email').fill(email);
  await sendPost(page);
  await page.waitForURL('**/slip?**');
  await me.look('phone-slip');
  return { day, number: (await page.locator('main section .done-number b').innerText()).trim() };
}

/** Asks to be called back about the first counter's matters. */
export async function askForCall(me) {
  const { page } = me;
  await me.go('/callbacks');
  await me.look('call-back');
  await refused(me, 'call-back-missing');
  await page.locator('label.choice:has(input[name=counter])').first().click();
  await page.locator('#phone').fill('090-0000-0000');
  await page.locator('label.choice:has(input[name=wanted])').first().click();
  await submit(page);
  await page.waitForURL('**/callbacks/check**');
  await me.look('call-back-check');
  await submit(page);
  await page.waitForURL('**/callbacks/done/**');
  await me.look('call-back-done');
}

/** Closes a counter for a day five weeks ahead; the page that says so. */
export async function closeDay(me, city, counter) {
  const { page } = me;
  await me.go(`/staff/services/counters/${counter}`);
  const day = new Date(new Date((await city.now()).day).getTime() + 35 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  await page.locator('#day').fill(day);
  await page.locator('#reason_ja').fill('設備の点検');
  await sendPost(page);
  await me.look('closed');
  assert.match(await page.locator('main').innerText(), /設備の点検/u);
}

/**
 * Opens every page of staff that links lead to from the first one, one of each kind, and looks at it; the routes that were seen.
 * Ids and codes make no new page, and neither does another value of a filter.
 */
export async function walkTheHouse(me) {
  const { page } = me;
  const seen = new Map();
  const kind = (address) => {
    const { pathname, searchParams } = new URL(address, 'http://any');
    const route = staffRoute(pathname);
    return route && { route, name: [route, ...new Set([...searchParams.keys()].sort())].join(' ') };
  };
  const ahead = ['/staff'];
  while (ahead.length > 0) {
    const address = ahead.shift();
    const { route, name } = kind(address);
    if (seen.has(name)) continue;
    seen.set(name, route);
    assert.ok(seen.size <= 90, `more and more pages: ${[...seen.keys()].join(', ')}`);
    assert.equal(await me.go(address), 200, address);
    await me.look(`house-${name.replaceAll(/[^a-z0-9]+/giu, '-')}`);
    const links = await page.locator('a[href^="/"], a[href^="?"]').evaluateAll((all) => all.filter((link) => !link.hasAttribute('download'))
      .map((link) => link.href.slice(link.origin.length)));
    ahead.push(...links.filter((link) => kind(link)));
  }
  return new Set(seen.values());
}
