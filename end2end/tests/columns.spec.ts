// What stands at one x: the columns of lists, the edges of pages; and that layers and menus stay on the screen.
import type { Locator, Page } from '@playwright/test';
import { DEMO, NETWORKS, nextMonth, openStudio, quickly, signIn, unique, withCompany, write, type State } from '../support/app';
import { expect } from '../support/test';

const test = withCompany(NETWORKS);

let demo: State;
test.beforeAll(async ({ browser }) => {
  demo = await quickly(browser, async (page, context) => {
    await signIn(page, DEMO.email, DEMO.password);
    return context.storageState();
  });
});

/** Goes on as the demo company, which has posts of every kind. */
async function asDemo(page: Page) {
  await page.context().clearCookies();
  await page.context().addCookies(demo.cookies);
}

/** For each row of the lists that match: where the words and signs that match begin, or end. */
function edges(rows: Locator, what: string, side: 'left' | 'right') {
  return rows.evaluateAll(
    (all, [inside, edge]) =>
      all
        .map((row) => row.querySelector(inside as string)?.getBoundingClientRect())
        .filter((box) => box && box.width > 0)
        .map((box) => Math.round((box as DOMRect)[edge as 'left' | 'right'])),
    [what, side],
  );
}

async function expectOneColumn(rows: Locator, name: string, what: string, side: 'left' | 'right') {
  const found = await edges(rows, what, side);
  expect(found.length, name).toBeGreaterThan(1);
  expect.soft([...new Set(found)], `${name} of ${found.length} rows`).toHaveLength(1);
}

for (const width of [1366, 960]) {
  test(`the columns of a list stand at one x at ${width} px @js`, async ({ page, browser, company }) => {
    await page.setViewportSize({ width, height: 768 });
    // Here a year makes one time longer than the others, and a draft has none.
    await write(browser, company, { text: unique('Next year'), networks: ['x'], when: `${new Date().getUTCFullYear() + 2}-03-10T10:00` });
    await write(browser, company, { text: unique('Two'), networks: ['x', 'linkedin'], when: `${nextMonth(9)}T10:00` });
    await write(browser, company, { text: unique('No time'), networks: [], press: 'Save draft' });
    const check = async (address: string) => {
      await page.goto(address, { waitUntil: 'networkidle' });
      for (const list of await page.locator('main ul:has(> li > a[href^="/posts/"])').all()) {
        const rows = list.locator('> li');
        if ((await rows.count()) < 2) continue;
        await expectOneColumn(rows, `${address}: time`, 'a > span:nth-child(1)', 'left');
        await expectOneColumn(rows, `${address}: platforms`, 'a > span:nth-child(2)', 'left');
        await expectOneColumn(rows, `${address}: title`, 'a > span:nth-child(3)', 'left');
        await expectOneColumn(rows, `${address}: title`, 'a > span:nth-child(3)', 'right');
        await expectOneColumn(rows, `${address}: state`, 'a > span:has(> span.rounded-full)', 'right');
      }
    };
    await check('/posts');
    await asDemo(page);
    await check('/');
    await check('/posts');
    await page.goto('/diagnostics/queue?show=done', { waitUntil: 'networkidle' });
    await expectOneColumn(page.getByRole('list', { name: 'Jobs' }).locator('> li'), 'jobs', 'a[href^="/diagnostics/queue/"]', 'left');
    await page.goto('/needs', { waitUntil: 'networkidle' });
    await expectOneColumn(page.locator('main ul > li:has(a[href^="/posts/"])'), 'needs: title', 'a[href^="/posts/"]', 'left');
    // On a narrow page what is known of a contact stands below the name.
    if (width === 1366) {
      await page.goto('/contacts', { waitUntil: 'networkidle' });
      const contacts = page.getByRole('list', { name: 'Contacts' }).locator('> li');
      await expectOneColumn(contacts, 'contacts: tags', 'a > span:nth-child(2)', 'left');
      await expectOneColumn(contacts, 'contacts: source', 'a > span:nth-child(4)', 'left');
    }
    await page.goto('/connections', { waitUntil: 'networkidle' });
    const cards = page.getByRole('article');
    const within = await cards.evaluateAll((all) =>
      all.map((card) => {
        const values = [...card.querySelectorAll('dd')].map((dd) => Math.round(dd.getBoundingClientRect().x - card.getBoundingClientRect().x));
        return values.join(' ');
      }),
    );
    expect(new Set(within.flatMap((line) => line.split(' '))).size, 'values of the cards').toBe(1);
    const tiles = await page.locator('main li:has(.font-medium)').evaluateAll((all) => all.map((tile) => Math.round(tile.getBoundingClientRect().height)));
    expect([...new Set(tiles)], 'heights of what can be connected').toHaveLength(1);
    // Two beside each other end at one height, and so do their buttons.
    if (width === 1366) {
      const bottoms = await cards.evaluateAll((all) =>
        all.slice(0, 2).map((card) => [card, card.querySelector('a[href*="/connect/"]')].map((e) => Math.round(e?.getBoundingClientRect().bottom ?? 0)).join(' ')),
      );
      expect(bottoms[0]).toBe(bottoms[1]);
    }
  });
}

const CARDS = ['/', '/posts', '/needs', '/comments', '/snippets?new=text', '/links', '/agents', '/agents/social', '/proposals', '/agents/memory', '/connections', '/companies/new', '/settings/company', '/settings/members', '/settings/integrations', '/diagnostics/queue', '/diagnostics/schedules', '/settings/security'];

for (const width of [1366, 1920]) {
  test(`all pages are as wide at ${width} px @js`, async ({ page }) => {
    await asDemo(page);
    await page.setViewportSize({ width, height: 900 });
    const wide: Record<string, string> = {};
    for (const address of CARDS) {
      await page.goto(address, { waitUntil: 'networkidle' });
      wide[address] = await page.locator('main').evaluate((main) => {
        const cards = [...main.querySelectorAll('*')].filter((e) => getComputedStyle(e).borderTopLeftRadius === '10px' && e.getBoundingClientRect().width > 0);
        const boxes = cards.map((card) => card.getBoundingClientRect());
        return [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))].map(Math.round).join(' to ');
      });
    }
    const edges = width === 1920 ? '268 to 1548' : '268 to 1338';
    expect(wide).toEqual(Object.fromEntries(CARDS.map((address) => [address, edges])));
  });
}

/** All of it is on the screen. */
async function expectOnScreen(of: Locator) {
  await expect(of).toBeVisible();
  const page = of.page();
  const { width, height } = page.viewportSize() as { width: number; height: number };
  const box = (await of.boundingBox()) as { x: number; y: number; width: number; height: number };
  expect(box.x, JSON.stringify(box)).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width, JSON.stringify(box)).toBeLessThanOrEqual(width);
  expect(box.y, JSON.stringify(box)).toBeGreaterThanOrEqual(0);
  expect(box.y + box.height, JSON.stringify(box)).toBeLessThanOrEqual(height);
}

test('the titles of posts have room at every width @js', async ({ page }) => {
  await asDemo(page);
  for (const width of [1366, 960, 905, 850, 768, 720, 360]) {
    await page.setViewportSize({ width, height: 768 });
    await page.goto('/posts', { waitUntil: 'networkidle' });
    const widths = await page.locator('main ul > li > a[href^="/posts/"] > span:nth-child(3)').evaluateAll((all) => all.map((e) => e.getBoundingClientRect().width));
    expect(widths.length, `${width}`).toBeGreaterThan(3);
    expect(Math.min(...widths), `${width}`).toBeGreaterThan(140);
  }
});

for (const [width, height] of [[1366, 768], [360, 740]] as const) {
  test(`layers and menus stay on the screen at ${width} px @js`, async ({ page }) => {
    await asDemo(page);
    await page.setViewportSize({ width, height });
    // What a check found opens above a row at the bottom of the screen, and below one at its top.
    await page.goto('/posts', { waitUntil: 'networkidle' });
    const row = page.locator('main li > a').filter({ has: page.locator('[data-check=warning]') }).first();
    // Below the bars that stay at the top: the page's head, and what can be done with the chosen ones.
    const bars = width > 700 ? 130 : 70;
    for (const place of ['end', 'start'] as const) {
      await row.evaluate((e, { block, bars }) => {
        e.scrollIntoView({ block });
        if (block === 'start') scrollBy(0, -bars);
      }, { block: place, bars });
      const box = (await row.boundingBox()) as { x: number; y: number; width: number; height: number };
      await page.mouse.move(box.x + 60, box.y + 10);
      await expectOnScreen(row.locator('> span').last());
      await page.mouse.move(0, 0);
    }

    if (width > 700) {
      for (const name of [/switch company$/, /: security, sign out$/]) {
        const menu = page.locator('aside details').filter({ has: page.locator('summary').and(page.getByLabel(name)) });
        await menu.locator('summary').click();
        await expectOnScreen(menu.locator('> div'));
        await page.keyboard.press('Escape');
      }
    } else {
      await page.getByText('More', { exact: true }).click();
      await expectOnScreen(page.locator('nav details > div'));
      await page.keyboard.press('Escape');
    }

    await page.goto('/settings/members', { waitUntil: 'networkidle' });
    for (const menu of await page.locator('main li details').all()) {
      await menu.scrollIntoViewIfNeeded();
      await menu.locator('summary').click();
      await expectOnScreen(menu.locator('> div'));
      await page.keyboard.press('Escape');
    }

    await page.goto('/connections', { waitUntil: 'networkidle' });
    for (const card of await page.getByRole('article').all()) {
      const details = card.locator('details').filter({ hasText: 'Disconnect' });
      await details.locator('summary').click();
      const panel = details.locator('> div');
      await panel.scrollIntoViewIfNeeded();
      await expectOnScreen(panel);
      await details.locator('summary').click();
    }

    await openStudio(page, '/studio', true);
    const choose = page.getByRole('button', { name: 'Choose the day in a calendar' });
    await choose.scrollIntoViewIfNeeded();
    await choose.click();
    const calendar = page.getByRole('dialog', { name: 'Choose a day' });
    await calendar.scrollIntoViewIfNeeded();
    await expectOnScreen(calendar);
  });
}
