// What has to fit: the studio's panel on small desktop screens, long words on a phone, targets that a finger hits.
import type { Locator, Page } from '@playwright/test';
import { NETWORKS, choose, fillWhen, nextMonth, openStudio, quickly, unique, withCompany, write } from '../support/app';
import { expect } from '../support/test';

const test = withCompany(NETWORKS, 'Europe/Lisbon');

async function box(of: Locator) {
  const found = await of.boundingBox();
  expect(found, String(of)).not.toBeNull();
  return found as { x: number; y: number; width: number; height: number };
}

for (const [width, height] of [[1440, 900], [1366, 768]] as const) {
  test(`time, warnings and buttons are on the screen together at ${width} x ${height} @js`, async ({ page, browser, company }) => {
    const words = unique('Twice the same words');
    const day = nextMonth(24);
    await write(browser, company, { text: words, networks: ['x', 'linkedin'], when: `${day}T10:00` });
    await page.setViewportSize({ width, height });
    await openStudio(page, '/studio', true);
    await page.getByLabel('Text for all accounts').fill(words);
    await choose(page, 'x');
    await choose(page, 'linkedin');
    await fillWhen(page, `${day}T10:02`);
    const warnings = page.getByText(/^\d+ warnings$/);
    await expect(warnings).toBeVisible();
    const panel = page.getByRole('region', { name: 'When and how' });
    const check = async () => {
      const parts = { when: panel.getByRole('group', { name: 'When' }), warnings, schedule: page.getByRole('button', { name: 'Schedule', exact: true }), now: page.getByRole('button', { name: 'Publish now' }), preview: page.getByRole('region', { name: 'Preview' }) };
      const boxes = Object.entries(parts).map(async ([name, part]) => ({ name, ...(await box(part)) }));
      const all = await Promise.all(boxes);
      for (const one of all) {
        expect.soft(one.y >= 0 && one.y + one.height <= height, `${one.name} is on the screen: ${JSON.stringify(one)}`).toBe(true);
        for (const other of all.slice(all.indexOf(one) + 1)) {
          const apart = one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;
          expect.soft(apart, `${one.name} and ${other.name} do not overlap`).toBe(true);
        }
      }
      await page.screenshot({ path: `screenshots/studio-panel-${width}.png` });
    };
    await check();
    await warnings.click();
    await expect(page.getByRole('list', { name: 'Worth a look before you schedule' })).toBeVisible();
    await check();
    // Refused: it says so, until something is changed.
    await page.getByLabel('Text for all accounts').fill('x'.repeat(300));
    await page.getByRole('button', { name: 'Publish now' }).click();
    const refused = page.getByText('Not published yet. Fix the problems under the text');
    await expect(refused).toBeVisible();
    await page.getByLabel('Text for all accounts').fill(words);
    await expect(refused).toHaveCount(0);
  });
}

test('nothing is red on a form that nobody touched @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  const red = () =>
    page.locator('main').evaluate((main) =>
      [...(main as unknown as { querySelectorAll(s: string): Iterable<unknown> }).querySelectorAll('*')]
        .filter((e) => {
          const el = e as { childNodes: { nodeType: number; textContent: string }[]; getClientRects(): unknown[] };
          const words = [...el.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
          // @ts-expect-error the browser's
          return words && el.getClientRects().length > 0 && getComputedStyle(el).color === 'rgb(248, 113, 113)';
        })
        .map((e) => (e as { textContent: string }).textContent),
    );
  await choose(page, 'x');
  await choose(page, 'instagram');
  await expect(page.getByText('needs a text')).toHaveCount(0);
  await expect(page.getByText('needs a picture')).toHaveCount(0);
  expect(await red()).toEqual([]);
  // Too long for X, which is not chosen.
  await page.getByRole('group', { name: 'Publish to' }).getByRole('checkbox', { name: 'X', exact: false }).first().uncheck();
  await page.getByLabel('Text for all accounts').fill('a'.repeat(348));
  await expect(page.getByText('68 over')).toBeVisible();
  expect(await red()).toEqual([]);
});

const MORE = ['/library', '/comments', '/contacts', '/contacts/segments', '/campaigns', '/agents', '/agents/social', '/proposals', '/chat', '/snippets', '/links', '/diagnostics', '/settings/ai', '/settings/voice', '/settings/zapier'];
const LONG = `https://example.com/${'long'.repeat(495)}`;
const HEBREW = 'שלום עולם';

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });

  test('a word of 2,000 characters widens no page, and Hebrew runs from the right @js', async ({ page, browser, company }) => {
    const names = `${HEBREW} ${'Ж'.repeat(60)}`;
    await quickly(
      browser,
      async (quick) => {
        await quick.goto('/settings/company');
        await quick.getByLabel('Name').fill(names);
        await quick.getByRole('button', { name: 'Save' }).click();
      },
      company.state,
    );
    const id = await write(browser, company, { text: `${HEBREW} ${LONG}`, networks: ['linkedin'], when: `${nextMonth(26)}T10:00` });
    const pages = ['/', `/posts/${id}`, `/studio?post=${id}`, '/posts', `/calendar?day=${nextMonth(26)}`, `/calendar?view=week&day=${nextMonth(26)}`, '/needs', '/connections', '/settings/company', '/settings/members', '/diagnostics/queue?show=later', '/diagnostics/schedules', '/settings/security', '/settings/integrations', '/companies/new', ...MORE];
    for (const address of pages) {
      await page.goto(address, { waitUntil: 'networkidle' });
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect.soft(wide, `${address} scrolls sideways`).toBe(0);
      const ltr = await page.evaluate(
        (words) =>
          // @ts-expect-error the browser's
          [...document.querySelectorAll('main *')]
            .filter((e: any) => e.checkVisibility() && ([...e.childNodes].some((n: any) => n.nodeType === 3 && n.textContent.trim().startsWith(words)) || e.value?.startsWith?.(words)))
            // @ts-expect-error the browser's
            .filter((e: any) => getComputedStyle(e).direction !== 'rtl')
            .map((e: any) => e.outerHTML.slice(0, 200)),
        HEBREW,
      );
      expect.soft(ltr, `${address} shows Hebrew from the left`).toEqual([]);
    }
    await page.goto(`/posts/${id}`);
    await expect(page.locator('main p').filter({ hasText: HEBREW }).first()).toHaveCSS('direction', 'rtl');
  });

  test('the studio asks in this order: text, accounts, when @js', async ({ page }) => {
    await openStudio(page, '/studio', true);
    const at = async (of: Locator) => (await box(of)).y;
    const [text, accounts, when, schedule] = [
      await at(page.getByLabel('Text for all accounts')),
      await at(page.getByRole('group', { name: 'Publish to' })),
      await at(page.getByRole('group', { name: 'When' })),
      await at(page.getByRole('button', { name: 'Schedule', exact: true })),
    ];
    expect(text).toBeLessThan(accounts);
    expect(accounts).toBeLessThan(when);
    expect(when).toBeLessThan(schedule);
  });

  test('what can be done with chosen posts takes two rows at most @js', async ({ page, browser, company }) => {
    // Eleven posts are written first.
    test.slow();
    const mark = unique('Chosen');
    for (let n = 0; n < 11; n += 1) await write(browser, company, { text: `${mark} ${n}`, networks: ['linkedin'], press: 'Save draft' });
    await page.goto(`/posts?q=${encodeURIComponent(mark)}`, { waitUntil: 'networkidle' });
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await expect(page.getByText('11 chosen')).toBeVisible();
    const lines = new Set<number>();
    for (const part of [page.getByText('Select all').first(), page.getByText('11 chosen'), ...(await page.locator('#chosen').getByRole('button').filter({ visible: true }).all())]) {
      const { y, height } = await box(part);
      lines.add(Math.round((y + height / 2) / 8));
    }
    expect(lines.size).toBeLessThanOrEqual(2);
    expect((await box(page.locator('#chosen'))).height).toBeLessThanOrEqual(120);
    await page.screenshot({ path: 'screenshots/posts-chosen-360.png' });
  });

  test('the agenda opens at today, creates and moves @js', async ({ page, browser, company }) => {
    const text = unique('Thumb');
    await write(browser, company, { text, networks: NETWORKS.filter((n) => n !== 'instagram'), when: `${nextMonth(27)}T10:00` });
    const long = unique('Five ways to brew a better cup with less water, less waste and hardly any more time');
    await write(browser, company, { text: long, networks: ['x', 'linkedin'], when: `${nextMonth(27)}T13:00` });
    await page.goto('/calendar', { waitUntil: 'networkidle' });
    const today = page.locator('[data-agenda]').filter({ visible: true }).first();
    await expect(today).toContainText('Today');
    await today.getByRole('link', { name: /^New post on / }).click();
    await expect(page).toHaveURL(/\/studio\?at=/);
    await page.goto(`/calendar?day=${nextMonth(27)}`, { waitUntil: 'networkidle' });
    // The words have the row's width, and two lines of it; what one can do stands beside them.
    const words = page.locator(`[data-agenda="${nextMonth(27)}"]`).getByText(long, { exact: true });
    const row = await box(words.locator('xpath=ancestor::li'));
    const title = await box(words);
    expect(title.width).toBeGreaterThan(row.width * 0.7);
    expect(title.width).toBeGreaterThan(120);
    expect(title.height).toBe(40);
    const move = page.getByRole('link', { name: `Move: ${text}` });
    await expect(move).toHaveAttribute('title', 'Move');
    expect((await box(move)).width).toBe(44);
    await move.click();
    await fillWhen(page, `${nextMonth(28)}T11:30`);
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    const moved = page.locator(`[data-agenda="${nextMonth(28)}"]`);
    await expect(moved).toContainText(text);
    await expect(moved).toContainText('11:30');
    await expect(moved.getByRole('link', { name: new RegExp(`11:30.*${text}`) })).toBeFocused();
  });

  test('the current tab is in view @js', async ({ page }) => {
    for (const [address, name] of [['/settings/security', 'Security'], ['/settings/voice', 'Brand voice']] as const) {
      await page.goto(address, { waitUntil: 'networkidle' });
      await expect(page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name })).toBeInViewport({ ratio: 0.95 });
    }
  });
});

/** What can be pressed on the page and is smaller than this, in CSS pixels; links within a sentence are left out. */
const small = (page: Page, least: number) =>
  page.evaluate(
    (min) =>
      // @ts-expect-error the browser's
      [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden]), textarea')]
        // @ts-expect-error the browser's
        .filter((e: any) => e.checkVisibility() && getComputedStyle(e).display !== 'inline' && !e.closest('.sr-only'))
        // A box within its label is pressed with it.
        .map((e: any) => [e, (e.matches('input[type=checkbox], input[type=radio]') ? (e.closest('label') ?? e) : e).getBoundingClientRect()])
        .filter(([, r]: any) => r.width > 1 && (r.height < min || r.width < 24))
        .map(([e, r]: any) => `${Math.round(r.width)} x ${Math.round(r.height)}: ${e.outerHTML.slice(0, 120)}`),
    least,
  );

const WALK = [...MORE, '/', '/studio', '/calendar', '/calendar?view=week', '/posts', '/needs', '/connections', '/settings/company', '/settings/members', '/settings/integrations', '/settings/security', '/diagnostics/queue', '/diagnostics/schedules'];

test('everything that is pressed is at least 24 pixels @js', async ({ page }) => {
  for (const address of WALK) {
    await page.goto(address, { waitUntil: 'networkidle' });
    expect.soft(await small(page, 24), address).toEqual([]);
  }
});

test.describe('with a finger', () => {
  test.use({ viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });
  test('everything that is pressed is at least 44 pixels high @js', async ({ page }) => {
    for (const address of WALK) {
      await page.goto(address, { waitUntil: 'networkidle' });
      expect.soft(await small(page, 44), address).toEqual([]);
    }
  });
});

test('a date of another year has its year', async ({ page, browser, company }) => {
  const text = unique('Years away');
  const year = new Date().getUTCFullYear() + 2;
  const id = await write(browser, company, { text, networks: ['x'], when: `${year}-03-10T10:00` });
  for (const address of [`/posts/${id}`, '/posts?filter=scheduled', '/diagnostics/queue?show=later']) {
    await page.goto(address);
    await expect(page.locator('main')).toContainText(new RegExp(`10 Mar ${year}, 10:00`));
  }
});

test('a form that unfolds moves neither its button nor its tile @js', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/connections', { waitUntil: 'networkidle' });
  const button = page.locator('#connect-bluesky summary');
  const tile = page.locator('li').filter({ has: page.locator('#connect-bluesky') });
  // Pressing a button that is below the fold scrolls to it.
  await button.scrollIntoViewIfNeeded();
  const before = [await box(button), (await box(tile)).width];
  await button.click();
  await expect(page.getByLabel('Handle')).toBeVisible();
  expect([await box(button), (await box(tile)).width]).toEqual(before);
});

test('a refused invitation keeps its note @js', async ({ page, consoleErrors }) => {
  await page.goto('/settings/members', { waitUntil: 'networkidle' });
  const note = page.getByLabel('For whom');
  await note.fill('n'.repeat(2_000));
  await page.getByRole('button', { name: 'Create link' }).click();
  await expect(note).toHaveAttribute('aria-invalid', 'true');
  await expect(note).toHaveValue('n'.repeat(2_000));
  consoleErrors.splice(0);
});
