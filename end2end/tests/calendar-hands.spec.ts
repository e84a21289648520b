// The calendar in the hand: mouse, finger and keys; what stays still, what is marked, and the way back.
import type { Locator, Page } from '@playwright/test';
import { HERE, LAB, local, nextMonth, unique, withCompany, write } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const ZONE = 'Europe/Lisbon';
const test = withCompany(['x'], ZONE);

const cell = (page: Page, day: string) => page.locator(`[data-day="${day}"]`);
const slot = (page: Page, at: string) => page.locator(`[data-slot="${at}"]`);
const month = (day: string) => `/calendar?view=month&day=${day}`;
const week = (day: string) => `/calendar?view=week&day=${day}`;

/** A day of this month or the next, so many days from today in the company's zone. */
function dayFromToday(days: number) {
  return local(new Date(Date.now() + days * 86_400_000), ZONE).slice(0, 10);
}

/** The grid has come to life: it is one stop of the Tab key. */
async function alive(page: Page) {
  await expect(page.locator('#calendar-grid [tabindex="0"]')).toHaveCount(1);
}

async function middle(place: Locator) {
  const box = await place.boundingBox();
  if (!box) throw new Error('it is not to be seen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Where everything of the grid stands. */
const places = (page: Page) =>
  page.locator('#calendar-grid').evaluate((grid) =>
    [...grid.querySelectorAll('[role=gridcell], [data-post]')].map((e) => {
      const { x, y, width, height } = e.getBoundingClientRect();
      return [x, y, width, height].map(Math.round).join(' ');
    }),
  );

const hasFocus = (page: Page) => page.evaluate(() => document.activeElement !== document.body);

test('nothing moves or grows under the pointer, and no layer is cut off @js', async ({ page, browser, company }) => {
  const day = nextMonth(3);
  const first = unique('Still');
  const second = unique(`Held ${'long'.repeat(20)}`);
  await write(browser, company, { text: first, networks: ['x'], when: `${day}T10:00` });
  await write(browser, company, { text: second, networks: ['x'], when: `${day}T10:04` });
  for (const address of [month(day), week(day)]) {
    await page.goto(address);
    await alive(page);
    const before = await places(page);
    for (const text of [first, second]) {
      const card = page.locator('#calendar-grid').getByRole('link', { name: text });
      const heights = await card.evaluate((e) => e.getBoundingClientRect().height);
      expect(heights).toBe(44);
      await card.hover();
      await expect(card.locator('+ span')).toBeVisible();
      await expect(card.locator('+ span')).toContainText(LAB.x.handle);
      expect(await places(page)).toEqual(before);
      // All four corners of the layer are its own, and on the page.
      const box = await card.locator('+ span').boundingBox();
      if (!box) throw new Error('no layer');
      const width = page.viewportSize()?.width ?? 0;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      const clipped = await card.locator('+ span').evaluate((e) => {
        for (let at = e.parentElement; at && at !== document.body; at = at.parentElement) {
          if (getComputedStyle(at).overflow !== 'visible') return at.className;
        }
        return null;
      });
      expect(clipped).toBeNull();
    }
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

  // In the list of posts too: what was found opens above the rows.
  await page.goto('/posts');
  const rows = page.locator('main li:has(a[href^="/posts/"])');
  const heights = () => rows.evaluateAll((all) => all.map((row) => Math.round(row.getBoundingClientRect().height)));
  const row = rows.filter({ hasText: second });
  const before = await heights();
  await row.hover();
  await expect(row.getByText(/Another post goes to/).filter({ visible: true }).last()).toBeVisible();
  expect(await heights()).toEqual(before);
});

test('a drag marks where the post will be, tells the time, and can be undone @js', async ({ page, browser, company }) => {
  const [day, other] = [nextMonth(4), nextMonth(12)];
  const text = unique('Drag');
  await write(browser, company, { text, networks: ['x'], when: `${day}T14:20` });
  await page.goto(month(day));
  await alive(page);
  const card = page.locator('#calendar-grid').getByRole('link', { name: text });
  const [from, to] = [await middle(card), await middle(cell(page, other))];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 20, from.y, { steps: 3 });
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await expect(page.locator('[data-target]')).toHaveCount(1);
  await expect(cell(page, other)).toHaveAttribute('data-target', '');
  await expect(page.locator('[data-drag]')).toContainText(/Move to \w{3} 12 \w{3}.*, 14:20/);
  // Escape leaves everything as it was.
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-drag]')).toHaveCount(0);
  await page.mouse.up();
  await expect(page.locator('[data-target]')).toHaveCount(0);
  await expect(cell(page, day).getByRole('link', { name: text })).toBeVisible();

  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await page.mouse.up();
  await expect(page.getByText(/^Moved to \w{3} 12 \w{3}.*, 14:20\.$/)).toBeVisible();
  await expect(cell(page, other).getByRole('link', { name: `14:20, ${text}` })).toBeVisible();
  expect(page.url()).toContain('/calendar');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText(/^Moved back to \w{3} 4 \w{3}.*, 14:20\.$/)).toBeVisible();
  await expect(cell(page, day).getByRole('link', { name: `14:20, ${text}` })).toBeFocused();
  await page.reload();
  await expect(cell(page, day).getByRole('link', { name: `14:20, ${text}` })).toBeVisible();
});

test('a drop into the past is refused before it is sent @js', async ({ page, browser, company }) => {
  const text = unique('Past');
  // Tomorrow may stand in the last row of the month, below a lower window.
  await page.setViewportSize({ width: 1280, height: 1400 });
  const [yesterday, tomorrow] = [dayFromToday(-1), dayFromToday(1)];
  await write(browser, company, { text, networks: ['x'], when: `${tomorrow}T11:00` });
  await page.goto(month(tomorrow));
  await alive(page);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const card = page.locator('#calendar-grid').getByRole('link', { name: text });
  const [from, to] = [await middle(card), await middle(cell(page, yesterday))];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await expect(page.locator('[data-drag]')).toContainText('is in the past');
  await expect(page.locator('[data-target]')).toHaveCount(0);
  await page.mouse.up();
  await expect(page.getByText(/11:00 is in the past\. Choose a later time\./).filter({ visible: true })).toBeVisible();
  expect(asked.filter((url) => url.includes('move_post'))).toEqual([]);
  await expect(cell(page, tomorrow).getByRole('link', { name: text })).toBeVisible();
});

test('a published post stays where it is and says so @js', async ({ page, browser, company }) => {
  const text = unique('Out');
  await write(browser, company, { text, networks: ['x'], press: 'Publish now' });
  const today = dayFromToday(0);
  const card = page.locator('#calendar-grid').getByRole('link', { name: `${text}, Published` });
  await expect(async () => {
    await page.goto(month(today));
    await expect(card).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await alive(page);
  await card.focus();
  await page.keyboard.press('m');
  const said = page.getByText('This post is published. Its time cannot change.').filter({ visible: true });
  await expect(said).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(said).toHaveCount(0);
  await expect(card).toBeFocused();
  await card.scrollIntoViewIfNeeded();
  const from = await middle(card);
  const to = { x: from.x - 200, y: from.y - 120 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await expect(page.locator('[data-drag]')).toContainText('published');
  await page.mouse.up();
  await expect(said).toBeVisible();
});

test('an empty part of a cell begins a post there @js', async ({ page }) => {
  const day = nextMonth(20);
  await page.goto(month(day));
  await alive(page);
  await cell(page, day).click();
  await expect(page).toHaveURL(`/studio?at=${day}T09:00`);
  await page.goto(week(day));
  await alive(page);
  await slot(page, `${day}T15`).click();
  await expect(page).toHaveURL(`/studio?at=${day}T15:00`);
  // By Enter too.
  await page.goto(month(day));
  await alive(page);
  await cell(page, day).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/studio?at=${day}T09:00`);
  // Not in the past.
  const yesterday = dayFromToday(-1);
  await page.goto(month(yesterday));
  await alive(page);
  await cell(page, yesterday).click({ position: { x: 40, y: 60 } });
  await expect(page.getByText(/ is over\. Choose a later time\./)).toBeVisible();
  expect(page.url()).toContain('/calendar');
});

test('the link to a new post is there without JavaScript @nojs', async ({ page }) => {
  const day = nextMonth(20);
  await page.goto(month(day));
  const link = cell(page, day).getByRole('link', { name: /^New post on / });
  await expect(link).toHaveAttribute('href', `/studio?at=${day}T09:00`);
  await link.focus();
  await expect(link).toBeFocused();
});

test('the calendar by keyboard: one stop, arrows, Enter, M, and never to nowhere @js', async ({ page, browser, company }) => {
  // A Wednesday in the middle of a month.
  const start = new Date(`${nextMonth(15)}T12:00Z`);
  const days = (n: number) => new Date(start.getTime() + n * 86_400_000).toISOString().slice(0, 10);
  while (start.getUTCDay() !== 3) start.setUTCDate(start.getUTCDate() + 1);
  const day = days(0);
  const [first, second] = [unique('First'), unique('Second')];
  await write(browser, company, { text: first, networks: ['x'], when: `${day}T10:00` });
  await write(browser, company, { text: second, networks: ['x'], when: `${day}T17:00` });
  await page.goto(month(day));
  await alive(page);
  const post = (text: string) => page.locator('#calendar-grid').getByRole('link', { name: text });
  await expect(page.locator('#calendar-grid a:not([tabindex])')).toHaveCount(0);

  await cell(page, days(-1)).focus();
  await page.keyboard.press('ArrowRight');
  await expect(post(first)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(post(second)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(cell(page, days(7))).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(post(second)).toBeFocused();
  await page.keyboard.press('Home');
  await expect(cell(page, days(-2))).toBeFocused();
  await page.keyboard.press('End');
  await expect(cell(page, days(4))).toBeFocused();
  // Tab leaves the grid, and comes back to where one was.
  await page.keyboard.press('Shift+Tab');
  await expect(page.getByRole('navigation', { name: 'Filters' }).getByRole('link').last()).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(cell(page, days(4))).toBeFocused();

  // Another month, there and back.
  await page.keyboard.press('PageDown');
  await expect(post(first)).toHaveCount(0);
  await expect(page.locator('#calendar-grid [role=gridcell]:focus')).toHaveCount(1);
  await page.keyboard.press('PageUp');
  await expect(cell(page, days(4))).toBeFocused();
  // The step links too keep the keyboard.
  await page.getByRole('link', { name: 'Later' }).press('Enter');
  await expect(cell(page, day)).toHaveCount(0);
  expect(await hasFocus(page)).toBe(true);
  await page.getByRole('link', { name: 'Earlier' }).press('Enter');
  await expect(post(first)).toBeVisible();
  expect(await hasFocus(page)).toBe(true);

  // M opens the form; its time is marked in the grid; Escape leads back.
  await post(first).focus();
  await page.keyboard.press('m');
  const form = page.locator('form').filter({ hasText: `Move “${first}” to` });
  await expect(form).toBeVisible();
  await expect(cell(page, day)).toHaveAttribute('data-target', '');
  await page.keyboard.press('Escape');
  await expect(form).toHaveCount(0);
  await expect(post(first)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Post' })).toBeVisible();
});

test('the keyboard goes with a post that it moves @js', async ({ page, browser, company }) => {
  const [day, other] = [nextMonth(6), nextMonth(7)];
  const text = unique('Goes');
  await write(browser, company, { text, networks: ['x'], when: `${day}T16:00` });
  await page.goto(month(day));
  await alive(page);
  const card = page.locator('#calendar-grid').getByRole('link', { name: text });
  await card.focus();
  await page.keyboard.press('m');
  const field = page.locator('#move-time');
  await expect(field).toBeFocused();
  await field.fill('2020-01-01T08:00');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/is in the past\. Choose a later time\./).filter({ visible: true })).toBeVisible();
  await field.fill(`${other}T08:45`);
  await expect(cell(page, other)).toHaveAttribute('data-target', '');
  await page.keyboard.press('Enter');
  await expect(cell(page, other).getByRole('link', { name: `08:45, ${text}` })).toBeFocused();
  await expect(page.locator('[data-target]')).toHaveCount(0);
  await expectAccessible(page);
});

test('a finger scrolls, and after resting drags @js', async ({ browser, company }) => {
  const [day, other] = [nextMonth(8), nextMonth(16)];
  const text = unique('Finger');
  await write(browser, company, { text, networks: ['x'], when: `${day}T12:30` });
  const context = await browser.newContext({
    baseURL: HERE,
    storageState: company.state,
    hasTouch: true,
    viewport: { width: 820, height: 700 },
  });
  try {
    const page = await context.newPage();
    await page.goto(month(day));
    await alive(page);
    const touches = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: { x: number; y: number }) =>
      touches.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
    const card = page.locator('#calendar-grid').getByRole('link', { name: text });

    // At once: the page scrolls, and nothing is dragged.
    const from = await middle(card);
    await touch('touchStart', from);
    for (let n = 1; n <= 10; n += 1) await touch('touchMove', { x: from.x, y: from.y - 12 * n });
    await touch('touchEnd');
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(20);
    await expect(page.locator('[data-drag]')).toHaveCount(0);
    await page.goto(month(day));
    await alive(page);

    // After resting: the post goes along, and the page stays.
    const [start, to] = [await middle(card), await middle(cell(page, other))];
    await touch('touchStart', start);
    await expect(page.locator('[data-drag]')).toBeVisible();
    for (let n = 1; n <= 10; n += 1) {
      await touch('touchMove', { x: start.x + ((to.x - start.x) * n) / 10, y: start.y + ((to.y - start.y) * n) / 10 });
    }
    await expect(cell(page, other)).toHaveAttribute('data-target', '');
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    await touch('touchEnd');
    await expect(cell(page, other).getByRole('link', { name: `12:30, ${text}` })).toBeVisible();
    expect(page.url()).toContain('/calendar');
  } finally {
    await context.close();
  }
});

test('week and day begin at eight or with what stands before', async ({ page, browser, company }) => {
  const [day, early] = [nextMonth(21), nextMonth(28)];
  const text = unique('Dawn');
  await page.goto(`/calendar?view=day&day=${day}`);
  await expect(page.locator('[data-slot]').first()).toHaveAttribute('data-slot', `${day}T08`);
  await page.getByRole('link', { name: 'Show 00:00 to 08:00' }).click();
  await expect(page.locator('[data-slot]').first()).toHaveAttribute('data-slot', `${day}T00`);
  await expect(page).toHaveURL(/early=1/);
  await write(browser, company, { text, networks: ['x'], when: `${early}T05:10` });
  await page.goto(`/calendar?view=day&day=${early}`);
  await expect(page.locator('[data-slot]').first()).toHaveAttribute('data-slot', `${early}T05`);
  await expect(slot(page, `${early}T05`).getByRole('link', { name: text })).toBeVisible();
});

test('a line shows what time it is in the company', async ({ page }) => {
  for (const view of ['week', 'day']) {
    await page.goto(`/calendar?view=${view}`);
    const line = page.locator('[data-now]');
    await expect(line).toHaveCount(1);
    // The page may be as old as a minute and a half.
    const possible = [0, 45_000, 90_000].map((age) => local(new Date(Date.now() - age), ZONE));
    const label = await line.getAttribute('aria-label');
    expect(possible.map((at) => `Now: ${at.slice(11)}`)).toContain(label);
    const at = await line.locator('xpath=..').getAttribute('data-slot');
    expect(possible.map((time) => time.slice(0, 13))).toContain(at);
    await expect(page.locator('[role=columnheader][aria-current=date]')).toHaveCount(1);
  }
  await page.goto(week(nextMonth(28)));
  await expect(page.locator('[data-slot]').first()).toBeVisible();
  await expect(page.locator('[data-now]')).toHaveCount(0);
});

test('the hour that the clocks leave out takes no post', async ({ page }) => {
  // The last Sunday of March, in Lisbon at one o'clock.
  const now = new Date();
  const year = now.getUTCMonth() > 1 ? now.getUTCFullYear() + 1 : now.getUTCFullYear();
  const last = new Date(Date.UTC(year, 2, 31));
  last.setUTCDate(31 - last.getUTCDay());
  const day = last.toISOString().slice(0, 10);
  await page.goto(`/calendar?view=day&day=${day}&early=1`);
  await expect(slot(page, `${day}T01`)).toContainText('Left out');
  await expect(slot(page, `${day}T01`).getByRole('link')).toHaveCount(0);
  await expect(slot(page, `${day}T02`).getByRole('link', { name: /^New post/ })).toHaveCount(1);
  await expect(page.getByText('Clocks go forward by one hour').filter({ visible: true })).toBeVisible();
});

test('another year is named @nojs', async ({ page }) => {
  const year = new Date().getUTCFullYear() + 2;
  await page.goto(month(`${year}-01-10`));
  await expect(cell(page, `${year}-01-01`)).toContainText(`1 Jan ${year}`);
  await page.goto(week(`${year}-01-01`));
  await expect(page.getByRole('heading', { level: 2 })).toContainText(new RegExp(`\\b${year}$`));
});

for (const width of [768, 1366]) {
  test(`columns have one width and nothing is wider than the page, at ${width} @js`, async ({ page, browser, company }) => {
    const day = nextMonth(25);
    await write(browser, company, { text: unique('w'.repeat(200)), networks: ['x'], when: `${day}T10:00` });
    await page.setViewportSize({ width, height: 768 });
    for (const address of [month(day), week(day)]) {
      await page.goto(address);
      await alive(page);
      const widths = await page
        .locator('[data-day], [data-slot]')
        .evaluateAll((cells) => [...new Set(cells.map((c) => Math.round(c.getBoundingClientRect().width)))]);
      expect(Math.max(...widths) - Math.min(...widths)).toBeLessThanOrEqual(1);
      // Heads stand over their columns.
      const off = await page.locator('#calendar-grid').evaluate((grid) => {
        const rows = [...grid.querySelectorAll('[role=row]')].filter((row) => row.children.length >= 7);
        const lefts = rows.map((row) => [...row.children].map((c) => Math.round(c.getBoundingClientRect().left)).slice(-7));
        return Math.max(...lefts.flatMap((row) => row.map((left, n) => Math.abs(left - (lefts[1]?.[n] ?? 0)))));
      });
      expect(off).toBeLessThanOrEqual(2);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    }
  });
}
