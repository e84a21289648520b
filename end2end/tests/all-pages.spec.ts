// Every page at four widths: no errors, nothing to scroll sideways, one main heading, nothing for axe to find; and a
// picture to look at, where a folder for it is named: LUX_E2E_SHOTS=/tmp/shots scripts/e2e.sh all-pages
import type { Page } from '@playwright/test';
import { DEMO, quickly, signIn, type State } from '../support/app';
import { expect, expectAccessible, test } from '../support/test';

const HEIGHTS = { 1440: 900, 1366: 768, 768: 900, 360: 740 };
const FOLDER = process.env.LUX_E2E_SHOTS;

async function look(page: Page, name: string) {
  for (const [text, height] of Object.entries(HEIGHTS)) {
    const width = Number(text);
    await test.step(`${width} px`, async () => {
      await page.setViewportSize({ width, height });
      await page.evaluate('scrollTo(0, 0)');
      // Chromium now and then never ends a picture of a very long page; the next one it takes at once.
      const picture = { path: `${FOLDER}/${name}-${width}.png`, fullPage: true };
      if (FOLDER) await page.screenshot({ ...picture, timeout: 10_000 }).catch(() => page.screenshot(picture));
      await expect(page.locator('h1')).toHaveCount(1);
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect.soft(wide, `${name} scrolls sideways at ${width} px`).toBe(0);
      // Nothing that axe looks at is another at 1366 px than at 1440.
      if (width !== 1366) await expectAccessible(page);
    });
  }
}

const OPEN = { login: '/login', signup: '/signup', 'invite-unknown': '/invite/no-such-invitation' };
for (const [name, address] of Object.entries(OPEN)) {
  test(`${address} @js`, async ({ page, consoleErrors }) => {
    await page.goto(address);
    await expect(page.locator('h1')).toBeVisible();
    await look(page, name);
    // A page that answers "not found" is reported by the browser as an error of its own.
    if (name === 'invite-unknown') consoleErrors.splice(0);
  });
}

test.describe('signed in', () => {
  let state: State;
  test.beforeAll(async ({ browser }) => {
    state = await quickly(browser, async (page, context) => {
      await signIn(page, DEMO.email, DEMO.password);
      return context.storageState();
    });
  });
  test.beforeEach(({ context }) => context.addCookies(state.cookies));

  const PAGES = {
    home: '/',
    studio: '/studio',
    'calendar-month': '/calendar',
    'calendar-week': '/calendar?view=week',
    'calendar-day': '/calendar?view=day',
    posts: '/posts',
    'posts-none': '/posts?q=no+post+says+this',
    campaigns: '/campaigns',
    'campaign-new': '/campaigns/new',
    library: '/library',
    needs: '/needs',
    comments: '/comments?state=all',
    snippets: '/snippets?new=template',
    links: '/links',
    agents: '/agents',
    agent: '/agents/social',
    memory: '/agents/memory',
    'agent-events': '/agents/events',
    proposals: '/proposals',
    chat: '/chat?from=/posts',
    contacts: '/contacts',
    segments: '/contacts/segments?new=rule',
    'contacts-fields': '/contacts/fields',
    'contacts-duplicates': '/contacts/duplicates',
    'contacts-import': '/contacts/import',
    zapier: '/settings/zapier',
    connections: '/connections',
    diagnostics: '/diagnostics',
    logs: '/diagnostics/logs',
    // One service is open, the others are not.
    integrations: '/settings/integrations#x',
    company: '/settings/company',
    members: '/settings/members',
    security: '/settings/security',
    ai: '/settings/ai',
    voice: '/settings/voice',
    queue: '/diagnostics/queue',
    'queue-done': '/diagnostics/queue?show=done',
    'queue-none': '/diagnostics/queue?show=cancelled',
    schedules: '/diagnostics/schedules',
    'company-new': '/companies/new',
  };
  for (const [name, address] of Object.entries(PAGES)) {
    test(`${address} @js`, async ({ page }) => {
      await page.goto(address);
      await expect(page.locator('h1')).toBeVisible();
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
      if (name === 'integrations') await expect(page.locator('#key-x-client_id')).toBeVisible();
      await look(page, name);
    });
  }

  test('a post that is published, and the studio with it @js', async ({ page }) => {
    await page.goto('/posts?filter=published');
    await page.locator('main li a[href^="/posts/"]').first().click();
    await expect(page.getByRole('heading', { level: 1, name: 'Post' })).toBeVisible();
    await expect(page.getByRole('link', { name: /^See it on / }).first()).toBeVisible();
    await look(page, 'post');
    await page.goto(page.url().replace('/posts/', '/studio?post='));
    await expect(page.getByText('it cannot be changed')).toBeVisible();
    await look(page, 'studio-closed');
  });

  test('the studio with a post that is scheduled @js', async ({ page }) => {
    await page.goto('/posts?filter=scheduled');
    await page.locator('main li a[href^="/posts/"]').first().click();
    await page.getByRole('link', { name: 'Send to Studio' }).click();
    await expect(page.getByRole('tab', { name: 'All' })).toBeVisible();
    await look(page, 'studio-edit');
  });

  test('a job with its log @js', async ({ page }) => {
    await page.goto('/diagnostics/queue');
    await page.locator('main li a[href^="/diagnostics/queue/"]').first().click();
    await expect(page.getByRole('heading', { level: 1, name: 'Job' })).toBeVisible();
    await expect(page.getByRole('heading', { level: 2, name: 'What happened' })).toBeVisible();
    await look(page, 'job');
  });

  test('an address that does not exist @js', async ({ page, consoleErrors }) => {
    const answer = await page.goto('/no-such-page');
    expect(answer?.status()).toBe(404);
    await look(page, 'not-found');
    consoleErrors.splice(0);
  });
});
