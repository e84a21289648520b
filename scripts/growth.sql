-- Fills the company that has the most accounts with posts as a busy team leaves them behind, by SQL and in one go:
--   select set_config('growth.posts', '1000000', false), set_config('growth.days', '700', false);
-- growth.posts of them are published, evenly over the last growth.days days, with a delivery, an event and (the last
-- week's) a finished job each, a comment under every fourth; and beside every hundred of those, two wait, two went wrong and two are drafts.
-- For tests and measurements; the queue's triggers and foreign keys hold as always.
create temporary table growth as
select c.company_id as company, min(u.id::text)::uuid as person, array_agg(c.id order by c.id) as accounts,
       current_setting('growth.posts')::int as posts,
       interval '1 day' * current_setting('growth.days')::int as stretch
from (select company_id, id, count(*) over (partition by company_id) as n from connections where state = 'active') c
join members u on u.company_id = c.company_id
group by c.company_id order by count(*) desc limit 1;

create temporary table growth_posts as
select gen_random_uuid() as post, gen_random_uuid() as delivery, gen_random_uuid() as job, n.kind, n.n, g.posts, g.company, g.person,
       g.accounts[1 + n.n % cardinality(g.accounts)] as account,
       case n.kind when 'live' then now() - interval '1 minute' - g.stretch * n.n / g.posts
                   when 'queued' then now() + interval '1 hour' + interval '60 days' * n.n / (1 + g.posts / 50)
                   when 'failed' then now() - interval '2 hours' - g.stretch * n.n / (1 + g.posts / 50) end as due,
       now() - interval '1 minute' - g.stretch * n.n / g.posts as written,
       'Note ' || n.n || ': ' || (array['fresh roast', 'opening hours', 'new blend', 'thank you', 'behind the counter'])[1 + n.n % 5]
         || ' ' || substr(md5(n.n::text || n.kind), 1, 12) as words
from growth g
cross join lateral (
  select 'live' as kind, n from generate_series(1, g.posts) n
  union all select kind, n from unnest(array['queued', 'failed', 'draft']) kind, generate_series(1, g.posts / 50) n) n;

insert into posts (company_id, id, text, state, due_at, local_time, zone, created_by, created_at, updated_at)
select company, post, words, case kind when 'draft' then 'draft' else 'scheduled' end, due, due at time zone 'UTC',
       case when due is not null then 'UTC' end, person, written, written
from growth_posts;

insert into deliveries (company_id, id, post_id, connection_id, state, due_at, job_id, attempt, armed_at, live_at, remote_id,
                        remote_url, fault_kind, fault_message, text)
select company, delivery, post, account, kind, due, case when kind <> 'draft' then job end, case when kind in ('live', 'failed') then 1 else 0 end,
       case when kind = 'live' then due end, case when kind = 'live' then due + interval '1 second' end,
       case when kind = 'live' then 'growth-' || n end, case when kind = 'live' then 'https://example.com/' || n end,
       case when kind = 'failed' then 'platform' end, case when kind = 'failed' then 'It was refused.' end,
       case when n % 50 = 0 then 'For this account: ' || words end
from growth_posts;

insert into delivery_events (company_id, id, delivery_id, at, from_state, to_state)
select company, gen_random_uuid(), delivery, due, 'queued', kind from growth_posts where kind in ('live', 'failed');

insert into jobs (id, kind, company_id, payload, run_at, job_key, state, attempts, finished_at)
select job, 'deliver', company, jsonb_build_object('delivery', delivery), due, 'deliver:' || delivery,
       case kind when 'queued' then 'ready' when 'failed' then 'dead' else 'done' end, case kind when 'queued' then 0 else 1 end,
       case when kind <> 'queued' then due end
from growth_posts where kind = 'queued' or kind in ('live', 'failed') and due > now() - interval '7 days';

insert into delivery_checks (company_id, id, next_at, stage, verdict, checked_at)
select company, delivery, due - interval '10 minutes', 'save', 'ok', now() from growth_posts where kind = 'queued';

-- A comment under every fourth post; the oldest hundred of them unread, each fiftieth hidden.
insert into comments (company_id, id, delivery_id, post_id, connection_id, remote_id, author, text, at, ours, hidden, read_at)
select company, gen_random_uuid(), delivery, post, account, 'growth-comment-' || n, 'Guest ' || n % 50, 'About ' || words, due + interval '1 minute',
       false, n % 200 = 0, case when n <= posts - 400 then now() end
from growth_posts where kind = 'live' and n % 4 = 0;

drop table growth, growth_posts;
