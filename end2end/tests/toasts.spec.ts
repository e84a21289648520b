// The short messages above a page: they leave by themselves, stay while somebody is on them, and never cover what somebody
// works in.
import type { Locator, Page } from '@playwright/test';
import { NETWORKS, nextMonth, openStudio, unique, withCompany, write } from '../support/app';
import { expect } from '../support/test';

const test = withCompany(NETWORKS, 'Europe/Lisbon');

const toast = (page: Page) => page.getByRole('status').filter({ has: page.getByLabel('Close', { exact: true }) });

async function box(of: Locator) {
  const found = await of.boundingBox();
  expect(found, String(of)).not.toBeNull();
  return found as { x: number; y: number; width: number; height: number };
}

async function expectApart(one: Locator, other: Locator, words: string) {
  const overlap = async () => {
    const [a, b] = [await box(one), await box(other)];
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  };
  await expect.poll(overlap, { message: words, timeout: 3_000 }).toBe(false);
}

/** Moves the only post with these words to the drafts, or does another act of its menu. */
async function act(page: Page, text: string, name: string) {
  await page.goto(`/posts?q=${encodeURIComponent(text)}`, { waitUntil: 'networkidle' });
  await page.getByLabel(`More for “${text}”`).press('Enter');
  await page.getByRole('listitem').getByRole('button', { name, exact: true }).filter({ visible: true }).press('Enter');
  await expect(toast(page)).toBeVisible();
}

test('a message leaves by itself, but not while somebody is on it @js', async ({ page, browser, company }) => {
  const text = unique('Leaves');
  await write(browser, company, { text, networks: ['x'], when: `${nextMonth(5)}T10:00` });
  await page.clock.install();
  await act(page, text, 'Move to drafts');
  await expect(toast(page)).toContainText('1 post moved to drafts.');
  await toast(page).hover();
  await page.clock.runFor(30_000);
  await expect(toast(page)).toBeVisible();
  await page.mouse.move(5, 5);
  await toast(page).getByLabel('Close').focus();
  await page.clock.runFor(30_000);
  await expect(toast(page)).toBeVisible();
  await page.getByRole('searchbox').focus();
  await page.clock.runFor(7_000);
  await expect(toast(page)).toHaveCount(0);
  await expect(page).not.toHaveURL(/did=/);
  // Nothing else happened: the keyboard is where it was.
  await expect(page.getByRole('searchbox')).toBeFocused();
});

test('a message with a way back stays long enough to take it, and can be closed @js', async ({ page, browser, company }) => {
  const text = unique('Stays');
  await write(browser, company, { text, networks: ['x'], when: `${nextMonth(6)}T10:00` });
  await page.clock.install();
  await act(page, text, 'Delete');
  await page.clock.runFor(15_000);
  await expect(toast(page).getByRole('button', { name: 'Undo' })).toBeVisible();
  await page.clock.runFor(6_000);
  await expect(toast(page)).toHaveCount(0);
  await page.goBack({ waitUntil: 'networkidle' }).catch(() => null);
  const other = unique('Closed');
  await write(browser, company, { text: other, networks: ['x'], when: `${nextMonth(7)}T10:00` });
  await act(page, other, 'Delete');
  await toast(page).getByLabel('Close').press('Enter');
  await expect(toast(page)).toHaveCount(0);
});

test('a post that is looked at again and again lets the message go @js', async ({ page, browser, company }) => {
  const text = unique('Looked at');
  const id = await write(browser, company, { text, networks: ['x'], press: 'Publish now' });
  await page.goto(`/posts/${id}`, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Duplicate', exact: true }).press('Enter');
  await expect(toast(page)).toContainText('copied');
  await expect(toast(page)).toHaveCount(0, { timeout: 40_000 });
});

test('a second message takes the place of the first, with a time of its own @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.clock.install();
  await page.getByLabel('Text for all accounts').fill('One');
  for (const words of ['Two', 'Three']) {
    await page.getByRole('button', { name: 'Add to thread' }).click();
    await page.getByRole('list', { name: 'Thread' }).getByRole('textbox').last().fill(words);
  }
  const remove = page.getByRole('list', { name: 'Thread' }).getByRole('button', { name: /^Remove/ });
  await remove.last().click();
  await page.mouse.move(5, 5);
  await page.clock.runFor(15_000);
  await remove.last().click();
  await page.mouse.move(5, 5);
  await page.clock.runFor(15_000);
  await expect(toast(page)).toBeVisible();
  await page.clock.runFor(6_000);
  await expect(toast(page)).toHaveCount(0);
});

test('the panel that moves a post is not covered @js', async ({ page, browser, company }) => {
  const texts = [unique('First to move'), unique('Second to move')] as const;
  await write(browser, company, { text: texts[0], networks: ['x'], when: `${nextMonth(8)}T10:00` });
  await write(browser, company, { text: texts[1], networks: ['x'], when: `${nextMonth(9)}T14:00` });
  await page.goto(`/calendar?view=month&day=${nextMonth(8)}`, { waitUntil: 'networkidle' });
  const card = (text: string) => page.locator('[data-day]').getByRole('link', { name: text }).filter({ visible: true });
  await card(texts[0]).press('m');
  await page.getByLabel('Time', { exact: true }).fill('11:30');
  await page.getByRole('button', { name: 'Move', exact: true }).press('Enter');
  await expect(toast(page)).toContainText('Moved to');
  await card(texts[1]).press('m');
  const panel = page.locator('form').filter({ has: page.getByRole('button', { name: 'Move', exact: true }) });
  await expect(panel).toBeVisible();
  await expectApart(toast(page), panel, 'the message covers the panel');
  await page.screenshot({ path: 'screenshots/toast-calendar.png' });
});

for (const [width, height] of [[1366, 768], [768, 1024], [360, 780]] as const) {
  test(`no field of the studio is covered while one is in it, at ${width} x ${height} @js`, async ({ page }) => {
    test.slow();
    await page.setViewportSize({ width, height });
    await openStudio(page, '/studio', true);
    await page.clock.install();
    await page.getByLabel('Text for all accounts').fill('One text that is long enough');
    await page.getByRole('button', { name: 'Add to thread' }).click();
    await page.getByRole('list', { name: 'Thread' }).getByRole('textbox').fill('And then');
    await page.getByRole('button', { name: 'Add a first comment' }).click();
    await page.getByRole('list', { name: 'Thread' }).getByRole('button', { name: /^Remove/ }).click();
    await page.mouse.move(1, 1);
    await expect(toast(page)).toBeVisible();
    const fields = page.locator('main').locator('textarea, input:not([type=hidden]):not([type=file]), button[name=plan]').filter({ visible: true });
    const count = await fields.count();
    expect(count).toBeGreaterThan(8);
    for (let at = 0; at < count; at += 1) {
      const field = fields.nth(at);
      await field.focus();
      await page.clock.runFor(100);
      await expectApart(toast(page), field, `covered: ${await field.evaluate((e) => (e as unknown as { outerHTML: string }).outerHTML.slice(0, 160))}`);
    }
    await page.screenshot({ path: `screenshots/toast-studio-${width}.png` });
  });
}
