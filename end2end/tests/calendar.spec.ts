// The calendar: its views, filters, and moving a post by mouse and by keyboard.
import { expectWhen, fillWhen, nextMonth, otherYear, unique, withCompany, write } from '../support/app';
import { expect } from '../support/test';

const test = withCompany(['x'], 'Europe/Lisbon');

const day = nextMonth(10);
const other = nextMonth(11);
/** "10 Dec" */
const short = (date: string) =>
  new Date(`${date}T12:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).replace('Sept', 'Sep') +
  otherYear(Number(date.slice(0, 4)));

test('month, week and day show a post where it belongs', async ({ page, browser, company }) => {
  const text = unique('Views');
  await write(browser, company, { text, networks: ['x'], when: `${day}T10:15` });
  const post = (place: string) => page.locator(place).getByRole('link', { name: `10:15, ${text}, Scheduled` });

  await page.goto(`/calendar?view=month&day=${day}`);
  await expect(post(`[data-day="${day}"]`)).toBeVisible();
  await expect(page.getByText('Times are Europe/Lisbon time.')).toBeVisible();
  const views = page.getByRole('navigation', { name: 'View' });
  await views.getByRole('link', { name: 'Week' }).click();
  await expect(page).toHaveURL(`/calendar?view=week&day=${day}`);
  await expect(post(`[data-slot="${day}T10"]`)).toBeVisible();
  await views.getByRole('link', { name: 'Day' }).click();
  await expect(page).toHaveURL(`/calendar?view=day&day=${day}`);
  await expect(post(`[data-slot="${day}T10"]`)).toBeVisible();
  await page.getByRole('link', { name: 'Later' }).click();
  await expect(page).toHaveURL(`/calendar?view=day&day=${other}`);
  await expect(page.locator(`[data-slot="${other}T10"]`)).toBeVisible();
  await expect(page.getByRole('link', { name: text })).toHaveCount(0);
  await page.getByRole('link', { name: 'Earlier' }).click();
  await post(`[data-slot="${day}T10"]`).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Post' })).toBeVisible();
  await expect(page.locator('main')).toContainText(text);
});

test('filters narrow what is shown', async ({ page, browser, company }) => {
  const text = unique('Filter');
  await write(browser, company, { text, networks: ['x'], when: `${nextMonth(17)}T09:00` });
  await page.goto(`/calendar?view=week&day=${nextMonth(17)}`);
  const post = page.locator('[data-slot]').getByRole('link', { name: text });
  const filters = page.getByRole('navigation', { name: 'Filters' });
  await expect(post).toBeVisible();
  await filters.getByRole('link', { name: 'LinkedIn' }).click();
  await expect(page).toHaveURL(/platform=linkedin/);
  await expect(filters.getByRole('link', { name: 'LinkedIn' })).toHaveAttribute('aria-current', 'true');
  await expect(post).toHaveCount(0);
  await filters.getByRole('link', { name: 'X', exact: true }).click();
  await expect(page).toHaveURL(/platform=x/);
  await expect(post).toBeVisible();
  await filters.getByRole('link', { name: 'Needs you' }).click();
  await expect(page).toHaveURL(/attention=1/);
  await expect(post).toHaveCount(0);
});

test('a post is moved by dragging it to another day @js', async ({ page, browser, company }) => {
  const text = unique('Drag');
  await write(browser, company, { text, networks: ['x'], when: `${day}T14:20` });
  await page.goto(`/calendar?view=month&day=${day}`);
  const cell = (date: string) => page.locator(`[data-day="${date}"]`);
  const card = page.locator('[data-day]').getByRole('link', { name: text });
  const moved = page.getByText(new RegExp(`^Moved to \\w{3} ${short(other)}, 14:20\\.$`));
  // A drag before the page has come to life leads nowhere.
  await expect(async () => {
    await card.dragTo(cell(other));
    await expect(moved).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(cell(other).getByRole('link', { name: `14:20, ${text}` })).toBeVisible();
  await page.reload();
  await expect(cell(other).getByRole('link', { name: `14:20, ${text}` })).toBeVisible();
  await expect(cell(day).getByRole('link', { name: text })).toHaveCount(0);
});

test('a post is moved by the keyboard @js', async ({ page, browser, company }) => {
  const text = unique('Keys');
  await write(browser, company, { text, networks: ['x'], when: `${day}T16:00` });
  await page.goto(`/calendar?view=week&day=${day}`);
  const card = page.locator('[data-slot]').getByRole('link', { name: text });
  const form = page.getByRole('group', { name: /^Move “Keys .*” to$/ });
  const field = form.getByLabel('Day', { exact: true });
  await expect(async () => {
    await card.press('m');
    await expect(field).toBeFocused({ timeout: 1_000 });
  }).toPass();
  await expectWhen(page, `${day}T16:00`);
  await field.press('Escape');
  await expect(field).toHaveCount(0);
  await card.press('m');
  await fillWhen(page, `${other}T08:45`);
  await form.getByLabel('Time', { exact: true }).press('Enter');
  await expect(page.getByText(new RegExp(`^Moved to \\w{3} ${short(other)}, 08:45\\.$`))).toBeVisible();
  await page.goto(`/calendar?view=week&day=${other}`);
  await expect(page.locator(`[data-slot="${other}T08"]`).getByRole('link', { name: `08:45, ${text}` })).toBeVisible();
});
