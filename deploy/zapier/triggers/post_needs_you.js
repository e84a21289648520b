'use strict';

module.exports = require('./hook')({
  event: 'post_needs_you',
  noun: 'Post',
  label: 'Post Needs You',
  description: 'Triggers when a post waits for a person: it failed, must be changed, or is to be posted by hand.',
  sample: {
    id: '00000000-0000-7000-8000-000000000001',
    event: 'post_needs_you',
    at: '2026-11-20T09:30:00Z',
    post_id: '00000000-0000-7000-8000-000000000001',
    delivery_id: '00000000-0000-7000-8000-000000000001',
    platform: 'Sample',
    account: '@sample',
    text: 'A sample, not a real post.',
    page: 'https://lux.example.com/needs',
    state: 'Failed',
    reason: 'A sample: nothing went wrong.',
  },
  outputFields: [
    { key: 'platform', label: 'Platform' },
    { key: 'account', label: 'Account' },
    { key: 'text', label: 'Text' },
    { key: 'state', label: 'State' },
    { key: 'reason', label: 'Reason' },
    { key: 'page', label: 'Page in LUX' },
  ],
});
