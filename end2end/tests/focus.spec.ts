// The keyboard never falls out of a page: not while a button is at work, not when what had the focus goes, not after a
// navigation.
import type { Locator, Page } from '@playwright/test';
import { HERE, LAB, NETWORKS, PASSWORD, choose, nextMonth, openStudio, signIn, signUp, unique, withCompany, write, writeFor } from '../support/app';
import { expect } from '../support/test';

const test = withCompany(NETWORKS, 'Europe/Lisbon');

const somewhere = (page: Page) => page.waitForFunction('document.activeElement && document.activeElement !== document.body', undefined, { timeout: 5_000 });

test('a navigation inside the program leads to the heading of the new page @js', async ({ page }) => {
  await page.goto('/', { waitUntil: 'networkidle' });
  const heading = (name: string) => page.getByRole('heading', { level: 1, name });
  for (const name of ['Posts', 'Calendar', 'Studio', 'Connections']) {
    await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name }).press('Enter');
    await expect(heading(name)).toBeFocused();
  }
});

test('a button keeps the keyboard while it is at work, and does nothing twice @js', async ({ page }) => {
  await page.goto('/settings/company', { waitUntil: 'networkidle' });
  const button = page.getByRole('button', { name: 'Save' });
  let sent = 0;
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route(/\/rpc\/.*save_company/, async (route) => {
    sent += 1;
    await held;
    await route.continue();
  });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(button).toBeDisabled();
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByLabel('Name').press('Enter');
  await button.focus();
  go();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await expect(button).toBeEnabled();
  await expect(button).toBeFocused();
  expect(sent).toBe(1);
});

test('a different text is opened, removed and put back @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill('For everybody');
  await choose(page, 'x');
  await page.getByRole('tab', { name: /^X / }).click();
  await page.getByRole('button', { name: 'Write a different text for X' }).press('Enter');
  const field = page.getByLabel('Text for X @northwind_lab');
  await expect(field).toBeFocused();
  await field.fill('Only for X');
  await page.getByRole('button', { name: 'Use the same text' }).press('Enter');
  await expect(page.getByRole('tab', { name: /^X / })).toBeFocused();
  await expect(field).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(field).toHaveValue('Only for X');
  await expect(field).toBeFocused();
});

test('what is removed from the thread can be put back @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByRole('button', { name: 'Add to thread' }).press('Enter');
  const part = page.getByRole('list', { name: 'Thread' }).getByRole('textbox');
  await expect(part).toBeFocused();
  await part.fill('And then');
  await page.getByRole('list', { name: 'Thread' }).getByRole('button', { name: /^Remove/ }).press('Enter');
  await expect(part).toHaveCount(0);
  await somewhere(page);
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(part).toHaveValue('And then');
  await page.getByRole('button', { name: 'Add a first comment' }).press('Enter');
  await page.getByRole('textbox', { name: 'First comment' }).fill('First!');
  await page.getByRole('button', { name: 'Remove the first comment' }).press('Enter');
  await somewhere(page);
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect(page.getByRole('textbox', { name: 'First comment' })).toHaveValue('First!');
});

test('a moved post keeps the keyboard @js', async ({ page, browser, company }) => {
  const text = unique('Held');
  await write(browser, company, { text, networks: ['x'], when: `${nextMonth(20)}T10:00` });
  await page.goto(`/calendar?view=week&day=${nextMonth(20)}`, { waitUntil: 'networkidle' });
  const card = page.locator('[data-slot]').getByRole('link', { name: text });
  await card.press('m');
  await page.keyboard.press('Escape');
  await expect(card).toBeFocused();
  await card.press('m');
  await page.getByRole('button', { name: 'Move', exact: true }).press('Enter');
  await somewhere(page);
  await expect(card).toBeFocused();
});

test('a menu leads back to what opened it @js', async ({ page }) => {
  await page.goto('/', { waitUntil: 'networkidle' });
  const opener = page.locator('aside summary').first();
  await opener.press('Enter');
  const inside = page.getByRole('link', { name: 'New company' }).filter({ visible: true });
  await inside.focus();
  await page.keyboard.press('Escape');
  await expect(opener).toBeFocused();
  await opener.press('Enter');
  await inside.focus();
  await page.mouse.click(900, 700);
  await expect(opener).toBeFocused();
});

/** The keyboard is on something: at once on a page that stayed, and as soon as it lives on one that was loaded anew. */
async function expectSomewhere(page: Page, words: string) {
  // Somebody else's page: not ours to say.
  if (!page.url().startsWith(HERE)) return;
  const stayed = await page.evaluate('window.loaded === true').catch(() => false);
  if (!stayed) return expect.soft(page.locator('body'), words).not.toBeFocused({ timeout: 5_000 });
  // Two frames: what goes is noticed with the first.
  const frames = page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  // A form that the browser sends itself may leave the page only now.
  const leaves = (error: unknown) => (/navigation/.test(`${error}`) ? null : Promise.reject(error));
  const active = await frames.then(() => page.evaluate('document.activeElement?.tagName')).catch(leaves);
  if (active === null) return expectSomewhere(page, words);
  expect.soft(active, words).not.toBe('BODY');
}

test('whoever signs up or in begins at the heading of Home @js', async ({ browser, company }) => {
  const context = await browser.newContext({ baseURL: HERE, storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await signUp(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeFocused();
  await context.clearCookies();
  await signIn(page, company.person.email, PASSWORD);
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeFocused();
  await context.close();
});

test('a search by Enter leaves the keyboard in the search @js', async ({ page, browser, company }) => {
  await write(browser, company, { text: unique('Searched'), networks: ['x'], when: `${nextMonth(21)}T10:00` });
  await page.goto('/posts', { waitUntil: 'networkidle' });
  await page.getByRole('searchbox').fill('Searched');
  await page.getByRole('searchbox').press('Enter');
  await expect(page).toHaveURL(/q=Searched/);
  await expect(page.getByRole('searchbox')).toHaveValue('Searched');
  await expect(page.getByRole('searchbox')).toBeFocused();
});

test('a platform’s consent leads back to something @js', async ({ page }) => {
  await page.goto('/connections', { waitUntil: 'networkidle' });
  await page.getByRole('link', { name: 'Connect X' }).press('Enter');
  await page.getByRole('radio', { name: LAB.x.consent }).check();
  await page.getByRole('button', { name: 'Allow' }).press('Enter');
  await expect(page.getByText(/ is connected\.$/)).toBeVisible();
  await expect(page.locator('body')).not.toBeFocused();
  // And "no" as well.
  await page.getByRole('link', { name: 'Connect X' }).press('Enter');
  await page.getByRole('button', { name: /^(Cancel|Deny|No)/ }).press('Enter');
  await expect(page).toHaveURL(/problem=/);
  await expect(page.locator('body')).not.toBeFocused();
});

test('a consent that began at a post leads back to it', async ({ page, browser, company }) => {
  const id = await write(browser, company, { text: unique('Came back'), networks: ['x'], when: `${nextMonth(23)}T10:00` });
  await page.goto(`/api/social/connect/x?next=/posts/${id}`);
  await page.getByRole('radio', { name: LAB.x.consent }).check();
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect(page).toHaveURL(`${HERE}/posts/${id}?notice=connected`);
  await expect(page.getByText('The account is connected.')).toBeVisible();
});

test('an address that somebody wrote begins where the browser begins @js', async ({ page }) => {
  await page.goto('/posts', { waitUntil: 'networkidle' });
  await expect(page.locator('body')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
});

/** Waits until the page has asked for nothing for a moment: what `networkidle` waits half a second for. */
function watchRequests(page: Page) {
  const open = new Map<unknown, number>();
  let last = Date.now();
  const ended = (request: unknown) => {
    open.delete(request);
    last = Date.now();
  };
  page.on('request', (request) => open.set(request, Date.now()));
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  // Requests of a page that is gone end with it.
  page.on('framenavigated', () => open.clear());
  // Nothing is ever said of the end of a request whose redirect the page looks at itself.
  const isOpen = (since: number) => Date.now() - since < 1_000;
  return async () => {
    const pressed = Date.now();
    await expect.poll(() => ![...open.values()].some(isOpen) && Date.now() - Math.max(pressed, last) > 80, { intervals: [30] }).toBe(true);
  };
}

// What ends the page's life, or asks first: tried elsewhere.
const LEAVES = /Sign out|Switch|Leave|Lab |^Delete|Try again/;
const PAGES = ['/', '/studio', '/calendar', '/calendar?view=week', '/posts', '/needs', '/comments', '/snippets', '/links', '/campaigns', '/campaigns/new', '/agents', '/agents/social', '/proposals', '/agents/memory', '/chat', '/connections', '/settings/company', '/settings/members', '/settings/integrations', '/settings/security', '/diagnostics/queue', '/diagnostics/schedules', '/library', '/contacts', '/diagnostics', '/settings/ai', '/settings/voice', '/settings/zapier'];
for (const address of PAGES) {
  test(`every button of ${address} leaves the keyboard somewhere @js`, async ({ page, browser, company, consoleErrors }) => {
    // The page is loaded anew for each button.
    test.slow();
    await write(browser, company, { text: unique('Something to press'), networks: ['x'], when: `${nextMonth(22)}T10:00` });
    page.on('dialog', (dialog) => dialog.dismiss());
    const buttons = page.locator('main').locator('button, summary, a[role=button]').filter({ visible: true });
    const quiet = watchRequests(page);
    // What a button set going may still lead somewhere else in that moment: then once more.
    const visit = () => page.goto(address, { waitUntil: 'networkidle' });
    const open = async () => {
      await visit().catch((error) => (/interrupted by another navigation/.test(`${error}`) ? visit() : Promise.reject(error)));
      await page.evaluate('window.loaded = true');
    };
    await open();
    const named = () => buttons.evaluateAll((all) => all.map((e) => (e as { ariaLabel: string | null; textContent: string | null }).ariaLabel ?? e.textContent?.trim() ?? ''));
    const lines = page.locator('main form').locator('input:is([type=text], [type=search], [type=email], [type=password], :not([type]))').filter({ visible: true });
    const atFirst = await named();
    const fields = await lines.count();
    // A page that is as it was is used for the next button; any other is loaded anew, which takes most of this test's time.
    const asAtFirst = async () =>
      page.url() === `${HERE}${address}` && (await page.evaluate('window.loaded === true')) && (await lines.count()) === fields && (await named()).join('\n') === atFirst.join('\n');
    const again = async () => ((await asAtFirst().catch(() => false)) ? undefined : open());
    const press = async (words: string, element: Locator) => {
      await element.focus();
      await page.keyboard.press('Enter');
      await quiet();
      await expectSomewhere(page, `after ${words} of ${address}`);
    };
    const seen = new Set<string>();
    for (const name of atFirst) {
      // Of a row of the same, one: the keys of every platform have the same buttons.
      const kind = name.replace(/^(.* keys of|Save and connect) .*$/, '$1');
      if (LEAVES.test(name) || seen.has(kind)) continue;
      seen.add(kind);
      await test.step(name, async () => {
        await again();
        // What was pressed before may have taken others away.
        const at = (await named()).indexOf(name);
        if (at >= 0) await press(`“${name}”`, buttons.nth(at));
      });
    }
    // Enter in each field that sends a form.
    for (let at = 0; at < fields; at += 1) {
      await test.step(`field ${at}`, async () => {
        await again();
        if (at < (await lines.count())) await press(`Enter in field ${at}`, lines.nth(at));
      });
    }
    // A form that is not filled in is refused; the browser reports that.
    consoleErrors.splice(0, consoleErrors.length, ...consoleErrors.filter((e) => !/status of 4\d\d/.test(e)));
  });
}
