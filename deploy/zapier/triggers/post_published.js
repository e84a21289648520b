'use strict';

module.exports = require('./hook')({
  event: 'post_published',
  noun: 'Post',
  label: 'Post Published',
  description: 'Triggers when a post is live on an account.',
  sample: {
    id: '00000000-0000-7000-8000-000000000001',
    event: 'post_published',
    at: '2026-11-20T09:30:00Z',
    post_id: '00000000-0000-7000-8000-000000000001',
    delivery_id: '00000000-0000-7000-8000-000000000001',
    platform: 'Sample',
    account: '@sample',
    text: 'A sample, not a real post.',
    page: 'https://lux.example.com/posts',
    url: 'https://example.com/sample',
  },
  outputFields: [
    { key: 'platform', label: 'Platform' },
    { key: 'account', label: 'Account' },
    { key: 'text', label: 'Text' },
    { key: 'url', label: 'Link to the post' },
    { key: 'page', label: 'Page in LUX' },
  ],
});
