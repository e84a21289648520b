-- When each part of the server was last seen to work, by whichever node: for the time in which it does not.
create table part_successes (
  -- `database`, `queue`: as GET /api/diagnostics/health names it.
  part text primary key constraint part_successes_part check (length(part) between 1 and 100),
  worked_at timestamptz not null
);
