// Connecting accounts, and what happens when that goes wrong or ends.
import { LAB, SANDBOX, allow, control, enterKeys, connect, follow, postsAt, signUp, unique, withCompany, write } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x']);
const { handle, id } = LAB.x;

test('cancelling at the platform is no accident', async ({ page }) => {
  await page.goto('/connections');
  await page.getByRole('link', { name: 'Connect X' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Connections' })).toBeVisible();
  await expect(page.getByText('You did not allow the connection')).toBeVisible();
  await expect(page.getByText('Nothing was connected. To connect it, choose Connect again')).toBeVisible();
});

test('a sign-in that did not begin here connects nothing', async ({ page }) => {
  await page.goto('/api/social/callback/x?state=made-up&code=made-up');
  await expect(page.getByText('This sign-in belongs to another window')).toBeVisible();
});

test('a sign-in counts once', async ({ page }) => {
  await page.goto('/connections');
  const back = page.waitForRequest(/\/api\/social\/callback\/x/);
  await page.getByRole('link', { name: 'Connect X' }).click();
  await allow(page, 'x');
  await expect(page.getByText(`${handle} is connected.`)).toBeVisible();
  await page.goto((await back).url());
  await expect(page.getByText('This sign-in has been used already')).toBeVisible();
});

test('disconnecting asks once', async ({ page }) => {
  await page.context().clearCookies();
  await signUp(page);
  await enterKeys(page, 'linkedin');
  await connect(page, 'linkedin');
  const { handle } = LAB.linkedin;
  const card = page.getByRole('article', { name: handle });
  const button = card.getByRole('button', { name: `Disconnect ${handle}` });
  await expect(button).toBeHidden();
  await card.locator('summary', { hasText: 'Disconnect' }).click();
  await expect(card.getByText(`Disconnect ${handle}? No posts are scheduled for it.`)).toBeVisible();
  await button.click();
  await expect(page.getByText(/^The LinkedIn account is disconnected/)).toBeVisible();
  // Nothing depends on it, so it is not listed any more.
  await expect(card).toHaveCount(0);
});

test('a post waits for an account that must be reconnected, and goes out then', async ({ page, browser, company, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const text = unique('Patience');
  await control('POST', `accounts/x/${id}/revoke`);
  const post = await write(browser, company, { text, networks: ['x'], press: 'Publish now' });
  const main = page.locator('main');
  const until = async (words: string) => {
    await page.goto(`/posts/${post}`);
    await follow(page, js, 40_000, (timeout) => expect(main.getByText(words, { exact: true }).first()).toBeVisible({ timeout }));
  };
  await until('Needs reconnecting');
  expect(await postsAt('x', text)).toEqual([]);

  await page.goto('/connections');
  const card = page.getByRole('article', { name: handle });
  await expect(card.getByText('Reconnect', { exact: true }).first()).toBeVisible();
  await expect(card).toContainText('1 scheduled post');
  await card.getByRole('link', { name: 'Reconnect' }).click();
  await allow(page, 'x');
  await expect(page.getByText(`${handle} is connected.`)).toBeVisible();
  await expect(card).toContainText('Ready');
  await until('Published');
  expect(await postsAt('x', text)).toHaveLength(1);
});

test('recent posts of an account lead to ours and to the network', async ({ page, browser, company, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const text = unique('Open early');
  const post = await write(browser, company, { text, networks: ['x'], press: 'Publish now' });
  await page.goto(`/posts/${post}`);
  const published = page.locator('main').getByText('Published', { exact: true }).first();
  await follow(page, js, 40_000, (timeout) => expect(published).toBeVisible({ timeout }));

  await page.goto('/connections');
  await page.getByRole('article', { name: handle }).getByRole('link', { name: `Recent posts of ${handle}` }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Recent posts' })).toBeVisible();
  const item = page.getByRole('list', { name: `Posts of ${handle}` }).getByRole('listitem').filter({ hasText: text });
  await expect(item).toHaveCount(1);
  await expect(page.getByText('X takes money for each post that is read here')).toBeVisible();
  const see = item.getByRole('link', { name: /^See it on X/ });
  expect(await see.getAttribute('href')).toContain(SANDBOX);
  if (js) {
    await expectAccessible(page);
    for (const [width, height] of [[360, 740], [768, 1024], [1440, 900]] as const) {
      await page.setViewportSize({ width, height });
      if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/recent-${width}.png`, fullPage: true });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, String(width)).toBeLessThanOrEqual(0);
    }
  }
  await item.getByRole('link', { name: /^Posted with LUX/ }).click();
  await expect(page).toHaveURL(new RegExp(`/posts/${post}$`));
});
