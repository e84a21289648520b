// What every form does, on two of them: while it is under way, when it is refused, when nobody answers.
import { DEMO, PASSWORD, signUp } from '../support/app';
import { expect, test } from '../support/test';

test('a form that nobody answers keeps what was typed, and can be sent again @js', async ({ page, consoleErrors }) => {
  await page.goto('/login', { waitUntil: 'networkidle' });
  const button = page.getByRole('button', { name: 'Sign in' });
  await page.getByLabel('E-mail').fill(DEMO.email);
  await page.getByLabel('Password').fill(DEMO.password);
  let breakOff = () => {};
  const held = new Promise<void>((resolve) => (breakOff = resolve));
  await page.route(/\/rpc\/.*sign_in/, async (route) => {
    await held;
    await route.abort();
  });
  await page.getByLabel('Password').press('Enter');
  await expect(button).toBeDisabled();
  // Sent by the program: the page, and where one is on it, stays.
  await expect(page.getByLabel('Password')).toBeFocused();
  breakOff();
  await expect(page.getByRole('alert')).toContainText('Your input is still here; try again.');
  await expect(button).toBeEnabled();
  await expect(page.getByLabel('E-mail')).toHaveValue(DEMO.email);
  await expect(page.getByLabel('Password')).toHaveValue(DEMO.password);
  await expect(page.getByLabel('Password')).toBeFocused();
  await expect(page).toHaveURL(/\/login$/);
  await page.unroute(/\/rpc\/.*sign_in/);
  await page.getByLabel('Password').press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  // The browser reports the request that was broken off.
  expect(consoleErrors.filter((error) => !error.includes('ERR_FAILED'))).toEqual([]);
  consoleErrors.splice(0);
});

test('an error stands at its field', async ({ page, consoleErrors }) => {
  await signUp(page);
  await page.goto('/settings/security');
  await page.getByLabel('Current password').fill('not the password');
  await page.getByLabel('New password').fill(`${PASSWORD} and more`);
  await page.getByRole('button', { name: 'Change password' }).click();
  const field = page.getByLabel('Current password');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription('This is not your current password.');
  // Once, and nowhere else.
  await expect(page.getByLabel('New password')).not.toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('This is not your current password.')).toHaveCount(1);
  await expect(page).toHaveURL(/\/settings\/security/);
  // The browser reports the refusal by itself.
  expect(consoleErrors.filter((error) => !error.includes('422 (Unprocessable'))).toEqual([]);
  consoleErrors.splice(0);
});

test('what was typed into a refused form comes back without JavaScript @nojs', async ({ page }) => {
  await signUp(page);
  await page.goto('/settings/company');
  const typed = { Name: 'Another name', 'Time zone': 'Europe/Nowhere', 'Still publish a late post if it is at most this many minutes late': '77' };
  const chosen = { 'Language of your posts': 'pt', 'Location and camera details of pictures': 'keep' };
  for (const [label, value] of Object.entries(typed)) await page.getByLabel(label, { exact: true }).fill(value);
  for (const [label, value] of Object.entries(chosen)) await page.getByLabel(label).selectOption(value);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Time zone')).toHaveAttribute('aria-invalid', 'true');
  for (const [label, value] of Object.entries({ ...typed, ...chosen })) await expect(page.getByLabel(label, { exact: true })).toHaveValue(value);
  // Corrected, it is saved; the address then puts nothing of another attempt into the form.
  await page.getByLabel('Time zone').fill('Europe/Madrid');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await page.goto('/settings/company?name=Mallory&zone=UTC');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Another name');
  await expect(page.getByLabel('Time zone')).toHaveValue('Europe/Madrid');

  await page.goto('/settings/members');
  const note = 'n'.repeat(500);
  await page.getByLabel('For whom').fill(note);
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await page.getByRole('button', { name: 'Create link' }).click();
  await expect(page.getByLabel('For whom')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('For whom')).toHaveValue(note);
  await expect(page.getByLabel('Role', { exact: true })).toHaveValue('viewer');
});
