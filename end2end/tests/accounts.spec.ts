// People: signing in and out, sessions, invitations, roles.
import { DEMO, HERE, PASSWORD, newCompany, quickly, signIn, signUp, unique } from '../support/app';
import { expect, test } from '../support/test';

test('a wrong password and an unknown person get the same answer, and the e-mail stays', async ({ page, consoleErrors }) => {
  const refused = async (email: string) => {
    await page.goto('/login');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toHaveText('The e-mail address or the password is wrong.');
    await expect(page.getByLabel('E-mail')).toHaveValue(email);
    await expect(page).toHaveURL(/\/login/);
  };
  await refused(DEMO.email);
  await refused('nobody@northwind.example');
  // The browser reports each refusal of a request by itself.
  expect(consoleErrors.filter((error) => !error.includes('401 (Unauthorized)'))).toEqual([]);
  consoleErrors.splice(0);
});

test('a page that needs a sign-in leads to it and back', async ({ page, browser }) => {
  const { person } = await newCompany(browser);
  await page.goto('/settings/members');
  await expect(page).toHaveURL('/login?next=%2Fsettings%2Fmembers');
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Members' })).toBeVisible();
});

test('signing out ends the session', async ({ page }) => {
  const person = await signUp(page);
  const state = await page.context().storageState();
  await page.locator('summary', { hasText: person.email }).click();
  await page.getByRole('button', { name: 'Sign out' }).filter({ visible: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  // On the server too: the old cookie opens nothing any more.
  await page.context().addCookies(state.cookies);
  await page.goto('/posts');
  await expect(page).toHaveURL(/\/login/);
});

test('another browser is signed out from the security page', async ({ page, browser, javaScriptEnabled }) => {
  const { person, state } = await newCompany(browser);
  const context = await browser.newContext({ baseURL: HERE, javaScriptEnabled, storageState: state });
  const elsewhere = await context.newPage();
  await elsewhere.goto('/posts');
  await expect(elsewhere.getByRole('heading', { level: 1, name: 'Posts' })).toBeVisible();

  await signIn(page, person.email, PASSWORD);
  await page.goto('/settings/security');
  const sessions = page.locator('main li').filter({ hasText: 'Last seen' });
  await expect(sessions).toHaveCount(2);
  await page.getByRole('button', { name: /^Sign out there: .*\(/ }).click();
  await expect(sessions).toHaveCount(1);
  await expect(sessions).toContainText('This browser');
  await elsewhere.goto('/posts');
  await expect(elsewhere).toHaveURL(/\/login/);
  await context.close();
});

test('an invitation brings in a viewer, who can look but not write', async ({ page, browser, javaScriptEnabled }) => {
  const { person, state } = await newCompany(browser);
  await page.context().addCookies(state.cookies);
  await page.goto('/settings/members');
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await page.getByLabel('For whom (only you see it)').fill('Vera, intern');
  await page.getByRole('button', { name: 'Create link' }).click();
  const link = await page.getByRole('textbox', { name: 'Send this link' }).inputValue();
  await expect(page.getByText('Vera, intern')).toBeVisible();

  // Vera, in another browser.
  const context = await browser.newContext({ baseURL: HERE, javaScriptEnabled });
  const vera = await context.newPage();
  await vera.goto(link);
  await expect(vera.getByText(`${person.name} invites you to ${person.company} as viewer.`)).toBeVisible();
  await vera.getByRole('link', { name: 'Create an account' }).click();
  await vera.getByLabel('Your name').fill('Vera Viewer');
  await vera.getByLabel('E-mail').fill(`${unique('vera').replace(' ', '.')}@lab.example`);
  await vera.getByLabel('Password').fill(PASSWORD);
  await vera.getByRole('button', { name: 'Create account' }).click();
  await vera.getByRole('button', { name: 'Join' }).click();
  await expect(vera.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await expect(vera.getByText('Viewer · Europe/Lisbon').first()).toBeVisible();

  // Nothing to write with, and the server would not let her.
  await expect(vera.getByRole('link', { name: 'New post' })).toHaveCount(0);
  await expect(vera.getByRole('link', { name: 'Calendar' }).first()).toBeVisible();
  await expect(vera.getByRole('link', { name: 'Studio' })).toHaveCount(0);
  const refused = await vera.request.post('/studio/save', {
    multipart: { post: '', version: '', text: 'Let me', plan: 'draft' },
    headers: { origin: HERE },
  });
  expect(refused.status()).toBe(403);
  await vera.goto('/settings/company');
  await expect(vera.getByText('Owners and admins can change these.')).toBeVisible();
  await vera.goto('/settings/integrations');
  await expect(vera.getByText('Only admins keep the keys')).toBeVisible();
  await vera.goto('/connections');
  await expect(vera.getByText('Admins and owners of this company connect and disconnect accounts.')).toBeVisible();

  // The link counts once.
  await quickly(browser, async (stranger) => {
    const answer = await stranger.goto(link);
    expect(answer?.status()).toBe(404);
    await expect(stranger.getByText('This invitation was used already.')).toBeVisible();
  });
  await context.close();
});
