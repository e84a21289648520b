// Comments: what a visitor writes under a post is read, answered and hidden here, and a post is taken back at its platform.
import { SANDBOX, follow, postsAt, unique, withCompany, write } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['facebook']);

test('a comment is read, answered and hidden, and the post is deleted there', async ({ page, browser, company, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const [words, question, answer] = [unique('Open today'), unique('Which beans'), unique('All of them')];
  const post = `/posts/${await write(browser, company, { text: words, networks: ['facebook'], press: 'Publish now' })}`;
  await page.goto(post);
  const see = page.getByRole('link', { name: /^See it on Facebook/ });
  await follow(page, js, 40_000, (timeout) => expect(see).toBeVisible({ timeout }));
  const [there] = (await postsAt('facebook', words)) as unknown as { id: string }[];

  // A visitor comments on the stand-in's page.
  const visitor = await (await browser.newContext()).newPage();
  await visitor.goto(`${SANDBOX}/facebook/posts/${there.id}`);
  await visitor.getByLabel('Your name').fill('Ada');
  await visitor.getByLabel('Your comment').fill(question);
  await visitor.getByRole('button', { name: 'Comment' }).click();
  await expect(visitor.getByText(question)).toBeVisible();

  await page.getByRole('link', { name: 'Comments under this post' }).click();
  await page.getByRole('button', { name: 'Look for new ones' }).click();
  const comment = page.getByRole('listitem').filter({ hasText: question });
  await follow(page, js, 30_000, (timeout) => expect(comment.first()).toBeVisible({ timeout }));
  await expect(comment.first()).toContainText('Unread');
  if (js) await expectAccessible(page);
  await comment.first().getByText('Reply', { exact: true }).click();
  await page.getByLabel('Reply to Ada').fill(answer);
  await page.getByRole('button', { name: 'Send reply' }).click();
  // It is on its way, then out.
  await follow(page, js, 30_000, (timeout) => expect(comment.getByText(answer)).toBeVisible({ timeout }));
  await follow(page, js, 30_000, (timeout) => expect(comment.getByText('Sending')).toBeHidden({ timeout }));
  await visitor.reload();
  await expect(visitor.getByText(answer)).toHaveCount(1);

  await page.getByRole('button', { name: 'Hide: comment of Ada' }).click();
  await expect(page.getByText('The comment is hidden.')).toBeVisible();
  await visitor.reload();
  await expect(visitor.getByText('(hidden by the account)')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('The comment is hidden.')).toBeHidden();

  // Taken back at the platform, after a question.
  await page.goto(post);
  await page.getByText('Delete on Facebook', { exact: true }).click();
  await page.getByRole('button', { name: /^Delete it for good/ }).click();
  await follow(page, js, 20_000, (timeout) => expect(page.getByText(/^Deleted on Facebook on /)).toBeVisible({ timeout }));
  await visitor.reload();
  await expect(visitor.getByText('This post does not exist').first()).toBeVisible();
});
