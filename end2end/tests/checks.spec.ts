// What is looked at before a post goes out: signs on the calendar, the list and the post, and warnings while one writes.
import type { Page } from '@playwright/test';
import { LAB, choose, expectWhen, fillWhen, nextMonth, openStudio, postsAt, quickly, unique, withCompany, write } from '../support/app';
import { expect } from '../support/test';

const test = withCompany(['x'], 'Europe/Lisbon');

const day = nextMonth(14);

/** The checks of the post on the page. */
const checks = (page: Page) => page.getByRole('list', { name: 'Checks' });

test('a planned post shows that it is ready to go', async ({ page, browser, company }) => {
  const text = unique('Ready');
  const id = await write(browser, company, { text, networks: ['x'], when: `${day}T10:15` });
  await page.goto(`/posts/${id}`);
  await expect(page.getByRole('heading', { name: 'Checks before publishing' })).toBeVisible();
  await expect(checks(page)).toContainText(LAB.x.handle);
  await expect(checks(page)).toContainText('Ready to go');
  await page.goto(`/calendar?view=day&day=${day}`);
  await expect(page.getByRole('link', { name: `10:15, ${text}, Scheduled, Ready to go` }).filter({ visible: true })).toBeVisible();
  await page.goto('/posts');
  await expect(page.getByRole('link', { name: text })).toContainText('Ready to go');
});

test('posts on top of each other are noticed, and the way out leads to the composer', async ({ page, browser, company }) => {
  const first = unique('Early');
  const second = unique('Late');
  const other = await write(browser, company, { text: first, networks: ['x'], when: `${day}T15:00` });
  const id = await write(browser, company, { text: second, networks: ['x'], when: `${day}T15:04` });
  await page.goto(`/posts/${id}`);
  await expect(checks(page)).toContainText('Worth a look');
  await expect(checks(page)).toContainText(/Another post goes to .* at 15:00, 4 minutes before\./);
  await expect(checks(page).getByRole('link', { name: 'See the other post' })).toHaveAttribute('href', `/posts/${other}`);
  await checks(page).getByRole('link', { name: 'Choose another time' }).click();
  await expect(page).toHaveURL(`/studio?post=${id}`);
  await expectWhen(page, `${day}T15:04`);

  // On the calendar the words come with the pointer, and are in the name for everybody else.
  await page.goto(`/calendar?view=day&day=${day}`);
  const card = page.locator(`[data-slot="${day}T15"]`).getByRole('link', { name: second });
  await expect(card).toHaveAccessibleName(/Worth a look\. X .*Another post goes to/);
  const words = page.locator(`[data-slot="${day}T15"]`).getByText(/Another post goes to/).filter({ visible: true });
  await expect(words).toHaveCount(0);
  await card.hover();
  await expect(words).toHaveCount(1);
});

test('the composer warns before anything is saved, and blocks nothing @js', async ({ page, browser, company }) => {
  const text = unique('Again');
  await write(browser, company, { text, networks: ['x'], when: `${day}T18:00` });
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill(`  ${text.toUpperCase()} `);
  await choose(page, 'x');
  await fillWhen(page, `${day}T18:05`);
  const notes = page.getByRole('list', { name: 'Worth a look before you schedule' });
  // Several are a number that unfolds; one stands there in full.
  await page.getByText('2 warnings').click();
  await expect(notes).toContainText('The same text is planned on');
  await expect(notes).toContainText('5 minutes before');
  await fillWhen(page, `${day}T20:00`);
  await expect(notes).not.toContainText('minutes before');
  await expect(notes).toContainText('The same text is planned on');
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  await expect(checks(page)).toContainText('X refuses repeats');
});

test('publishing at once is asked about first', async ({ page, browser, company, javaScriptEnabled }) => {
  const text = unique('At once');
  await write(browser, company, { text, networks: ['x'], when: `${nextMonth(18)}T18:00` });
  await openStudio(page, '/studio', javaScriptEnabled !== false);
  await page.getByLabel('Text for all accounts').fill(text);
  await choose(page, 'x');
  await page.getByRole('button', { name: 'Publish now' }).click();
  const notes = page.getByRole('list', { name: 'Worth a look before you publish' });
  await expect(notes).toContainText('The same text is planned on');
  await expect(page.getByText('Not published yet: it is saved as a draft.')).toBeVisible();
  expect(await postsAt('x', text)).toEqual([]);
  await page.getByRole('button', { name: 'Publish anyway' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
});

test('a person can ask for a look', async ({ page, browser, company }) => {
  const id = await write(browser, company, { text: unique('Asked'), networks: ['x'], when: `${nextMonth(16)}T12:00` });
  await page.goto(`/posts/${id}`);
  await expect(checks(page)).toContainText('Ready to go');
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(page).toHaveURL(`/posts/${id}`);
  await expect(checks(page)).toContainText('Ready to go');
});

test('a company says how late is too late', async ({ page, browser, company }) => {
  const field = page.getByLabel(/at most this many minutes late/);
  await page.goto('/settings/company');
  await expect(field).toHaveValue('15');
  await field.fill('45');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await page.reload();
  await expect(field).toHaveValue('45');
  await quickly(
    browser,
    async (quick) => {
      await quick.goto('/settings/company');
      await quick.getByLabel(/at most this many minutes late/).fill('1441');
      await quick.getByRole('button', { name: 'Save' }).click();
      await expect(quick.getByText('Enter whole minutes from 0 (always ask) to 1440 (a day).')).toBeVisible();
      await quick.getByLabel(/at most this many minutes late/).fill('15');
      await quick.getByRole('button', { name: 'Save' }).click();
      await expect(quick.getByText('Saved.')).toBeVisible();
    },
    company.state,
  );
});
