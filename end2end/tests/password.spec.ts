// A forgotten password, and what people change about themselves.
import { HERE, PASSWORD, newCompany, quickly, signIn, unique } from '../support/app';
import { expect, expectAccessible, test } from '../support/test';

const NEW = 'a brand new password';

test('who forgot the password gets a link from an admin, once', async ({ page, browser, javaScriptEnabled, consoleErrors }) => {
  const { person, state } = await newCompany(browser);
  await page.context().addCookies(state.cookies);
  const email = `${unique('vera').replace(' ', '.')}@lab.example`;
  await page.goto('/settings/members');
  await page.getByRole('button', { name: 'Create link' }).click();
  const invitation = await page.getByRole('textbox', { name: 'Send this link' }).inputValue();
  const vera = await quickly(browser, async (other, context) => {
    await other.goto(invitation);
    await other.getByRole('link', { name: 'Create an account' }).click();
    await other.getByLabel('Your name').fill('Vera Viewer');
    await other.getByLabel('E-mail').fill(email);
    await other.getByLabel('Password').fill(PASSWORD);
    await other.getByRole('button', { name: 'Create account' }).click();
    await other.getByRole('button', { name: 'Join' }).click();
    await expect(other.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
    return context.storageState();
  });

  // The admin makes the link; nothing is offered for oneself.
  await page.goto('/settings/members');
  await expect(page.locator('summary', { hasText: 'New password' })).toHaveCount(1);
  await page.locator('summary', { hasText: 'New password' }).click();
  await expect(page.getByText('It works once, for 24 hours, and Vera Viewer sees that you made it.')).toBeVisible();
  const row = page.locator('main li').filter({ hasText: 'Vera Viewer' });
  const before = await row.boundingBox();
  await page.getByRole('button', { name: 'Make a link for the password of Vera Viewer' }).click();
  await expect(page.getByRole('textbox', { name: 'Send this link to Vera Viewer' })).toBeVisible();
  // Nothing moved under the pointer.
  expect((await row.boundingBox())?.y).toBe(before?.y);
  const link = await page.getByRole('textbox', { name: 'Send this link to Vera Viewer' }).inputValue();
  expect(link).toMatch(new RegExp(`^${HERE}/reset/[\\w-]{43}$`));
  // Shown once.
  await page.goto('/settings/members');
  await expect(page.getByRole('textbox', { name: 'Send this link to Vera Viewer' })).toHaveCount(0);

  // Vera, in a browser without a session: the sign-in page says whom to ask, the link sets the password.
  const context = await browser.newContext({ baseURL: HERE, javaScriptEnabled });
  const hers = await context.newPage();
  await hers.goto('/login');
  await hers.getByRole('link', { name: 'Forgot your password?' }).click();
  await expect(hers.getByText('Ask an owner or admin of your company for a link.')).toBeVisible();
  await hers.goto(link);
  await expect(hers.getByText(`For ${email}`)).toBeVisible();
  await hers.getByLabel('New password').fill('short');
  await hers.getByRole('button', { name: 'Set password' }).click();
  await expect(hers.getByText('Use at least 10 characters; this has 5.')).toBeVisible();
  await hers.getByLabel('New password').fill(NEW);
  await hers.getByRole('button', { name: 'Set password' }).click();
  await expect(hers.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await hers.goto('/settings/security');
  await expect(hers.getByText(`${person.name} made a link for a new password, from 127.0.0.1.`)).toBeVisible();
  await expect(hers.getByText('A new password was set with that link, from 127.0.0.1.')).toBeVisible();
  await context.close();

  // Everywhere else she is signed out, and the link is spent.
  await quickly(
    browser,
    async (other) => {
      await other.goto('/posts');
      await expect(other).toHaveURL(/\/login/);
      expect((await other.goto(link))?.status()).toBe(404);
      await expect(other.getByText('This link was used already. Ask for a new one.')).toBeVisible();
      await signIn(other, email, NEW);
    },
    vera,
  );
  // The browser reports the password that was too short by itself.
  expect(consoleErrors.filter((error) => !error.includes('422 (Unprocessable'))).toEqual([]);
  consoleErrors.splice(0);
});

test('a name and an e-mail are changed on the security page', async ({ page, browser, consoleErrors }) => {
  const { state } = await newCompany(browser);
  await page.context().addCookies(state.cookies);
  await page.goto('/settings/security');
  await page.getByLabel('Your name').fill('Tess Renamed');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('Your name was changed.')).toBeVisible();
  await expect(page.getByLabel('Your name')).toHaveValue('Tess Renamed');
  await expect(page.locator('summary', { hasText: 'Tess Renamed' }).first()).toBeVisible();

  const email = `${unique('tess.new').replace(' ', '.')}@lab.example`;
  const change = async (password: string) => {
    await page.getByLabel('E-mail', { exact: true }).fill(email);
    await page.getByLabel('Your password, to change the e-mail').fill(password);
    await page.getByRole('button', { name: 'Change e-mail' }).click();
  };
  await change('not the password');
  await expect(page.getByText('This is not your current password.')).toBeVisible();
  await expect(page.getByLabel('E-mail', { exact: true })).toHaveValue(email);
  await change(PASSWORD);
  await expect(page.getByText('Your e-mail was changed. Sign in with it from now on.')).toBeVisible();
  await expect(page.getByLabel('Your password, to change the e-mail')).toHaveValue('');
  await expect(page.getByText(/^You changed the e-mail address/)).toBeVisible();
  await quickly(browser, (other) => signIn(other, email, PASSWORD));

  // Both wrong passwords are named at once.
  await page.getByLabel('Current password').fill('not the password');
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('This is not your current password.')).toBeVisible();
  await expect(page.getByText('Use at least 10 characters; this has 5.')).toBeVisible();
  expect(consoleErrors.filter((error) => !error.includes('422 (Unprocessable'))).toEqual([]);
  consoleErrors.splice(0);
});

for (const [name, address] of Object.entries({ forgot: '/forgot', 'reset-unknown': '/reset/no-such-link' })) {
  test(`${name} is accessible @js`, async ({ page, consoleErrors }) => {
    await page.goto(address);
    await expect(page.locator('h1')).toBeVisible();
    await expectAccessible(page);
    if (name === 'reset-unknown') consoleErrors.splice(0);
  });
}
